/**
 * Windows over restarts by the rows of the semantics, W1 to W8: what is known of a window is in its store, but for time.
 * The algorithms themselves are in the golden scenarios and in `test/src/operators/{session,sliding}-aggregate.test.ts`.
 */
import { describe, expect, it } from 'vitest'
import { hexOf } from '../../src/base/bytes.ts'
import { seededRandom } from '../../src/base/random.ts'
import {
  bytes,
  defineApp,
  hopping,
  session,
  sliding,
  string,
  topic,
  tumbling,
  type App,
  type KGroupedStream,
  type KTable,
  type Windowed,
} from '../../src/index.ts'
import { testDriver, type TestDriver } from '../../src/testing/index.ts'

const letters = topic('letters', { key: string(), value: string() })
const words = topic('words', { key: string(), value: string() })

type Letters = KGroupedStream<string, string>
type Words = KTable<Windowed<string>, string>

const join = (left: string, right: string): string => left + right
const kept = { store: 'words', value: string() }

const kinds: Readonly<Record<string, (grouped: Letters) => Words>> = {
  tumbling: grouped => grouped.windowedBy(tumbling(10, { grace: 5 })).reduce(join, kept),
  hopping: grouped => grouped.windowedBy(hopping(10, { advance: 3, grace: 5 })).reduce(join, kept),
  sliding: grouped => grouped.windowedBy(sliding(10, { grace: 5 })).reduce(join, kept),
  session: grouped => grouped.windowedBy(session(5, { grace: 5 })).reduce(join, kept),
}

function appOf(kind: keyof typeof kinds): App {
  return defineApp({
    id: 'app',
    build(b) {
      kinds[kind]!(b.stream(letters).groupByKey())
        .toStream((_: string, { key, window }): string => `${key}@${window.start}/${window.end}`)
        .to(words)
      // A topic that is chosen at run time, so that the driver shows any.
      b.stream(topic('unused', { key: string(), value: string() })).to({
        key: string(),
        value: string(),
        choose: () => 'none',
      })
    },
  })
}

function take(driver: TestDriver): readonly string[] {
  return driver
    .output(words)
    .readAll()
    .map(({ key, value, timestamp }) => `${key}=${value ?? 'gone'}@${timestamp}`)
}

type Step = readonly [value: string, at: number] | 'crash'

/** What the last step puts out. */
function last(kind: keyof typeof kinds, ...steps: readonly Step[]): readonly string[] {
  using driver = testDriver(appOf(kind))
  let taken: readonly string[] = []
  for (const step of steps) {
    if (step === 'crash') {
      driver.crash()
      driver.restart()
    } else {
      driver.input(letters).send('k', step[0], { at: step[1] })
      taken = take(driver)
    }
  }
  return taken
}

describe.each(Object.keys(kinds))('%s windows', kind => {
  it.each([1, 2, 3])('are updated and made the same with crashes and without: W1-W8, seed %i', seed => {
    const run = (crashes: boolean): readonly string[] => {
      using driver = testDriver(appOf(kind))
      const random = seededRandom(seed)
      let at = 0
      for (const letter of 'abcdefghijklmnopqrstuvwxyz'.repeat(3)) {
        at += Math.floor(random.next() * 6)
        const key = random.next() < 0.5 ? 'k' : 'l'
        const crash = random.next() < 0.3
        driver.input(letters).send(key, letter, { at })
        if (!crash || !crashes) continue
        driver.crash()
        driver.restart()
      }
      return take(driver)
    }
    const undisturbed = run(false)
    expect(undisturbed.length).toBeGreaterThanOrEqual(78)
    expect(run(true)).toEqual(undisturbed)
  })
})

describe('W1: sessions that a record touches become one', () => {
  it('in the order of their ends, also those that were read back', () => {
    expect(last('session', ['a', 100], ['b', 108], 'crash', ['c', 104])).toEqual([
      'k@100/100=gone@100',
      'k@108/108=gone@108',
      'k@100/108=abc@108',
    ])
  })
})

describe('W2: sessions that became part of another are removed', () => {
  it('from the changelog as well, by a tombstone for each (H11)', () => {
    using driver = testDriver(appOf('session'))
    const changelog = driver.output(topic('app-words-changelog', { key: bytes(), value: bytes() }))
    const times = (end: number, start: number): string =>
      [end, start].map(time => time.toString(16).padStart(16, '0')).join('')
    for (const [value, at] of [
      ['a', 4],
      ['b', 12],
      ['c', 8],
    ] as const)
      driver.input(letters).send('k', value, { at })
    const rows = changelog.readAll().map(({ key, value }) => `${hexOf(key)} ${value === undefined}`)
    expect(rows.slice(0, 2)).toEqual([`6b${times(4, 4)} false`, `6b${times(12, 12)} false`])
    const [removed, other, put] = [times(4, 4), times(12, 12), times(12, 4)]
    expect(rows.slice(2).toSorted()).toEqual(
      [`6b${removed} true`, `6b${other} true`, `6b${put} false`].toSorted(),
    )
  })

  it('and do not come back with a restart', () => {
    expect(last('session', ['a', 4], ['b', 12], ['c', 8], 'crash', ['d', 11])).toEqual([
      'k@4/12=gone@12',
      'k@4/12=abcd@12',
    ])
  })
})

describe('W3: how late a record may be hangs on the time since the start', () => {
  it('so that one is taken after a restart that was late before it (T3)', () => {
    expect(last('session', ['z', 500], ['a', 100])).toEqual([])
    // The store has not forgotten how far time was: what is older than its retention is not kept, though put out.
    expect(last('session', ['z', 500], 'crash', ['a', 495])).toEqual([
      'k@500/500=gone@500',
      'k@495/500=za@500',
    ])
    expect(last('session', ['z', 500], 'crash', ['a', 100])).toEqual(['k@100/100=a@100'])
  })
})

it('W4: the time of a session is its end, whatever record came last', () => {
  expect(last('session', ['a', 100], ['b', 104], 'crash', ['c', 101])).toEqual([
    'k@100/104=gone@104',
    'k@100/104=abc@104',
  ])
})

describe('W5: sliding windows are found by the times of their last records', () => {
  it('which come back from the changelog: the right window of the record before is made', () => {
    const steps: readonly Step[] = [['a', 100], 'crash', ['b', 106]]
    expect(last('sliding', ...steps)).toEqual(['k@101/111=b@106', 'k@96/106=ab@106'])
  })
})

describe('W6: early records share the window that starts at 0', () => {
  it('and go on with it after a restart', () => {
    expect(last('sliding', ['a', 3], 'crash', ['b', 5])).toEqual(['k@4/14=b@5', 'k@0/10=ab@5'])
  })
})

describe('W7: a record out of order makes windows of its own', () => {
  it('each once, also when the windows around it were read back', () => {
    const steps: readonly Step[] = [['a', 100], ['c', 106], 'crash', ['b', 103]]
    expect(last('sliding', ...steps)).toEqual([
      'k@101/111=cb@106',
      'k@96/106=acb@106',
      'k@93/103=ab@103',
      'k@104/114=c@106',
    ])
  })
})

describe('W8: the time of a row is the latest of its records', () => {
  it.each(['tumbling', 'hopping'] as const)('also of one that was read back, %s', kind => {
    const taken = last(kind, ['a', 109], 'crash', ['b', 105])
    const updated = taken.filter(row => row.includes('=ab'))
    expect(updated.length).toBeGreaterThan(0)
    for (const row of updated) expect(row).toMatch(/@109$/)
  })
})
