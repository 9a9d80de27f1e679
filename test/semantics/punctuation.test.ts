/** Punctuations: rows U1 to U7 of the semantics, through the DSL. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  kvStore,
  string,
  topic,
  type ProcessorDefinition,
  type StoreHandles,
} from '../../src/index.ts'
import { testDriver, type TestDriver, type TestDriverOptions } from '../../src/testing/index.ts'

const text = { key: string(), value: string() }
const input = topic('in', text)
const output = topic('out', text)
const kept = kvStore('kept', text)

type Own = ProcessorDefinition<string, string, string, string, StoreHandles>

function driverOf(processor: Partial<Own>, options: TestDriverOptions = {}): TestDriver {
  const process = (): undefined => undefined
  const build = (b: Parameters<Parameters<typeof defineApp>[0]['build']>[0]): void =>
    b
      .stream(input)
      .process({ process, ...processor })
      .to(output)
  return testDriver(defineApp({ id: 'app', build }), options)
}

/** What came out since the last look: `value@time`. */
function ticks(driver: TestDriver): readonly string[] {
  return driver
    .output(output)
    .readAll()
    .map(({ value, timestamp }) => `${value}@${timestamp}`)
}

const tick = (name: string) => [{ key: 'k', value: name }]

describe('by stream time', () => {
  it('U1, U4: fires with the first record, then at multiples; once for a jump, told the time that it is', () => {
    using driver = driverOf({ punctuate: { every: 10, run: ({ now }) => tick(`t${now}`) } })
    for (const at of [3, 9, 10, 47, 49, 50]) driver.input(input).send('k', 'v', { at })
    expect(ticks(driver)).toEqual(['t3@3', 't10@10', 't47@47', 't50@50'])
  })

  it('U6: never fires while nothing comes in', () => {
    using driver = driverOf({ punctuate: { every: 10, run: () => tick('t') } })
    driver.advance('1h')
    expect(ticks(driver)).toEqual([])
  })

  it('U3: is anchored at a start; the next of its rhythm is the first', () => {
    using driver = driverOf({ punctuate: { every: 10, start: 25, run: () => tick('t') } })
    for (const at of [3, 24, 25, 34, 36]) driver.input(input).send('k', 'v', { at })
    expect(ticks(driver)).toEqual(['t@25', 't@36'])
  })
})

describe('by the wall clock', () => {
  it('U2, U4: fires an interval from the start; missed ticks collapse into one and the rhythm stays', () => {
    using driver = driverOf({ punctuate: { every: 100, clock: 'wall', run: () => tick('t') } })
    for (const by of [99, 1, 350, 49, 1]) driver.advance(by)
    expect(ticks(driver)).toEqual(['t@100', 't@450', 't@500'])
  })

  it('U3: is anchored at a start, a past one and one to come', () => {
    const anchored = (start: number | Date, name: string) =>
      ({ every: 100, clock: 'wall', start, run: () => tick(name) }) as const
    using driver = driverOf(
      { punctuate: [anchored(30, 'past'), anchored(new Date(1050), 'future')] },
      { startAt: 1000 },
    )
    for (let n = 0; n < 15; n++) driver.advance(10)
    expect(ticks(driver)).toEqual(['past@1030', 'future@1050', 'past@1130', 'future@1150'])
  })
})

describe('a processor', () => {
  it('has several punctuations, which count and cancel each for itself', () => {
    using driver = driverOf({
      punctuate: [
        {
          every: 10,
          clock: 'wall',
          *run({ count, cancel }) {
            yield { key: 'k', value: `a${count}` }
            if (count === 2) cancel()
          },
        },
        { every: 15, clock: 'wall', run: ({ count }) => tick(`b${count}`) },
      ],
    })
    for (let n = 0; n < 9; n++) driver.advance(5)
    expect(ticks(driver)).toEqual(['a1@10', 'b1@15', 'a2@20', 'b2@30', 'b3@45'])
  })

  it('chooses them when its task starts', () => {
    using driver = driverOf({
      punctuate: ({ taskId }) => ({ every: 10, clock: 'wall', run: () => tick(`from ${taskId}`) }),
    })
    driver.advance(10)
    expect(ticks(driver)).toEqual(['from 0_0@10'])
  })

  it('schedules more from init and from process, and cancels them (A10, U6)', () => {
    const seen: string[] = []
    let stop!: () => void
    using driver = driverOf({
      init: context => void context.schedule({ every: 10, clock: 'wall', run: () => void seen.push('init') }),
      process: (_record, context) => {
        const scheduled = context.schedule({
          every: 10,
          clock: 'wall',
          run: ({ count }) => void seen.push(`process ${count}`),
        })
        stop = () => scheduled.cancel()
      },
    })
    driver.advance(5)
    driver.input(input).send('k', 'v')
    for (let n = 0; n < 5; n++) driver.advance(5)
    stop()
    driver.advance(10)
    expect(seen).toEqual(['init', 'process 1', 'init', 'process 2', 'init', 'init'])
  })

  it('refuses an interval of nothing, and a clock that there is none of, when it schedules', () => {
    const driver = (punctuation: object) => () =>
      driverOf({ init: context => void context.schedule(punctuation as never) })
    expect(driver({ every: 0, run: () => undefined })).toThrow(/every 1 ms or more/)
    expect(driver({ every: 1, clock: 'moon', run: () => undefined })).toThrow(/'moon'/)
  })
})

describe('U5: a punctuation', () => {
  it('reads and writes stores at its own time, forwards, and is committed', () => {
    using driver = driverOf({
      stores: { kept },
      process: ({ key, value }, { stores }) => (stores as never as Open)['kept'].put(key, value),
      punctuate: {
        every: 10,
        clock: 'wall',
        *run({ stores, requestCommit }) {
          const store = (stores as never as Open)['kept']
          for (const [key, value] of store.all()) {
            store.put(key, `${value}!`)
            yield { key, value }
          }
          expect(requestCommit).toBeTypeOf('function')
        },
      },
    })
    driver.input(input).send('k', 'v', { at: 3 })
    driver.advance(10)
    expect(ticks(driver)).toEqual(['v@10'])
    driver.crash()
    driver.restart()
    expect(driver.store('kept').getWithTimestamp('k')).toEqual({ value: 'v!', timestamp: 10 })
  })

  it('begins anew with a task that starts again', () => {
    using driver = driverOf({
      punctuate: { every: 10, clock: 'wall', run: ({ count }) => tick(`t${count}`) },
    })
    driver.advance(10)
    driver.advance(4)
    driver.crash()
    driver.restart()
    driver.advance(9)
    expect(ticks(driver)).toEqual(['t1@10'])
    driver.advance(1)
    expect(ticks(driver)).toEqual(['t1@24'])
  })
})

describe('U7: an error of a punctuation', () => {
  it('is one of its node, without a place in a topic', () => {
    const fail = (): never => {
      throw new Error('tock')
    }
    using driver = driverOf({ name: 'clock', punctuate: { every: 10, clock: 'wall', run: fail } })
    expect(() => driver.advance(10)).toThrow(/MR-3004.*'clock' threw: tock[^]*a punctuation/)
  })
})

interface Open {
  readonly kept: {
    put: (key: string, value: string) => void
    all: () => Iterable<readonly [string, string]>
  }
}
