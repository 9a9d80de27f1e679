/** Durations as users write them. */
import { describe, expect, it } from 'vitest'
import { toMilliseconds, type Duration } from '../../../src/base/duration.ts'

describe('toMilliseconds', () => {
  it.each<[Duration, number]>([
    [0, 0],
    [250, 250],
    ['0s', 0],
    ['250ms', 250],
    ['1.5s', 1_500],
    ['1.1s', 1_100],
    ['0.29s', 290],
    ['5m', 300_000],
    ['1.1h', 3_960_000],
    ['7d', 604_800_000],
    ['365d', 31_536_000_000],
  ])('reads %j as %i ms', (duration, milliseconds) => {
    expect(toMilliseconds(duration)).toBe(milliseconds)
  })

  it.each<Duration>([
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '-5s',
    '0.1ms',
    '1.00001s',
    '1e3s',
    '0x10s',
  ])('refuses %j and names the argument', duration => {
    expect(() => toMilliseconds(duration, 'grace')).toThrow(/^MR-1010 {2}grace must be/)
  })

  it.each(['5x', '5', 's', '', ' 5s'])('refuses the text %j, which does not compile', text => {
    expect(() => toMilliseconds(text as Duration)).toThrow('MR-1010')
  })
})
