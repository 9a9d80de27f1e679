/** Refusals of wrong arguments: what they say, at which line, and which remedy follows from the sentence. */
import { describe, expect, it } from 'vitest'
import { misuse, misuseOf } from '../../../src/base/misuse.ts'
import {
  hopping,
  json,
  session,
  sliding,
  topic,
  tumbling,
  unlimited,
  windowed,
  string,
} from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'
import { defineApp } from '../../../src/dsl/app.ts'

describe('a refusal', () => {
  it('says what, where, why and how to fix it', () => {
    const error = misuse('count: expected options in an object, not number')
    expect(error).toMatchObject({ code: 'MR-1010', retriable: false, fix: 'hand in options in an object' })
    expect(error.message).toMatch(
      /^MR-1010 {2}count: expected options in an object, not number\n {2}at .*misuse\.test\.ts:\d+:\d+\n {2}Arguments are checked.*\n {2}Fix: hand in options in an object$/,
    )
  })

  it.each([
    ['tumbling: size must be more than 0 ms', 'let size be more than 0 ms'],
    [
      `app 'a': onError.process must be 'fail' or a function, not 5`,
      `let onError.process be 'fail' or a function`,
    ],
    ['at must be whole milliseconds, not 0.5', 'let at be whole milliseconds'],
    ['unlimited: start must be 0 or more; not -1', 'let start be 0 or more'],
    ['stream: expected at least one topic', 'hand in at least one topic'],
    ['count: rows with versions do not expire; leave out ttl or versioned', 'leave out ttl or versioned'],
    ['something else altogether', undefined],
  ])('has the remedy of its sentence: %s', (what, fix) => {
    expect(misuse(what).fix).toBe(fix)
  })

  it('has the line, reason and remedy that it is given', () => {
    const error = misuse('no such thing', { where: 'there', why: 'So.', fix: 'do this', cause: 'that' })
    expect(error.message).toBe('MR-1010  no such thing\n  at there\n  So.\n  Fix: do this')
    expect(error.cause).toBe('that')
  })

  it('gets the name of the operator that knows it, once', () => {
    const named = misuseOf('join', misuse('within must be text, not null', { fix: 'so' }))
    expect(named).toMatchObject({ fix: 'so' })
    expect((named as Error).message).toMatch(/^MR-1010 {2}join: within must be text, not null\n/)
    expect(misuseOf('join', named)).toBe(named)
    const other = new Error('other')
    expect(misuseOf('join', other)).toBe(other)
  })
})

describe('whatever is declared outside of an application names its line', () => {
  const app = defineApp({
    id: 'app',
    build: b => void b.stream(topic('in', { key: string(), value: string() })),
  })
  it.each<[string, () => unknown]>([
    ['windows without a size', () => tumbling(0)],
    ['an advance beyond the size', () => hopping('1m', { advance: '2m' })],
    ['a duration that cannot be read', () => session('soon' as '1s')],
    ['a negative difference', () => sliding(-1)],
    ['a start before the epoch', () => unlimited({ start: -1 })],
    ['windowed keys of no size', () => windowed(string(), 0)],
    ['a schema that is none', () => json({} as never)],
    ['half a partition', () => topic('t', { key: string(), value: string(), partitions: 0.5 })],
    ['a driver of nothing', () => testDriver({} as never)],
    ['a topic of no partition', () => testDriver(app, { partitions: { in: 0 } })],
    [
      'a partition that is not there',
      () =>
        testDriver(app)
          .input(topic('in', { key: string(), value: string() }))
          .send('k', 'v', { partition: 7 }),
    ],
    [
      'a time that is none',
      () =>
        testDriver(app)
          .input(topic('in', { key: string(), value: string() }))
          .send('k', 'v', { at: 0.5 }),
    ],
    ['a step of time that is none', () => testDriver(app).advance('1x' as '1s')],
  ])('%s', (_, make) => {
    expect(make).toThrow(
      expect.objectContaining({
        code: 'MR-1010',
        where: expect.stringMatching(/misuse\.test\.ts:\d+:\d+$/) as string,
        fix: expect.stringMatching(/./) as string,
      }) as Error,
    )
  })
})
