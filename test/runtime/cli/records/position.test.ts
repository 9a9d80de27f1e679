/** Places in topics as the command line names them. */
import { describe, expect, it } from 'vitest'
import { clamped, readPosition, readRange } from '../../../../runtime/cli/records/position.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const start = { kind: 'start' }
const end = { kind: 'end' }
const at = (text: string) => ({ kind: 'time', timestamp: Date.parse(text) })

describe('readPosition', () => {
  it.each([
    ['start', start],
    ['beginning', start],
    ['end', end],
    ['120', { kind: 'offset', offset: 120 }],
    ['0', { kind: 'offset', offset: 0 }],
    ['-100', { kind: 'before-end', count: 100 }],
    ['+5', { kind: 'after-start', count: 5 }],
    ['@-10m', at('2026-03-01T11:50:00Z')],
    ['@now', at('2026-03-01T12:00:00Z')],
    ['@2026-01-01', at('2026-01-01T00:00:00Z')],
    ['@2028-02-29', at('2028-02-29T00:00:00Z')],
    ['@2026-01-01T10:30', at('2026-01-01T10:30:00Z')],
    ['@2026-01-01T10:30:00.5+02:00', at('2026-01-01T08:30:00.500Z')],
    ['@1767225600000', { kind: 'time', timestamp: 1_767_225_600_000 }],
  ])('reads %s', (text, position) => expect(readPosition(text, '--to', now)).toEqual(position))

  it.each([
    '',
    'middle',
    '1.5',
    '@',
    '@yesterday',
    '@-10',
    '@2026-13-01',
    '@2026-02-30',
    '@2026-02-29T10:00Z',
    '@2026-01-01T24:30',
    '--5',
    '12345678901234567890',
    '1e3',
  ])('refuses %j', text => expect(() => readPosition(text, '--to', now)).toThrow(/MR-6201[^]*--to/))
})

describe('readRange', () => {
  it.each([
    ['start', start, undefined],
    ['start:end', start, end],
    [':end', start, end],
    ['@-10m:', at('2026-03-01T11:50:00Z'), end],
    ['-100:end', { kind: 'before-end', count: 100 }, end],
    ['10:20', { kind: 'offset', offset: 10 }, { kind: 'offset', offset: 20 }],
    ['@2026-01-01T10:30:00', at('2026-01-01T10:30:00Z'), undefined],
    ['@2026-01-01T10:30:00Z:end', at('2026-01-01T10:30:00Z'), end],
    ['@2026-01-01T10:30:00Z:@2026-01-01T11:00:00Z', at('2026-01-01T10:30:00Z'), at('2026-01-01T11:00:00Z')],
  ])('reads %s', (text, from, to) => expect(readRange(text, '-o', now)).toEqual({ from, to }))

  it.each(['start:middle', 'a:b', '::'])('refuses %s', text =>
    expect(() => readRange(text, '-o', now)).toThrow('MR-6201'),
  )
})

it('takes an offset outside of a log as its nearest end', () => {
  const log = { start: 10, end: 20 }
  expect([5, 10, 15, 20, 25].map(offset => clamped(offset, log))).toEqual([10, 10, 15, 20, 20])
})
