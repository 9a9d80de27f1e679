/** Which windows a timestamp falls in. */
import { describe, expect, it } from 'vitest'
import { hopping, retentionOf, tumbling, windowStarts } from '../../../src/windows/time-windows.ts'

describe('tumbling windows', () => {
  it.each([
    [0, [0]],
    [9, [0]],
    [10, [10]],
    [25, [20]],
  ])('at %i are %j', (timestamp, starts) => {
    expect(windowStarts(tumbling(10), timestamp)).toEqual(starts)
  })

  it('take durations as text and have no grace unless told', () => {
    expect(tumbling('5m')).toEqual({ kind: 'time', sizeMs: 300_000, advanceMs: 300_000, graceMs: 0 })
    expect(tumbling('1s', { grace: '250ms' }).graceMs).toBe(250)
  })

  it('are kept for their size and their grace', () => {
    expect(retentionOf(tumbling('1m', { grace: '10s' }))).toBe(70_000)
  })
})

describe('hopping windows', () => {
  it.each([
    ['never start before the epoch', 3, [0]],
    ['overlap', 25, [10, 15, 20, 25]],
    ['begin at the timestamp itself', 20, [5, 10, 15, 20]],
  ])('%s', (_what, timestamp, starts) => {
    expect(windowStarts(hopping(20, { advance: 5 }), timestamp)).toEqual(starts)
  })

  it('may have a size that the advance does not divide: ceil(size / advance) windows at most (D81)', () => {
    const windows = hopping(10, { advance: 4 })
    expect(windowStarts(windows, 17)).toEqual([8, 12, 16])
    expect(windowStarts(windows, 14)).toEqual([8, 12])
    for (const start of windowStarts(windows, 14)) expect(start + windows.sizeMs).toBeGreaterThan(14)
  })
})

describe('refusals', () => {
  it.each([
    ['size 0', () => tumbling(0), /size must be more than 0/],
    ['a fraction of a millisecond', () => tumbling(1.5), /size must be whole milliseconds/],
    ['a negative grace', () => tumbling(10, { grace: -1 }), /grace must be/],
    ['advance 0', () => hopping(10, { advance: 0 }), /advance must be more than 0/],
    [
      'advance beyond size',
      () => hopping(10, { advance: 11 }),
      /advance must not be more than size \(10 ms\)/,
    ],
  ])('%s', (_what, make, message) => {
    expect(make).toThrow(/MR-1010(.|\n)*time-windows\.test\.ts(.|\n)*Fix: /)
    expect(make).toThrow(message)
  })
})
