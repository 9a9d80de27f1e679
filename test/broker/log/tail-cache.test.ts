/** The tails of logs in memory: what is served from there, within which bounds, and whose memory it is. */
import { describe, expect, it } from 'vitest'
import { randomIndex, seededRandom } from '../../../src/base/random.ts'
import { baseOffsetOf, lastOffsetOf, setBaseOffset } from '../../../src/record/batch-format.ts'
import { TailBudget } from '../../../broker/log/tail-budget.ts'
import { TailCache } from '../../../broker/log/tail-cache.ts'
import { batchOf, valuesOf } from './log-bench.ts'

const kibibyte = 1024
const everything = { maxBytes: 1 << 30, minOneBatch: true, endOffset: Infinity }

/** A batch of one record at an offset. */
function batchAt(offset: number, value: string): Uint8Array {
  const bytes = batchOf([value])
  setBaseOffset(bytes, 0, offset)
  return bytes
}

function appendLent(tail: TailCache, offset: number, value: string): void {
  const bytes = batchAt(offset, value)
  tail.append(offset, offset, bytes, true)
  bytes.fill(0xee)
}

describe('what is in memory', () => {
  it('is a copy of what was lent, and the array itself of what was given', () => {
    const tail = new TailCache(new TailBudget())
    appendLent(tail, 0, 'lent')
    const given = batchAt(1, 'given'.repeat(20_000))
    tail.append(1, 1, given, false)
    expect(valuesOf(tail.read({ ...everything, offset: 0, endOffset: 1 })!.bytes)).toEqual(['lent'])
    expect(tail.read({ ...everything, offset: 1 })!.bytes).toBe(given)
  })

  it('is read by many batches at a time, up to what is asked for', () => {
    const tail = new TailCache(new TailBudget())
    for (let offset = 0; offset < 10; offset++) appendLent(tail, offset, `v${offset}`)
    const size = batchAt(0, 'v0').length
    const read = (options: object) => {
      const found = tail.read({ ...everything, offset: 3, ...options })!
      return [...valuesOf(found.bytes), found.nextOffset]
    }
    expect(read({})).toEqual(['v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9', 10])
    expect(read({ endOffset: 5 })).toEqual(['v3', 'v4', 5])
    expect(read({ maxBytes: 2 * size + 1 })).toEqual(['v3', 'v4', 5])
    expect(read({ maxBytes: 1 })).toEqual(['v3', 4])
    expect(read({ maxBytes: 1, minOneBatch: false })).toEqual([3])
  })

  it('goes into the memory of the answer, none of which is taken for nothing', () => {
    const tail = new TailCache(new TailBudget())
    appendLent(tail, 0, 'one')
    appendLent(tail, 1, 'two')
    const taken: Uint8Array[] = []
    const memory = {
      take(bytes: number) {
        taken.push(new Uint8Array(bytes + 100))
        return taken.at(-1)!
      },
      adopt: () => expect.unreachable(),
    }
    const range = { ...everything, offset: 0, memory }
    expect(tail.read({ ...range, maxBytes: 1, minOneBatch: false })!.bytes).toHaveLength(0)
    expect(taken).toHaveLength(0)
    expect(tail.read(range)!.bytes.buffer).toBe(taken[0]!.buffer)
    expect(tail.read({ ...range, offset: 1 })!.bytes.buffer).toBe(taken[1]!.buffer)
  })

  it('begins anew after a large array that was lent', () => {
    const budget = new TailBudget()
    const tail = new TailCache(budget)
    appendLent(tail, 0, 'small')
    appendLent(tail, 1, 'x'.repeat(100 * kibibyte))
    expect(tail.startOffset).toBe(Infinity)
    expect(tail.read({ ...everything, offset: 1 })).toBeUndefined()
    appendLent(tail, 2, 'small again')
    expect(tail.startOffset).toBe(2)
  })
})

describe('bounds', () => {
  it('what was appended longest ago goes first, whatever log it is of', () => {
    const budget = new TailBudget({ logBytesMax: 1 << 30, bytesMax: 1024 * kibibyte })
    const [idle, busy] = [new TailCache(budget), new TailCache(budget)]
    appendLent(idle, 0, 'idle')
    for (let offset = 0; offset < 500; offset++) appendLent(busy, offset, 'x'.repeat(10 * kibibyte))
    expect(idle.startOffset).toBe(Infinity)
    expect(500 - busy.startOffset).toBeGreaterThan(80)
    expect(500 - busy.startOffset).toBeLessThan(103)
    expect(budget.bytes).toBe(1024 * kibibyte)
  })

  it('one log takes little more than its own', () => {
    const budget = new TailBudget({ logBytesMax: 200 * kibibyte, bytesMax: 16 << 20 })
    const tail = new TailCache(budget)
    for (let offset = 0; offset < 2000; offset++) appendLent(tail, offset, 'x'.repeat(10 * kibibyte))
    expect(2000 - tail.startOffset).toBe(19)
    expect(budget.bytes).toBeLessThanOrEqual(2 << 20)
  })

  it('nothing is kept where nothing may be', () => {
    for (const [logBytesMax, bytesMax] of [
      [0, 1 << 20],
      [1 << 20, 0],
    ] as const) {
      const budget = new TailBudget({ logBytesMax, bytesMax })
      const tail = new TailCache(budget)
      appendLent(tail, 0, 'lent')
      tail.append(1, 1, batchAt(1, 'given'), false)
      expect(tail.startOffset).toBe(Infinity)
      expect(budget.bytes).toBe(0)
    }
  })

  it('memory of logs that are cleared is used again', () => {
    const budget = new TailBudget({ logBytesMax: 4 << 20, bytesMax: 64 << 20 })
    const tails = Array.from({ length: 100 }, () => new TailCache(budget))
    for (const tail of tails) {
      for (let offset = 0; offset < 40; offset++) appendLent(tail, offset, 'x'.repeat(50 * kibibyte))
      tail.clear()
    }
    expect(budget.bytes).toBeLessThanOrEqual(4 << 20)
  })
})

/** Against a list of all batches: what is served is what was appended, at once or later, and in order. */
describe('many logs at random', () => {
  it.each([1, 2, 3, 4, 5, 6])('serve what was appended (seed %i)', seed => {
    const random = seededRandom(seed)
    const pick = (count: number): number => randomIndex(random, count)
    const bytesMax = [40_000, 300_000, 3_000_000][pick(3)]!
    const budget = new TailBudget({ logBytesMax: [5000, 100_000, 1_000_000][pick(3)]!, bytesMax })
    const logs = Array.from({ length: 1 + pick(20) }, () => ({
      tail: new TailCache(budget),
      values: [] as string[],
    }))
    const held: { readonly bytes: Uint8Array; readonly values: readonly string[] }[] = []
    for (let step = 0; step < 3000; step++) {
      const { tail, values } = logs[pick(logs.length)]!
      if (pick(100) === 0) tail.clear()
      const value = `${step}:${'x'.repeat(pick([20, 2000, 20_000][pick(3)]!))}`
      const bytes = batchAt(values.length, value)
      const isLent = pick(3) > 0
      tail.append(values.length, values.length, bytes, isLent)
      if (isLent) bytes.fill(0xee)
      values.push(value)
      expect(budget.bytes).toBeLessThanOrEqual(bytesMax)
      const offset = pick(values.length)
      const found = tail.read({
        ...everything,
        offset,
        endOffset: values.length - pick(2),
        maxBytes: 100_000,
      })
      if (found === undefined || found.bytes.length === 0) continue
      expect(baseOffsetOf(found.bytes, 0)).toBe(offset)
      held.push({ bytes: found.bytes, values: values.slice(offset, found.nextOffset) })
      if (held.length > 50) held.shift()
    }
    // What was read long ago is still what it was: no memory was used again under it.
    for (const { bytes, values } of held) {
      expect(valuesOf(bytes)).toEqual(values)
      expect(lastOffsetOf(bytes, 0)).toBe(baseOffsetOf(bytes, 0))
    }
  })
})
