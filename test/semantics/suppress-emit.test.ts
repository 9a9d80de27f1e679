/**
 * `suppress` and emit on window close by the rows of the semantics, P1 to P9: bounds, restarts and clocks. What one run
 * shows is in the golden scenarios, restarts of P7 in `emit-on-close-restarts.test.ts`, the bytes of P1 and how P4 counts
 * them in `changelog-bytes.test.ts`.
 */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/base/random.ts'
import {
  customWindows,
  defineApp,
  integer,
  session,
  sessionWindowed,
  sliding,
  string,
  topic,
  tumbling,
  unlimited,
  type App,
  type SuppressOptions,
} from '../../src/index.ts'
import { testDriver, type TestDriver } from '../../src/testing/index.ts'

const rows = topic('rows', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })
const onClose = { emit: 'close' } as const

const limited = (options: SuppressOptions): App =>
  defineApp({
    id: 'limited',
    build: b =>
      b
        .table(rows)
        .suppress({ name: 'held', ...options })
        .toStream()
        .to(out),
  })

const final = (options: { readonly maxRecords?: number; readonly maxBytes?: number } = {}): App =>
  defineApp({
    id: 'final',
    build: b =>
      b
        .stream(rows)
        .groupByKey()
        .windowedBy(tumbling(10, { grace: 5 }))
        .count('counts')
        .suppress({ until: 'window-close', name: 'final', ...options })
        .toStream((_: number, { key, window }): string => `${key}@${window.start}`)
        .mapValues(count => `${count}`)
        .to(out),
  })

function take(driver: TestDriver): readonly string[] {
  return driver
    .output(out)
    .readAll()
    .map(({ key, value, timestamp }) => `${key}=${value ?? 'gone'}@${timestamp}`)
}

type Step = readonly [key: string, value: string | null, at: number] | 'crash'

/** What each step puts out. */
function run(app: App, ...steps: readonly Step[]): readonly (readonly string[])[] {
  using driver = testDriver(app)
  return steps.map(step => {
    if (step === 'crash') {
      driver.crash()
      driver.restart()
    } else {
      const [key, value, at] = step
      driver.input(rows).send(key, value, { at })
    }
    return take(driver)
  })
}

describe('P1: what waits is in memory and in a changelog', () => {
  it.each([1, 2, 3, 4])('and leaves the same with crashes and without, seed %i', seed => {
    const outputs = (crashes: boolean): readonly string[] => {
      // Commits are few, and the table above puts out every update all the same.
      const app = defineApp({
        id: 'limited',
        build: b =>
          b
            .table(rows, { store: 'rows', caching: false })
            .suppress({ until: 10, maxRecords: 4, name: 'held' })
            .toStream()
            .to(out),
      })
      using driver = testDriver(app, { cache: true })
      const [times, faults] = [seededRandom(seed), seededRandom(seed + 100)]
      let at = 0
      for (let count = 0; count < 150; count++) {
        at += Math.floor(times.next() * 4)
        const key = 'abcdefg'[Math.floor(times.next() * 7)]!
        const value = times.next() < 0.1 ? null : `${count}`
        driver.input(rows).send(key, value, { at })
        if (faults.next() < 0.3) driver.commit()
        if (!crashes || faults.next() > 0.2) continue
        driver.crash()
        driver.restart()
      }
      driver.commit()
      return take(driver)
    }
    const undisturbed = outputs(false)
    expect(undisturbed.length).toBeGreaterThan(50)
    expect(outputs(true)).toEqual(undisturbed)
  })
})

describe('P2: a time limit counts from the first update', () => {
  it('also of one that was read back; later updates do not prolong it', () => {
    expect(
      run(limited({ until: 10 }), ['a', '1', 0], ['a', '2', 9], 'crash', ['a', '3', 10], ['a', '4', 11]),
    ).toEqual([[], [], [], ['a=3@10'], []])
  })

  it('of a row that has left, from the next update on', () => {
    expect(
      run(limited({ until: 10 }), ['a', '1', 0], ['b', '1', 10], 'crash', ['a', '2', 11], ['b', '2', 20]),
    ).toEqual([[], ['a=1@0'], [], [], ['b=2@20']])
  })
})

describe('P3: final results', () => {
  it('come once for each window, whatever is in between', () => {
    const steps: readonly Step[] = [
      ['k', 'a', 1],
      'crash',
      ['k', 'b', 9],
      ['k', 'c', 14],
      'crash',
      ['k', 'd', 15],
      'crash',
      ['k', 'e', 29],
      ['k', 'late', 9],
      ['k', 'f', 35],
    ]
    expect(run(final(), ...steps).flat()).toEqual(['k@0=2@9', 'k@10=2@15', 'k@20=1@29'])
  })

  it('need windows above, and take the greatest grace of all ways up', () => {
    expect(() => limited({ until: 'window-close' }).topology()).toThrow(/MR-1001/)
    const deep = defineApp({
      id: 'deep',
      build: b =>
        b
          .stream(rows)
          .groupByKey()
          .windowedBy(session(10, { grace: 7 }))
          .count('counts')
          .filter(count => count > 0)
          .suppress({ until: 'window-close', name: 'final' })
          .toStream((_: number, { key }): string => key)
          .mapValues(count => `${count}`)
          .to(out),
    })
    const ends = (at: number): readonly string[] => run(deep, ['k', 'a', 0], ['z', 'b', at])[1]!
    expect([ends(16), ends(17)]).toEqual([[], ['k=1@0']])
  })
})

describe('P4: a full buffer', () => {
  it.each<[string, SuppressOptions]>([
    ['records', { until: '1h', maxRecords: 2, whenFull: 'stop' }],
    ['bytes', { until: '1h', maxBytes: 80, whenFull: 'stop' }],
  ])('stops the application when it was told to, by %s, and again after a restart', (_what, options) => {
    using driver = testDriver(limited(options))
    driver.input(rows).send('a', '1', { at: 1 }).send('b', '2', { at: 2 })
    const full = expect.objectContaining({ code: 'MR-4007' })
    expect(() => driver.input(rows).send('c', '3', { at: 3 })).toThrow(full)
    // What was committed is read back; the record that did not fit in is read again.
    expect(() => driver.restart()).toThrow(full)
    expect(take(driver)).toEqual([])
  })

  it('of final results stops rather than to put out what is not final', () => {
    using driver = testDriver(final({ maxRecords: 1 }))
    driver.input(rows).send('a', '1', { at: 1 })
    expect(() => driver.input(rows).send('b', '2', { at: 2 })).toThrow(
      expect.objectContaining({ code: 'MR-4007' }),
    )
  })

  it('makes room by what is due before it counts', () => {
    const options: SuppressOptions = { until: 10, maxRecords: 1, whenFull: 'stop' }
    expect(run(limited(options), ['a', '1', 0], ['b', '2', 10])).toEqual([[], ['a=1@0']])
  })

  it('lets those leave early that came first, and keeps the others over a crash', () => {
    const app = limited({ until: '1h', maxRecords: 2 })
    const steps: readonly Step[] = [['a', '1', 5], ['b', '2', 3], 'crash', ['c', '3', 9], ['d', '4', 9]]
    expect(run(app, ...steps)).toEqual([[], [], [], ['b=2@3'], ['a=1@5']])
  })
})

describe('P5: nothing leaves without a record', () => {
  it('not by the wall clock, a commit or a restart', () => {
    using driver = testDriver(final())
    driver.input(rows).send('k', 'a', { at: 1 })
    driver.advance('1d')
    driver.commit()
    driver.restart()
    driver.advanceStreamTime('1h')
    expect(take(driver)).toEqual([])
    driver.input(rows).send('z', 'b', { at: 15 })
    expect(take(driver)).toEqual(['k@0=1@1'])
  })

  it('and at once with one, however little the wall clock has moved', () => {
    expect(run(limited({ until: 0 }), ['a', '1', 1], ['a', '2', 1])).toEqual([['a=1@1'], ['a=2@1']])
  })
})

describe('P6: what leaves has the place and the headers that it came with', () => {
  it('as an operator below sees them, over a crash', () => {
    const seen: string[] = []
    const app = defineApp({
      id: 'places',
      build: b =>
        b
          .table(rows)
          .suppress({ until: 10, name: 'held' })
          .toStream()
          .foreach((value, key, { topic: from, partition, offset, timestamp, headers }) => {
            seen.push(`${key}=${value} ${from}-${partition}@${offset} ${timestamp} ${headers.length}`)
          }),
    })
    using driver = testDriver(app)
    driver.input(rows).send('a', '1', { at: 3, headers: { n: 'x' } })
    driver.crash()
    driver.restart()
    driver.input(rows).send('b', '2', { at: 13 })
    expect(seen).toEqual(['a=1 rows-0@0 3 1'])
  })
})

describe('P7: emit on window close', () => {
  const counts = (b: Parameters<Parameters<typeof defineApp>[0]['build']>[0]) => b.stream(rows).groupByKey()

  it('puts windows out with every record that closes some, not once a second of the wall clock as in Kafka', () => {
    const app = defineApp({
      id: 'app',
      build: b =>
        counts(b)
          .windowedBy(tumbling(10), onClose)
          .count('counts')
          .toStream((_: number, { key, window }): string => `${key}@${window.start}`)
          .mapValues(count => `${count}`)
          .to(out),
    })
    expect(run(app, ['k', 'a', 1], ['k', 'b', 10], ['k', 'c', 20])).toEqual([[], ['k@0=1@1'], ['k@10=1@10']])
  })

  it.each([
    ['unlimited windows, which never close', unlimited()],
    ['custom windows, whose ends are not known', customWindows({ windowsFor: () => [], size: 5 })],
  ])('refuses %s', (_what, windows) => {
    const app = defineApp({
      id: 'app',
      build: b =>
        void counts(b)
          .windowedBy(windows as never, onClose)
          .count('counts'),
    })
    expect(() => app.topology()).toThrow(/cannot be put out on close/)
  })
})

describe('P8: a window is closed when nothing can come into it any more', () => {
  const sessions = topic('totals', { key: sessionWindowed(string()), value: integer() })

  it.each([
    {
      name: 'a sliding window of one moment, however short the retention',
      closing: 6,
      windows: sliding(0, { grace: 5 }),
    },
    {
      name: 'a tumbling window at its end, which is not in it',
      closing: 15,
      windows: tumbling(10, { grace: 5 }),
    },
    {
      name: 'a sliding window after its end, which is in it',
      closing: 16,
      windows: sliding(10, { grace: 5 }),
    },
  ])('$name', ({ windows, closing }) => {
    const app = defineApp({
      id: 'app',
      build: b =>
        b
          .stream(rows)
          .groupByKey()
          .windowedBy(windows, onClose)
          .count('counts')
          .toStream((_: number, { key, window }): string => `${key}@${window.start}`)
          .mapValues(count => `${count}`)
          .to(out),
    })
    expect(run(app, ['k', 'a', 0], ['z', 'b', closing - 1], ['z', 'c', closing])).toEqual([
      [],
      [],
      ['k@0=1@0'],
    ])
  })

  it('a session when its gap and the grace have passed, however short the retention', () => {
    const app = defineApp({
      id: 'app',
      build: b =>
        b
          .stream(rows)
          .groupByKey()
          .windowedBy(session(10, { grace: 5 }), onClose)
          .count('counts')
          .toStream()
          .to(sessions),
    })
    using driver = testDriver(app)
    driver.input(rows).send('k', 'a', { at: 3 }).send('k', 'b', { at: 8 }).send('z', 'c', { at: 23 })
    expect(driver.output(sessions).readAll()).toEqual([])
    driver.input(rows).send('z', 'd', { at: 24, headers: { n: 'cause' } })
    const [first, ...others] = driver.output(sessions).readAll()
    expect(others).toEqual([])
    // P9: the time of its end, and the headers of the record that closed it.
    expect(first).toMatchObject({ key: { key: 'k', window: { start: 3, end: 8 } }, value: 2, timestamp: 8 })
    expect(first!.headers.map(({ key }) => key)).toEqual(['n'])
  })
})

describe('P9: what is put out on close has no old value', () => {
  it('so that a fold of the windows adds each, and takes none away', () => {
    const app = defineApp({
      id: 'app',
      build: b =>
        b
          .stream(rows)
          .groupByKey()
          .windowedBy(tumbling(10), onClose)
          .count('counts')
          .groupBy((_, { window }) => `${window.start}`)
          .aggregate({
            initial: () => '',
            add: (sum, count) => `${sum}+${count}`,
            subtract: (sum, count) => `${sum}-${count}`,
            store: 'sums',
            value: string(),
          })
          .toStream()
          .to(out),
    })
    expect(run(app, ['a', '', 1], ['a', '', 2], ['b', '', 3], ['z', '', 10]).flat()).toEqual([
      '0=+2@2',
      '0=+2+1@3',
    ])
  })
})
