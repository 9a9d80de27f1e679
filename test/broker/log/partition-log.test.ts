/** The log of a partition as its callers see it: offsets, reads, duplicates, transactions, restarts. */
import { describe, expect, it } from 'vitest'
import { BrokerError } from '../../../broker/broker-error.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { batchOf, openLog, recordsOf, valuesOf, type Bench } from './log-bench.ts'

const codeOf = (act: () => unknown): number | undefined => {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof BrokerError) return error.kafkaCode
    throw error
  }
}

function write(bench: Bench, ...values: string[]): number {
  return bench.log.append(batchOf(values), { origin: 'client', nowMs: bench.nowMs }).baseOffset
}

describe('append and read', () => {
  it('gives offsets in order and answers the batches from the one that holds the offset on', () => {
    const bench = openLog()
    expect([write(bench, 'a', 'b'), write(bench, 'c'), write(bench, 'd', 'e')]).toEqual([0, 2, 3])
    expect(bench.log.logEndOffset).toBe(5)
    const read = bench.log.read({ offset: 1, maxBytes: 1 << 20 })
    expect(recordsOf(read.records).map(({ offset, value }) => [offset, value])).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
      [3, 'd'],
      [4, 'e'],
    ])
  })

  it('serves a batch from memory without copying it', () => {
    const bench = openLog()
    const batch = batchOf(['x'.repeat(100_000)])
    bench.log.append(batch, { origin: 'client', nowMs: bench.nowMs })
    expect(bench.log.read({ offset: 0, maxBytes: 1 << 20 }).records).toBe(batch)
  })

  it('answers at least one batch, however large, and none when that is not wanted', () => {
    const bench = openLog({ tail: false })
    write(bench, 'x'.repeat(5000))
    write(bench, 'y')
    expect(valuesOf(bench.log.read({ offset: 0, maxBytes: 10 }).records)).toEqual(['x'.repeat(5000)])
    expect(bench.log.read({ offset: 0, maxBytes: 10, minOneBatch: false }).records.length).toBe(0)
  })

  it('refuses offsets outside of the log', () => {
    const bench = openLog()
    write(bench, 'a')
    expect(bench.log.read({ offset: 1, maxBytes: 100 }).records.length).toBe(0)
    expect(codeOf(() => bench.log.read({ offset: 2, maxBytes: 100 }))).toBe(
      kafkaErrors.OFFSET_OUT_OF_RANGE.code,
    )
    expect(codeOf(() => bench.log.read({ offset: -1, maxBytes: 100 }))).toBe(
      kafkaErrors.OFFSET_OUT_OF_RANGE.code,
    )
  })

  it.each([true, false])(
    'finds every offset over many segments and index entries (tail in memory: %s)',
    tail => {
      const bench = openLog({ tail, config: { segmentBytes: 2000, indexIntervalBytes: 200 } })
      for (let index = 0; index < 200; index++) write(bench, `v${index}`)
      expect(bench.log.store.segments.all.length).toBeGreaterThan(5)
      for (let offset = 0; offset < 200; offset++) {
        const { records } = bench.log.read({ offset, maxBytes: 300 })
        expect(valuesOf(records)[0]).toBe(`v${offset}`)
      }
    },
  )
})
