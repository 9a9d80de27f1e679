/** The log of a partition as its callers see it: offsets, reads, refusals, lookups by time. */
import { describe, expect, it } from 'vitest'
import { readBatchHeader, writeBatchHeader } from '../../../src/record/batch-format.ts'
import { BatchWriter } from '../../../src/record/batch-writer.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { batchOf, openLog, recordsOf, startMs, valuesOf, type BatchParts, type Bench } from './log-bench.ts'
import { refusalOf } from './refusals.ts'

function write(bench: Bench, values: readonly string[], parts: BatchParts = {}): number {
  return bench.log.append(batchOf(values, parts), { origin: 'client', nowMs: bench.nowMs }).baseOffset
}

describe('append and read', () => {
  it('gives offsets in order and answers the batches from the one that holds the offset on', () => {
    const bench = openLog()
    expect([write(bench, ['a', 'b']), write(bench, ['c']), write(bench, ['d', 'e'])]).toEqual([0, 2, 3])
    expect(bench.log.logEndOffset).toBe(5)
    const read = bench.log.read({ offset: 3, maxBytes: 1 << 20 })
    expect(recordsOf(read.records).map(({ offset, value }) => [offset, value])).toEqual([
      [3, 'd'],
      [4, 'e'],
    ])
    expect(valuesOf(bench.log.read({ offset: 1, maxBytes: 1 << 20 }).records)[0]).toBe('a')
  })

  it('serves a batch from memory without copying it', () => {
    const bench = openLog()
    const batch = batchOf(['x'.repeat(100_000)])
    bench.log.append(batch, { origin: 'client', nowMs: bench.nowMs })
    expect(bench.log.read({ offset: 0, maxBytes: 1 << 20 }).records).toBe(batch)
  })

  it('copies what is a small part of a large buffer, so that the buffer can go', () => {
    const bench = openLog()
    const batch = batchOf(['small'])
    const frame = new Uint8Array(1 << 20)
    frame.set(batch, 1000)
    bench.log.append(frame.subarray(1000, 1000 + batch.length), { origin: 'client', nowMs: bench.nowMs })
    expect(bench.log.read({ offset: 0, maxBytes: 1000 }).records.buffer.byteLength).toBe(batch.length)
  })

  it('answers at least one batch, however large, and none when that is not wanted (G6)', () => {
    for (const tail of [true, false]) {
      const bench = openLog({ tail })
      write(bench, ['x'.repeat(5000)])
      write(bench, ['y'])
      const large = bench.log.read({ offset: 0, maxBytes: 10 })
      expect(valuesOf(large.records)).toEqual(['x'.repeat(5000)])
      expect(large.moreAvailable).toBe(true)
      expect(bench.log.read({ offset: 0, maxBytes: 10, minOneBatch: false }).records.length).toBe(0)
    }
  })

  it('refuses offsets outside of the log, and answers nothing at its end', () => {
    const bench = openLog()
    write(bench, ['a'])
    const atEnd = bench.log.read({ offset: 1, maxBytes: 100 })
    expect([atEnd.records.length, atEnd.moreAvailable]).toEqual([0, false])
    expect(refusalOf(() => bench.log.read({ offset: 2, maxBytes: 100 }))).toBe('OFFSET_OUT_OF_RANGE')
    expect(refusalOf(() => bench.log.read({ offset: -1, maxBytes: 100 }))).toBe('OFFSET_OUT_OF_RANGE')
  })

  it.each([true, false])('finds every offset over many segments and index entries (tail: %s)', tail => {
    const bench = openLog({ tail, config: { segmentBytes: 2000, indexIntervalBytes: 200 } })
    for (let index = 0; index < 200; index++) write(bench, [`v${index}`])
    expect(bench.log.store.segments.all.length).toBeGreaterThan(5)
    for (let offset = 0; offset < 200; offset++) {
      const { records } = bench.log.read({ offset, maxBytes: 300 })
      expect(valuesOf(records)[0]).toBe(`v${offset}`)
    }
  })

  it('tells listeners when there is more to read, until they have had enough', () => {
    const bench = openLog()
    let calls = 0
    const stop = bench.log.onAppend(() => calls++)
    write(bench, ['a'])
    write(bench, ['b'])
    stop()
    write(bench, ['c'])
    expect(calls).toBe(2)
  })
})

describe('what a client may not append (G29)', () => {
  const control = (): Uint8Array => {
    const writer = new BatchWriter()
    writer.append(startMs, utf8Bytes('xxxx'), utf8Bytes('yyyyyy'))
    return writer.close({ control: true, transactional: true, producerId: 1, producerEpoch: 0 })
  }
  const holed = (): Uint8Array => {
    const writer = new BatchWriter()
    writer.appendAt(0, startMs, null, utf8Bytes('a'))
    writer.appendAt(2, startMs, null, utf8Bytes('b'))
    return writer.close()
  }
  const damaged = (): Uint8Array => {
    const batch = batchOf(['value'])
    batch[batch.length - 2]! ^= 1
    return batch
  }
  const two = (): Uint8Array => {
    const [first, second] = [batchOf(['a']), batchOf(['b'])]
    const both = new Uint8Array(first.length + second.length)
    both.set(first)
    both.set(second, first.length)
    return both
  }
  it.each([
    ['nothing', () => new Uint8Array(0), 'INVALID_RECORD'],
    ['half a batch', () => batchOf(['value']).subarray(0, 65), 'CORRUPT_MESSAGE'],
    ['a flipped bit', damaged, 'CORRUPT_MESSAGE'],
    ['two batches', two, 'INVALID_RECORD'],
    ['an empty batch', () => new BatchWriter().close({ lastOffsetDelta: 0 }), 'INVALID_RECORD'],
    ['offsets with a hole', holed, 'INVALID_RECORD'],
    ['control records', control, 'INVALID_RECORD'],
    [
      'a producer without a sequence',
      () => batchOf(['a'], { producerId: 7, producerEpoch: 0 }),
      'INVALID_RECORD',
    ],
    ['a batch over max.message.bytes', () => batchOf(['x'.repeat(2000)]), 'MESSAGE_TOO_LARGE'],
    ['a time in the future', () => batchOf(['a'], { timestamp: startMs + 3_600_001 }), 'INVALID_TIMESTAMP'],
    ['a time too far back', () => batchOf(['a'], { timestamp: startMs - 1001 }), 'INVALID_TIMESTAMP'],
  ])('%s', (_what, batch, refusal) => {
    const bench = openLog({ config: { messageBytesMax: 1000, timestampBeforeMaxMs: 1000 } })
    expect(refusalOf(() => bench.log.append(batch(), { origin: 'client', nowMs: startMs }))).toBe(refusal)
    expect(bench.log.logEndOffset).toBe(0)
    expect(write(bench, ['good'])).toBe(0)
  })

  it('nothing that is just within a limit', () => {
    const batch = (parts = {}) => batchOf(['x'.repeat(500)], parts)
    const size = batch().length
    const config = { messageBytesMax: size, timestampBeforeMaxMs: 1000, timestampAfterMaxMs: 2000 }
    const append = (bytes: Uint8Array): string | undefined => {
      const bench = openLog({ config })
      return refusalOf(() => bench.log.append(bytes, { origin: 'client', nowMs: startMs }))
    }
    const taken = undefined
    expect(append(batch())).toBe(taken)
    expect(append(batchOf(['x'.repeat(501)]))).toBe('MESSAGE_TOO_LARGE')
    expect(append(batch({ timestamp: startMs - 1000 }))).toBe(taken)
    expect(append(batch({ timestamp: startMs - 1001 }))).toBe('INVALID_TIMESTAMP')
    expect(append(batch({ timestamp: startMs + 2000 }))).toBe(taken)
    expect(append(batch({ timestamp: startMs + 2001 }))).toBe('INVALID_TIMESTAMP')
    // The time of the append replaces whatever the producer says, so that is not held against the bounds.
    const stamped = openLog({ config: { ...config, timestampType: 'LogAppendTime' } })
    const future = batch({ timestamp: startMs + 1_000_000 })
    expect(refusalOf(() => stamped.log.append(future, { origin: 'client', nowMs: startMs }))).toBe(taken)
  })

  it('a record without a key where the topic is compacted, even from a trusted connection', () => {
    const bench = openLog({ config: { compact: true } })
    const append = (): unknown =>
      bench.log.append(batchOf(['v']), { origin: 'client', nowMs: startMs, recordsChecked: false })
    expect(refusalOf(append)).toBe('INVALID_RECORD')
    bench.log.append(batchOf([['k', 'v']]), { origin: 'client', nowMs: startMs })
    expect(bench.log.logEndOffset).toBe(1)
  })

  it('a batch larger than a segment', () => {
    const bench = openLog({ config: { segmentBytes: 500 } })
    const append = (): unknown =>
      bench.log.append(batchOf(['x'.repeat(600)]), { origin: 'coordinator', nowMs: startMs })
    expect(refusalOf(append)).toBe('RECORD_LIST_TOO_LARGE')
  })
})

describe('time', () => {
  it('stamps batches with the time of the append where the topic says so (G27)', () => {
    const bench = openLog({ config: { timestampType: 'LogAppendTime' } })
    const result = bench.log.append(batchOf(['a'], { timestamp: 5 }), {
      origin: 'client',
      nowMs: startMs + 7,
    })
    expect(result.logAppendTime).toBe(startMs + 7)
    expect(recordsOf(bench.log.read({ offset: 0, maxBytes: 100 }).records)[0]?.timestamp).toBe(startMs + 7)
  })

  it('finds the first record at or after a time, never one before it (reliability 3.6)', () => {
    const bench = openLog({ config: { segmentBytes: 600, indexIntervalBytes: 100 } })
    const times = [10, 40, 20, 30, 60, 50, 70, 70, 90, 80]
    for (const time of times) write(bench, [`t${time}`], { timestamp: time })
    for (let time = 0; time <= 100; time++) {
      const offset = times.findIndex(each => each >= time)
      const expected = offset < 0 ? undefined : { offset, timestamp: times[offset], leaderEpoch: 0 }
      expect(bench.log.offsetForTimestamp(time), `time ${time}`).toEqual(expected)
    }
    expect(bench.log.maxTimestampOffset()).toEqual({ offset: 8, timestamp: 90, leaderEpoch: 0 })
  })

  it('finds a record within its batch', () => {
    const bench = openLog()
    const writer = new BatchWriter()
    for (const time of [10, 20, 30]) writer.append(time, null, utf8Bytes('v'))
    bench.log.append(writer.close(), { origin: 'client', nowMs: startMs })
    expect(bench.log.offsetForTimestamp(15)?.offset).toBe(1)
    expect(bench.log.maxTimestampOffset()?.offset).toBe(2)
  })

  it('finds the marker of a transaction as if it were a record, which Kafka does too', () => {
    const bench = openLog()
    const producer = { producerId: 9, producerEpoch: 0 }
    write(bench, ['a'], { ...producer, baseSequence: 0, transactional: true, timestamp: 10 })
    bench.log.appendMarker({ ...producer, coordinatorEpoch: 0, commit: true, nowMs: 50 })
    write(bench, ['b'], { timestamp: 20 })
    expect(bench.log.offsetForTimestamp(11)).toEqual({ offset: 1, timestamp: 50, leaderEpoch: 0 })
    expect(bench.log.maxTimestampOffset()).toEqual({ offset: 1, timestamp: 50, leaderEpoch: 0 })
  })

  it('has no greatest time for a reader who may not see the record yet, as Kafka', () => {
    const bench = openLog({ config: { segmentBytes: 100 } })
    write(bench, ['a'], { timestamp: 10 })
    write(bench, ['b'], {
      producerId: 9,
      producerEpoch: 0,
      baseSequence: 0,
      transactional: true,
      timestamp: 20,
    })
    expect(bench.log.maxTimestampOffset()?.offset).toBe(1)
    expect(bench.log.maxTimestampOffset('read_committed')).toBeUndefined()
  })

  it('mends a header that does not tell the greatest timestamp', () => {
    const bench = openLog({ config: { segmentBytes: 200 } })
    const batch = batchOf(['a'], { timestamp: 1000 })
    writeBatchHeader(batch, 0, { ...readBatchHeader(batch, 0), maxTimestamp: -1 })
    bench.log.append(batch, { origin: 'client', nowMs: startMs })
    expect(bench.log.offsetForTimestamp(1000)?.offset).toBe(0)
  })
})

describe('leader epochs', () => {
  it('tells where each epoch ends, across restarts under other epochs', () => {
    const bench = openLog({ open: { leaderEpoch: 3 } })
    write(bench, ['a', 'b'])
    bench.log.close({ clean: true })
    bench.reopen({ leaderEpoch: 5 })
    write(bench, ['c'])
    expect(bench.log.endOffsetForEpoch(2)).toBeUndefined()
    expect(bench.log.endOffsetForEpoch(3)).toEqual({ epoch: 3, endOffset: 2 })
    expect(bench.log.endOffsetForEpoch(4)).toEqual({ epoch: 3, endOffset: 2 })
    expect(bench.log.endOffsetForEpoch(5)).toEqual({ epoch: 5, endOffset: 3 })
    expect([bench.log.epochAt(1), bench.log.epochAt(2)]).toEqual([3, 5])
  })
})
