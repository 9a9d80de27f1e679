/**
 * Foreign-key joins against bytes that Apache Kafka Streams' own code has written (test/golden/foreign-key-join.json):
 * hashes, subscriptions, responses, and everything that a join writes to its topics and changelogs.
 */
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bytesOfHex, hexOf } from '../../../../src/base/bytes.ts'
import { murmur3 } from '../../../../src/base/murmur3.ts'
import { utf8Bytes } from '../../../../src/base/text.ts'
import { defineApp, string, topic, type Serde } from '../../../../src/index.ts'
import {
  responseSerde,
  subscriptionKey,
  subscriptionSerde,
  type Instruction,
} from '../../../../src/operators/foreign-key-join/subscription.ts'
import { testDriver } from '../../../../src/testing/index.ts'
import type { LoggedRecord } from '../../../../src/testing/logged-record.ts'
import { TopicLog } from '../../../../src/testing/topic-log.ts'

type Hex = string | null
type Written = readonly [topic: string, key: Hex, value: Hex, timestamp: number]

const golden = JSON.parse(
  readFileSync(new URL('../../../golden/foreign-key-join.json', import.meta.url), 'utf8'),
) as {
  readonly hashes: readonly (readonly [bytes: string, hash: string])[]
  readonly subscriptions: readonly (readonly [number, Hex, number | null, string])[]
  readonly responses: readonly (readonly [Hex, string | null, string])[]
  readonly inputs: readonly (readonly ['l' | 'r', string, string | null, number])[]
  readonly join: readonly Written[]
  readonly leftJoin: readonly Written[]
}

const text = string() as Serde<unknown>
const instructions: readonly Instruction[] = [
  'unsubscribe',
  'unsubscribe-and-answer',
  'subscribe-and-answer',
  'subscribe',
]

function bytesOf(hex: Hex): Uint8Array | undefined {
  return hex === null ? undefined : bytesOfHex(hex)
}

it('hashes values of every length as Kafka does, wherever they begin (F1)', () => {
  expect(golden.hashes.length).toBe(50)
  for (const [hex, hash] of golden.hashes) {
    expect(hexOf(murmur3(bytesOfHex(hex))), hex).toBe(hash)
    const within = bytesOfHex(`ff${hex}ff`)
    expect(hexOf(murmur3(within, 1, within.length - 1)), hex).toBe(hash)
  }
})

describe('subscriptions', () => {
  const serde = subscriptionSerde(text)

  it.each(golden.subscriptions)(
    'have the bytes of both versions: %i %s %s (F1, F2)',
    (number, hash, partition, hex) => {
      const subscription = {
        hash: bytesOf(hash),
        instruction: instructions[number]!,
        primaryKey: 'kü',
        primaryPartition: partition ?? undefined,
      }
      expect(hexOf(serde.serialize(subscription))).toBe(hex)
      expect(serde.deserialize(bytesOfHex(hex))).toEqual(subscription)
    },
  )

  it.each([
    ['nothing at all', ''],
    ['only half a head', '01'],
    ['half a hash', '0102ffffff'],
    ['no partition', `0102${'00'.repeat(16)}0000`],
    ['an instruction that nobody knows', `8104${'00'.repeat(8)}`],
    ['a version that nobody knows', `8202${'00'.repeat(8)}`],
  ])('are refused with %s', (_what, hex) => {
    expect(() => serde.deserialize(bytesOfHex(hex))).toThrow(RangeError)
  })

  it('are stored under both keys, those of one foreign key beside one another (F5)', () => {
    expect(hexOf(subscriptionKey(utf8Bytes('fk'), utf8Bytes('p')))).toBe('00000002666b70')
    expect(hexOf(subscriptionKey(utf8Bytes('fk')))).toBe('00000002666b')
  })
})

describe('responses', () => {
  const serde = responseSerde(text)

  it.each(golden.responses)('have the bytes of Kafka: %s %s (F8)', (hash, value, hex) => {
    const response = { hash: bytesOf(hash), value: value ?? undefined, primaryPartition: undefined }
    expect(hexOf(serde.serialize(response))).toBe(hex)
    expect(serde.deserialize(bytesOfHex(hex))).toEqual(response)
  })

  it.each([
    ['nothing at all', ''],
    ['half a hash', '00ffff'],
    ['a version that nobody knows', '81'],
  ])('are refused with %s', (_what, hex) => {
    expect(() => serde.deserialize(bytesOfHex(hex))).toThrow(RangeError)
  })
})

describe('a whole join', () => {
  afterEach(() => void vi.restoreAllMocks())

  it.each(['join', 'leftJoin'] as const)('writes what Kafka writes, to all its topics: %s', operator => {
    const left = topic('left', { key: string(), value: string() })
    const right = topic('right', { key: string(), value: string() })
    const app = defineApp({
      id: 'app',
      build(b) {
        const options = {
          on: (value: string) => value[0],
          name: 'fk',
          store: 'result',
          value: string(),
        }
        const [lefts, rights] = [b.table(left), b.table(right)]
        const joined =
          operator === 'join'
            ? lefts.join(rights, (l, r) => `${l}+${r}`, options)
            : lefts.leftJoin(rights, (l, r) => `${l}+${r ?? 'null'}`, options)
        joined.toStream().to(topic('out', { key: string(), value: string() }))
      },
    })
    const written = new Map<string, Written[]>()
    const append = vi.spyOn(TopicLog.prototype, 'append')
    using driver = testDriver(app)
    for (const [side, key, value, at] of golden.inputs) {
      driver.input(side === 'l' ? left : right).send(key, value, { at })
    }
    for (const [index, args] of append.mock.calls.entries()) {
      const { name } = append.mock.contexts[index] as TopicLog
      const { key, value, timestamp } = args.at(-1) as LoggedRecord
      const row = [name, key && hexOf(key), value && hexOf(value), timestamp] as const
      written.set(name, [...(written.get(name) ?? []), row])
    }
    const expected = golden[operator]
    for (const name of new Set(expected.map(([name]) => name))) {
      expect(written.get(name)).toEqual(expected.filter(row => row[0] === name))
    }
  })
})
