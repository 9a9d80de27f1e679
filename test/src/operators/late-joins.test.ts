/** Records that come too late for a join of two streams: which they are, and that they go on as they came. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  string,
  topic,
  type App,
  type LateJoinOption,
  type StreamsBuilder,
} from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'

const left = topic('left', { key: string(), value: string() })
const right = topic('right', { key: string(), value: string() })
const lateLeft = topic('late-left', { key: string(), value: string() })
const lateRight = topic('late-right', { key: string(), value: string() })
const pairs = topic('pairs', { key: string(), value: string() })

const both: LateJoinOption<string, string, string> = {
  late: { left: records => records.to(lateLeft), right: records => records.to(lateRight) },
}
const pair = (one?: string, other?: string): string => `${one ?? '-'}${other ?? '-'}`
const options = { within: 10, grace: 5, store: 'pairs' } as const

type Operator = 'join' | 'leftJoin' | 'outerJoin'

function joined(operator: Operator, late: LateJoinOption<string, string, string> = both): App {
  return defineApp({
    id: 'app',
    build(b) {
      const [ours, others] = [b.stream(left), b.stream(right)]
      const results = {
        join: () => ours.join(others, pair, { ...options, ...late }),
        leftJoin: () => ours.leftJoin(others, pair, { ...options, ...late }),
        outerJoin: () => ours.outerJoin(others, pair, { ...options, ...late }),
      }[operator]()
      results.to(pairs)
    },
  })
}

function taken(driver: TestDriver, from: typeof pairs): string[] {
  return driver
    .output(from)
    .readAll()
    .map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`)
}

describe('records that come too late for a join', () => {
  it.each(['join', 'leftJoin', 'outerJoin'] as const)(
    'go on as they came, of either side, where a %s keeps them no more (J11)',
    operator => {
      using driver = testDriver(joined(operator))
      driver
        .input(left)
        .send('k', 'a', { at: 100 })
        .send('k', 'kept', { at: 76 })
        .send('k', 'late', { at: 75 })
      driver.input(right).send('k', 'z', { at: 200 }).send('k', 'gone', { at: 3 })
      expect(taken(driver, lateLeft)).toEqual(['k=late@75'])
      expect(taken(driver, lateRight)).toEqual(['k=gone@3'])
      expect(driver.drops().map(({ reason }) => reason)).toEqual(['expired', 'expired'])
    },
  )

  it('keep their headers', () => {
    using driver = testDriver(joined('join'))
    driver
      .input(left)
      .send('k', 'a', { at: 100 })
      .send('k', 'b', { at: 1, headers: { n: '0' } })
    expect(driver.output(lateLeft).readAll()).toMatchObject([
      { key: 'k', value: 'b', timestamp: 1, headers: [{ key: 'n', value: Uint8Array.of(48) }] },
    ])
  })

  it('are joined with what is there, and found by none that follows', () => {
    using driver = testDriver(joined('join'))
    driver.input(right).send('k', 'z', { at: 75 })
    driver.input(left).send('k', 'a', { at: 100 }).send('k', 'late', { at: 75 })
    driver.input(right).send('k', 'y', { at: 76 })
    expect(taken(driver, pairs)).toEqual(['k=latez@75'])
    expect(taken(driver, lateLeft)).toEqual(['k=late@75'])
  })

  it('are none of those that are dropped for another reason', () => {
    using driver = testDriver(joined('join'))
    driver.input(left).send('k', 'a', { at: 100 }).send('k', undefined, { at: 1 })
    driver.input(left).send(undefined, 'b', { at: 1 })
    expect(taken(driver, lateLeft)).toEqual([])
    expect(driver.drops().map(({ reason }) => reason)).toEqual(['null-value', 'null-key'])
  })

  it('may be asked for of one side, and go through operators and stores of their own after a restart too', () => {
    const counted = joined('leftJoin', {
      late: { left: records => records.groupByKey().count('late').toStream().mapValues(String).to(lateLeft) },
    })
    using driver = testDriver(counted)
    driver.input(left).send('k', 'a', { at: 100 }).send('k', 'b', { at: 1 })
    driver.crash()
    driver.restart()
    driver.input(left).send('k', 'c', { at: 2 })
    driver.input(right).send('k', 'z', { at: 200 }).send('k', 'y', { at: 1 })
    expect(taken(driver, lateLeft)).toEqual(['k=1@1', 'k=2@2'])
  })

  it.each([true, false])(
    'are those of a stream that is joined with itself, optimised: %s (J14)',
    optimize => {
      const itself = defineApp({
        id: 'app',
        optimize,
        build(b) {
          const stream = b.stream(left)
          stream.join(stream, pair, { ...options, ...both }).to(pairs)
        },
      })
      using driver = testDriver(itself)
      driver.input(left).send('k', 'a', { at: 100 }).send('k', 'late', { at: 75 })
      expect(taken(driver, lateLeft)).toEqual(['k=late@75'])
      expect(taken(driver, lateRight)).toEqual(['k=late@75'])
    },
  )

  it('take no index of their own: what follows is called the same', () => {
    const names = (app: App): unknown[] =>
      [
        ...app
          .topology()
          .describe()
          .matchAll(/K[A-Z]+-[A-Z]+-\d+/g),
      ].map(String)
    const without = joined('outerJoin', {})
    const quiet = joined('outerJoin', { late: { left: () => {}, right: () => {} } })
    expect(quiet.topology().describe()).toContain('KSTREAM-WINDOWED-0000000002-late')
    expect(new Set(names(quiet))).toEqual(new Set(names(without)))
  })

  it('are refused where the handlers are none', () => {
    const wrong = (late: unknown) =>
      defineApp({
        id: 'app',
        build: (b: StreamsBuilder) =>
          b.stream(left).join(b.stream(right), pair, { ...options, late } as never),
      })
    expect(() => wrong(() => {}).topology()).toThrow('join: late: expected options in an object')
    expect(() => wrong({ right: 'late' }).topology()).toThrow('join: late.right: expected a function')
  })
})
