/** Unlimited and custom windows: what they hold, what they refuse, and how their keys are written. */
import { describe, expect, it } from 'vitest'
import { string } from '../../../src/serdes/primitives.ts'
import { windowed, windowKeys } from '../../../src/serdes/windowed.ts'
import { customWindows } from '../../../src/windows/custom-windows.ts'
import { windowsFor } from '../../../src/windows/fixed-windows.ts'
import { hopping } from '../../../src/windows/time-windows.ts'
import { unlimited } from '../../../src/windows/unlimited-windows.ts'

describe('windowsFor', () => {
  it('answers the one unlimited window from its start on (D84)', () => {
    const windows = unlimited({ start: 100 })
    expect(windowsFor(windows, 99)).toEqual([])
    expect(windowsFor(windows, 100)).toEqual([{ start: 100, end: Infinity }])
  })

  it('answers hopping windows, earliest first (D81)', () => {
    expect(windowsFor(hopping(10, { advance: 5 }), 12)).toEqual([
      { start: 5, end: 15 },
      { start: 10, end: 20 },
    ])
  })

  it.each([
    ['before the epoch', { start: -1, end: 5 }],
    ['without a length', { start: 5, end: 5 }],
    ['longer than size', { start: 0, end: 11 }],
  ])('refuses a custom window %s (D86)', (_what, window) => {
    const windows = customWindows({ windowsFor: () => [window], size: 10 })
    expect(() => windowsFor(windows, 5)).toThrow(RangeError)
  })
})

it('refuses a start that is no time, a size of 0, and a function that is none', () => {
  expect(() => unlimited({ start: -1 })).toThrow(/start must be/)
  expect(() => customWindows({ windowsFor: () => [], size: 0 })).toThrow(/size must be/)
  expect(() => customWindows({ windowsFor: undefined as never, size: 1 })).toThrow(/windowsFor must be/)
})

it('writes the start alone, and reads back an end that never comes, or the greatest there is', () => {
  const endless = windowed(string(), 'unlimited')
  const bytes = endless.serialize({ key: 'a', window: { start: 7, end: Infinity } })
  expect(endless.deserialize(bytes)).toEqual({ key: 'a', window: { start: 7, end: Infinity } })
  const varying = windowKeys(string(), 30, true)
  const short = varying.serialize({ key: 'a', window: { start: 7, end: 17 } })
  expect(varying.deserialize(short)).toEqual({ key: 'a', window: { start: 7, end: 37 } })
})
