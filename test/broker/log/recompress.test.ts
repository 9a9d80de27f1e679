/** `compression.type`: what a topic's batches are stored in, whatever they came in (issue 5, storage). */
import { describe, expect, it } from 'vitest'
import { registerAllCodecs } from '../../../src/codecs/index.ts'
import {
  baseSequenceOf,
  codecIdOf,
  isLogAppendTime,
  isTransactional,
  producerIdOf,
  sizeInBytesOf,
} from '../../../src/record/batch-format.ts'
import { validateBatch } from '../../../src/record/batch-reader.ts'
import { codecIdOfName, isCodecRegistered } from '../../../src/record/compression.ts'
import { batchOf, openLog, recordsOf, startMs, type Bench } from './log-bench.ts'
import { refusalOf } from './refusals.ts'

registerAllCodecs()

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const spoken = codecs.filter(name => isCodecRegistered(codecIdOfName(name)!))
const values = ['a', 'b'.repeat(300), '', 'd']

function appendTo(bench: Bench, batch: Uint8Array): Uint8Array {
  const { baseOffset } = bench.log.append(batch, { origin: 'client', nowMs: startMs })
  return bench.log.read({ offset: baseOffset, maxBytes: 100_000 }).records
}

const pairs = spoken.flatMap(stored => spoken.map(sent => [stored, sent] as const))

describe('a topic with compression.type', () => {
  it.each(pairs)('%s stores a batch that came as %s', (stored, sent) => {
    const bench = openLog({ config: { storedCodec: stored } })
    const batch = batchOf(values, {
      codec: codecIdOfName(sent)!,
      producerId: 7,
      producerEpoch: 1,
      baseSequence: 0,
      transactional: true,
    })
    const records = appendTo(bench, batch)
    validateBatch(records, 0)
    expect(codecIdOf(records, 0)).toBe(codecIdOfName(stored))
    expect([producerIdOf(records, 0), baseSequenceOf(records, 0), isTransactional(records, 0)]).toEqual([
      7,
      0,
      true,
    ])
    expect(recordsOf(records).map(({ offset, value, timestamp }) => [offset, value, timestamp])).toEqual(
      values.map((value, offset) => [offset, value, startMs]),
    )
  })

  it.each(spoken)('producer keeps what came as %s, to the byte', sent => {
    const batch = batchOf(values, { codec: codecIdOfName(sent)! })
    const copy = batch.slice()
    const records = appendTo(openLog(), batch)
    // Offset 0 and the first leader epoch are what the broker writes into it.
    copy.set(records.subarray(12, 16), 12)
    expect(records).toEqual(copy)
  })

  it('knows a batch that is sent again', () => {
    const bench = openLog({ config: { storedCodec: 'gzip' } })
    const batch = () => batchOf(values, { producerId: 7, producerEpoch: 0, baseSequence: 0 })
    appendTo(bench, batch())
    expect(bench.log.append(batch(), { origin: 'client', nowMs: startMs }).baseOffset).toBe(0)
    expect(bench.log.logEndOffset).toBe(values.length)
  })

  it('also stamps it, where the time is that of the append', () => {
    const bench = openLog({ config: { storedCodec: 'gzip', timestampType: 'LogAppendTime' } })
    const records = appendTo(bench, batchOf(values, { timestamp: 5 }))
    validateBatch(records, 0)
    expect(isLogAppendTime(records, 0)).toBe(true)
    expect(recordsOf(records)[0]!.timestamp).toBe(startMs)
  })

  it('leaves markers as they are', () => {
    const bench = openLog({ config: { storedCodec: 'gzip' } })
    appendTo(bench, batchOf(['a'], { producerId: 7, producerEpoch: 0, baseSequence: 0, transactional: true }))
    bench.log.appendMarker({
      producerId: 7,
      producerEpoch: 0,
      coordinatorEpoch: 0,
      commit: true,
      nowMs: startMs,
    })
    const { records } = bench.log.read({ offset: 1, maxBytes: 1000 })
    expect(codecIdOf(records, 0)).toBe(0)
  })

  it('refuses what becomes too large by it, and takes what is within the limit to the byte', () => {
    const compressed = batchOf(['x'.repeat(2000)], { codec: 1 })
    const plainBytes = sizeInBytesOf(batchOf(['x'.repeat(2000)]), 0)
    const append = (messageBytesMax: number) => {
      const bench = openLog({ config: { storedCodec: 'none', messageBytesMax } })
      return () => bench.log.append(compressed.slice(), { origin: 'client', nowMs: startMs })
    }
    expect(refusalOf(append(plainBytes - 1))).toBe('MESSAGE_TOO_LARGE')
    expect(append(plainBytes)()).toMatchObject({ baseOffset: 0 })
  })

  it('survives a restart with the batches of both times', () => {
    const bench = openLog()
    appendTo(bench, batchOf(['a'], { codec: 1 }))
    bench.log.configure({ ...bench.config, storedCodec: 'lz4' })
    appendTo(bench, batchOf(['b'], { codec: 1 }))
    bench.files.crash('kept')
    bench.reopen()
    const { records } = bench.log.read({ offset: 0, maxBytes: 1000 })
    expect(recordsOf(records).map(({ value }) => value)).toEqual(['a', 'b'])
    expect([codecIdOf(records, 0), codecIdOf(records, sizeInBytesOf(records, 0))]).toEqual([1, 3])
  })
})
