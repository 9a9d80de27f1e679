/**
 * Holds the bytes of internal topics against those of Apache Kafka Streams: changelogs of every kind of store, and the
 * topics of repartitions and foreign-key joins. An application of Kafka's could go on with them.
 *
 * Within what one input causes, changelogs are compared by key: only the last record of a key stands after compaction, and
 * the order in which a commit writes its rows is nobody's business. Everything else is compared in the order of writing.
 * Three things are free. The buffers of Kafka write no timestamps, and its producer puts the time of day; here it is the
 * record's. Rows of join stores have numbers at the end of their keys that tell those of one key and time apart; Kafka
 * counts all rows, here those are counted. And Kafka gives these rows, and those of subscription stores, the headers of the
 * record, which it never reads. Versions that come late are left out: `src/state/versioned-store.ts` says why.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { hexOf } from '../../src/base/bytes.ts'
import { utf8Bytes } from '../../src/base/text.ts'
import { DriverApplication } from '../../src/testing/driver-application.ts'
import { buildScenario } from './golden/build-scenario.ts'
import type { Scenario } from './golden/scenario.ts'

type InternalRow = readonly [
  input: number,
  topic: string,
  key: string | null,
  value: string | null,
  timestamp: number | null,
  headers: readonly (readonly [key: string, value: string | null])[],
]

interface Golden extends Scenario {
  readonly internals: readonly InternalRow[]
}

const file = fileURLToPath(new URL('../golden/internal-records.jsonl', import.meta.url))
const goldens = readFileSync(file, 'utf8')
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line) as Golden)

describe('internal topics', () => {
  it.each(goldens.map(golden => [golden.name, golden] as const))(
    'have the bytes that Kafka writes: %s',
    (_name, golden) => expect(settled(written(golden))).toEqual(settled(golden.internals)),
  )
})

const bytesOf = (text: string | null) => (text === null ? null : utf8Bytes(text))

/** What this project writes to internal topics. */
function written(scenario: Golden): readonly InternalRow[] {
  const application = new DriverApplication(buildScenario(scenario).app, {})
  const topics = [...new Set(scenario.internals.map(([, topic]) => topic))]
  const seen = new Map<string, number>()
  const rows: InternalRow[] = []
  for (const [index, input] of scenario.inputs.entries()) {
    if ('advance' in input) throw new Error('no scenario of internal records moves the clock')
    const [topic, key, value, timestamp] = input
    const headers = [{ key: 'n', value: utf8Bytes(String(index)) }]
    const record = application.arena.record(0, bytesOf(key), bytesOf(value), timestamp, headers)
    application.write(application.topics.log(topic), record)
    application.run()
    for (const name of topics) {
      const known = seen.get(name) ?? 0
      const records = application.topics.log(name).records(known)
      for (const record of records) {
        const headerRows = record.headers().map(each => [each.key, hexOrNull(each.value)] as const)
        rows.push([index, name, hexOrNull(record.key), hexOrNull(record.value), record.timestamp, headerRows])
      }
      seen.set(name, known + records.length)
    }
  }
  application.close()
  return rows
}

function hexOrNull(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : hexOf(bytes)
}

/** In a form that does not depend on what is nobody's business. */
function settled(rows: readonly InternalRow[]): readonly string[] {
  const last = new Map<string, string>()
  for (const [index, row] of rows.entries()) {
    const [input, topic, key] = row
    const byKey = topic.endsWith('-changelog') && !versionedStore.test(topic)
    const place = byKey ? key! : String(index).padStart(6, '0')
    last.set(`${String(input).padStart(6, '0')} ${topic} ${place}`, JSON.stringify(without(row)))
  }
  return [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

const joinStore = /(JOINTHIS|JOINOTHER|OUTERTHIS|OUTEROTHER)-\d+-store-changelog$/
const subscriptionStore = /-SUBSCRIPTION-STATE-STORE-\d+-changelog$/
const versionedStore = /versions-changelog$/
const buffer = /(KTABLE-SUPPRESS-STATE-STORE-\d+|-Buffer)-changelog$/
/** Hexadecimal digits of the number. */
const sequenceDigits = 8

/** Without what is free. */
function without(row: InternalRow): readonly unknown[] {
  const [input, topic, key, value, timestamp, headers] = row
  if (joinStore.test(topic)) return [input, topic, key!.slice(0, -sequenceDigits), value, timestamp]
  if (subscriptionStore.test(topic)) return [input, topic, key, value, timestamp]
  return [input, topic, key, value, buffer.test(topic) ? null : timestamp, headers]
}
