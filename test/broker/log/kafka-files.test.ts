/**
 * The files of a real broker (Apache Kafka 4.3.1: plain, keyless, gzip and transactional batches, two segments, two
 * aborted transactions, stopped in order), read by this log; and the same batches written by this log, byte for byte.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  baseOffsetOf,
  isControl,
  maxTimestampOf,
  producerEpochOf,
  producerIdOf,
  setBaseOffset,
  sizeInBytesOf,
} from '../../../src/record/batch-format.ts'
import { RecordCursor } from '../../../src/record/batch-reader.ts'
import { readTransactionMarker } from '../../../src/record/control-record.ts'
import { registerAllCodecs } from '../../../src/codecs/index.ts'
import { readTopicId } from '../../../broker/log/checkpoint-files.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { batchOf, openLog, recordsOf, type Bench } from './log-bench.ts'

registerAllCodecs()

const golden = new URL('../../golden/kafka-log/golden-0/', import.meta.url)
const directory = '/data/orders-0'
const original = new Map(
  readdirSync(golden).map(name => [name, new Uint8Array(readFileSync(new URL(name, golden)))]),
)
const config = { indexIntervalBytes: 200, retentionMs: -1 }

function kafkaFiles(keep: (name: string) => boolean = () => true): MemoryFiles {
  const files = new MemoryFiles()
  files.makeDirectory(directory)
  for (const [name, bytes] of original) {
    if (!keep(name)) continue
    const file = files.open(`${directory}/${name}`, 'create')
    file.write(bytes, 0)
    file.close()
  }
  return files
}

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')
const written = (bench: Bench, name: string): string => hex(bench.files.contents(`${directory}/${name}`))

function committed(bench: Bench): readonly string[] {
  const values: string[] = []
  for (let offset = 0; offset < bench.log.lastStableOffset;) {
    const read = bench.log.read({ offset, maxBytes: 200, isolation: 'read_committed' })
    for (const record of recordsOf(read.records)) {
      const hidden = read.abortedTransactions!.some(
        each =>
          each.producerId === record.producerId &&
          each.firstOffset <= record.offset &&
          record.offset <= each.lastOffset,
      )
      if (!record.control && !hidden) values.push(record.value!)
      offset = record.offset + 1
    }
  }
  return values
}

const expected = [
  ...[0, 1, 2, 3].flatMap(index => [`plain ${index}`, `second ${index}`]),
  ...[0, 1, 2, 3, 4].map(index => 'compressed '.repeat(5) + index),
  'committed 0',
  'committed 1',
  'committed 0',
  'committed 1',
  'last',
]

describe('Kafka’s files', () => {
  it('are read as Kafka wrote them', () => {
    const bench = openLog({ files: kafkaFiles(), config, open: { cleanStop: true } })
    expect(bench.log.recovery).toMatchObject({ cleanStop: true, scannedBytes: 0 })
    expect([bench.log.logEndOffset, bench.log.lastStableOffset]).toEqual([26, 26])
    expect(committed(bench)).toEqual(expected)
    expect(bench.log.offsetForTimestamp(1_700_000_002_000)).toMatchObject({
      offset: 4,
      timestamp: 1_700_000_002_000,
    })
    expect(bench.log.epochAt(3)).toBe(0)
    expect(readTopicId(bench.files, `${directory}/partition.metadata`)).toMatch(/^[\w-]{22}$/)
    const [producer] = bench.log.activeProducers()
    expect(producer).toMatchObject({ producerEpoch: expect.any(Number), transactionFirstOffset: -1 })
  })

  it('are recovered without their indexes and snapshots, and the same indexes come out', () => {
    const bench = openLog({ files: kafkaFiles(name => name.endsWith('.log')), config })
    expect(committed(bench)).toEqual(expected)
    bench.log.close({ clean: true })
    for (const name of original.keys()) {
      if (name.endsWith('index'))
        expect([name, written(bench, name)]).toEqual([name, hex(original.get(name))])
    }
    expect(written(bench, 'leader-epoch-checkpoint')).toBe(hex(original.get('leader-epoch-checkpoint')))
  })

  it('come out byte for byte when the same batches are appended here', () => {
    const bench = openLog({ config })
    const cursor = new RecordCursor()
    for (const name of [...original.keys()].filter(each => each.endsWith('.log')).sort()) {
      const bytes = original.get(name)!.slice()
      for (let at = 0; at < bytes.length;) {
        const size = sizeInBytesOf(bytes, at)
        const batch = bytes.slice(at, at + size)
        expect(baseOffsetOf(batch, 0)).toBe(bench.log.logEndOffset)
        if (isControl(batch, 0)) {
          cursor.reset(batch, 0)
          cursor.next()
          const { outcome, coordinatorEpoch } = readTransactionMarker(cursor)!
          const [producerId, producerEpoch] = [producerIdOf(batch, 0), producerEpochOf(batch, 0)]
          const nowMs = maxTimestampOf(batch, 0)
          bench.log.appendMarker({
            producerId,
            producerEpoch,
            coordinatorEpoch,
            commit: outcome === 'commit',
            nowMs,
          })
        } else {
          setBaseOffset(batch, 0, 0)
          bench.log.append(batch, { origin: 'client', nowMs: bench.nowMs })
        }
        at += size
      }
    }
    bench.log.close({ clean: true })
    for (const [name, bytes] of original) {
      if (/\.(log|index|timeindex|txnindex)$/.test(name))
        expect([name, written(bench, name)]).toEqual([name, hex(bytes)])
    }
  })

  it('tell Kafka of no last batch where a marker has begun an epoch: its cleaner would keep that, and lose the epoch', () => {
    const bench = openLog({ config })
    const [producerId, nowMs] = [7, bench.nowMs]
    const parts = { producerId, producerEpoch: 0, baseSequence: 0, transactional: true }
    bench.log.append(batchOf(['one', 'two'], parts), { origin: 'client', nowMs })
    const ending = { producerId, producerEpoch: 1, coordinatorEpoch: 0, commit: true, transactionVersion: 2 }
    bench.log.appendMarker({ ...ending, nowMs })
    bench.log.close({ clean: true })
    const snapshot = Buffer.from(bench.files.contents(`${directory}/00000000000000000003.snapshot`))
    const entryAt = 10
    expect(snapshot.readBigInt64BE(entryAt)).toBe(7n)
    expect(snapshot.readInt16BE(entryAt + 8)).toBe(1)
    const [lastSequence, lastOffset] = [entryAt + 10, entryAt + 14]
    expect([snapshot.readInt32BE(lastSequence), snapshot.readBigInt64BE(lastOffset)]).toEqual([-1, -1n])
  })
})
