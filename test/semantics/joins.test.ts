/**
 * Joins of two streams by the rows of the semantics, J1 to J15: what one run of the golden scenarios cannot show, crashes,
 * names and clocks. J2, J3, J11, J14 and the restarts of J4 are in `test/src/operators/stream-stream-join.test.ts`.
 */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  string,
  topic,
  type App,
  type KStream,
  type StreamJoinOptions,
  type Within,
} from '../../src/index.ts'
import { testDriver, type TestDriver } from '../../src/testing/index.ts'

const left = topic('left', { key: string(), value: string() })
const right = topic('right', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })

type Kind = 'join' | 'leftJoin' | 'outerJoin'
type Side = KStream<string, string>
type Step = readonly [side: 'left' | 'right', value: string | null, at: number] | 'crash'

const joiner = (l: string | undefined, r: string | undefined): string => `[${l ?? 'null'}, ${r ?? 'null'}]`

function joinOf(kind: Kind, l: Side, r: Side, options: StreamJoinOptions<string, string, string>): Side {
  if (kind === 'join') return l.join(r, joiner, options)
  return kind === 'leftJoin' ? l.leftJoin(r, joiner, options) : l.outerJoin(r, joiner, options)
}

function joined(kind: Kind, within: Within, grace = 0): App {
  const options = { within, grace, store: 'x', value: string() }
  return defineApp({
    id: 'app',
    build(b) {
      joinOf(kind, b.stream(left), b.stream(right), options).to(out)
    },
  })
}

function take(driver: TestDriver): readonly string[] {
  return driver
    .output(out)
    .readAll()
    .map(({ value, timestamp }) => `${value}@${timestamp}`)
}

function send(driver: TestDriver, step: Step): void {
  if (step === 'crash') {
    driver.crash()
    driver.restart()
    return
  }
  const [side, value, at] = step
  driver.input(side === 'left' ? left : right).send('k', value, { at })
}

/** What each step puts out, as `[left, right]@timestamp`. */
function run(app: App, ...steps: readonly Step[]): readonly (readonly string[])[] {
  using driver = testDriver(app)
  return steps.map(step => {
    send(driver, step)
    return take(driver)
  })
}

describe('J1: a record is looked for before it is kept', () => {
  it('meets itself once in a join of a stream with itself, not twice, before and after a crash', () => {
    const app = defineApp({
      id: 'app',
      build(b) {
        const stream = b.stream(left)
        stream.join(stream, joiner, { within: 1 }).to(out)
      },
    })
    expect(run(app, ['left', 'a', 1], 'crash', ['left', 'b', 1])).toEqual([
      ['[a, a]@1'],
      [],
      ['[b, a]@1', '[a, b]@1', '[b, b]@1'],
    ])
  })
})

describe('J4: what has no match is held, and a match lets it go', () => {
  it('for good: a held record that was matched stays away after the changelog was read back', () => {
    const steps: readonly Step[] = [
      ['left', 'a', 100],
      ['left', 'b', 100],
      'crash',
      ['right', 'r', 100],
      'crash',
      ['left', 'late', 500],
      ['left', 'later', 900],
    ]
    expect(run(joined('outerJoin', 10), ...steps).slice(3)).toEqual([
      ['[a, r]@100', '[b, r]@100'],
      [],
      [],
      ['[late, null]@500'],
    ])
  })
})

describe('J5: unmatched records come with a record that is as late as any before', () => {
  it('and with nothing else: neither the wall clock nor a commit nor a late record lets them go', () => {
    using driver = testDriver(joined('leftJoin', 10))
    send(driver, ['left', 'a', 100])
    send(driver, ['right', null, 200])
    driver.advance('1h')
    driver.commit()
    send(driver, ['right', 'late', 150])
    expect(take(driver)).toEqual([])
    send(driver, ['right', 'r', 200])
    expect(take(driver)).toEqual(['[a, null]@100'])
  })

  it('at once, not once a second of the wall clock as in Kafka', () => {
    const steps: readonly Step[] = [
      ['left', 'a', 100],
      ['left', 'b', 200],
      ['left', 'c', 300],
    ]
    expect(run(joined('leftJoin', 10), ...steps)).toEqual([[], ['[a, null]@100'], ['[b, null]@200']])
  })
})

describe('J6: each side has a bound of its own', () => {
  it('after for the left, before for the right, and results have the time of their record', () => {
    const app = joined('outerJoin', { before: 5, after: 20 }, 1)
    expect(
      run(app, ['left', 'l', 100], ['right', 'r', 200], ['left', 'm', 206], ['right', 'n', 207]),
    ).toEqual([[], ['[l, null]@100'], [], ['[null, r]@200', '[m, n]@207']])
  })
})

describe('J7: what is released comes before what the record is joined to', () => {
  it('with the headers of the record that released it', () => {
    using driver = testDriver(joined('outerJoin', 10))
    driver.input(left).send('other', 'held', { at: 100, headers: { n: 'own' } })
    send(driver, ['right', 'r', 195])
    expect(take(driver)).toEqual(['[held, null]@100'])
    driver.input(left).send('other', 'held', { at: 196, headers: { n: 'own' } })
    send(driver, ['right', 's', 205])
    driver.input(left).send('k', 'l', { at: 207, headers: { n: 'cause' } })
    const records = driver.output(out).readAll()
    expect(records.map(({ value }) => value)).toEqual(['[null, r]', '[held, null]', '[l, s]'])
    const name = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array())
    expect(records.map(({ headers }) => name(headers[0]!.value))).toEqual(['cause', 'cause', 'cause'])
  })
})

describe('J8: a late record whose window has passed comes out at once', () => {
  it('even within the grace, in which its match may still come', () => {
    const steps: readonly Step[] = [
      ['right', 'far', 200],
      ['left', 'late', 100],
      ['right', 'later', 101],
    ]
    expect(run(joined('leftJoin', 10, 1000), ...steps)).toEqual([
      [],
      ['[late, null]@100'],
      ['[late, later]@101'],
    ])
  })
})

it('J9: there is no eager form: a record in time waits for its match, and comes once', () => {
  const steps: readonly Step[] = [
    ['left', 'a', 100],
    ['right', 'b', 101],
    ['left', 'c', 500],
  ]
  for (const kind of ['leftJoin', 'outerJoin'] as const)
    expect(run(joined(kind, 10), ...steps)).toEqual([[], ['[a, b]@101'], []])
})

describe('J10: both sides have one time', () => {
  it('which either of them moves', () => {
    expect(run(joined('leftJoin', 10), ['left', 'a', 100], ['right', 'b', 111])).toEqual([
      [],
      ['[a, null]@100'],
    ])
  })

  it('and which begins anew with every start', () => {
    const late: Step = ['left', 'late', 100]
    expect(run(joined('leftJoin', 10), ['right', 'r', 200], late)).toEqual([[], ['[late, null]@100']])
    expect(run(joined('leftJoin', 10), ['right', 'r', 200], 'crash', late, ['right', 'r', 111])).toEqual([
      [],
      [],
      [],
      ['[late, null]@100'],
    ])
  })

  it('in memory alone: what is held is not forgotten with it', () => {
    expect(run(joined('leftJoin', 10), ['left', 'a', 100], 'crash', ['right', 'r', 111])).toEqual([
      [],
      [],
      ['[a, null]@100'],
    ])
  })
})

describe('J12: names of stores', () => {
  const generated = (kind: Kind): readonly string[] => {
    const app = defineApp({
      id: 'app',
      build: b => void joinOf(kind, b.stream(left), b.stream(right), { within: 1 }),
    })
    return [...app.topology().stores.keys()].toSorted()
  }

  it.each<[Kind, readonly string[], readonly string[]]>([
    [
      'join',
      ['KSTREAM-JOINOTHER-0000000005-store', 'KSTREAM-JOINTHIS-0000000004-store'],
      ['x-other-join-store', 'x-this-join-store'],
    ],
    [
      'leftJoin',
      [
        'KSTREAM-JOINTHIS-0000000004-store',
        'KSTREAM-OUTEROTHER-0000000005-store',
        'KSTREAM-OUTERSHARED-0000000004-store',
      ],
      ['x-left-shared-join-store', 'x-outer-other-join-store', 'x-this-join-store'],
    ],
    [
      'outerJoin',
      [
        'KSTREAM-OUTEROTHER-0000000005-store',
        'KSTREAM-OUTERSHARED-0000000004-store',
        'KSTREAM-OUTERTHIS-0000000004-store',
      ],
      ['x-outer-other-join-store', 'x-outer-shared-join-store', 'x-outer-this-join-store'],
    ],
  ])('of %s', (kind, numbered, named) => {
    expect(generated(kind)).toEqual(numbered)
    expect([...joined(kind, 1).topology().stores.keys()].toSorted()).toEqual(named)
  })
})

describe('J13: stores of joins', () => {
  it('have a changelog and no cache', () => {
    for (const store of joined('outerJoin', 1).topology().stores.values())
      expect(store).toMatchObject({ cache: false, changelog: {} })
  })

  it('put every result out, also where tables put theirs out once per commit', () => {
    using driver = testDriver(joined('join', 10), { cache: true })
    for (const step of [
      ['left', 'a', 1],
      ['right', 'b', 1],
      ['right', 'c', 1],
    ] as const)
      send(driver, step)
    driver.commit()
    expect(take(driver)).toEqual(['[a, b]@1', '[a, c]@1'])
  })
})

/**
 * The table of Kafka's guide to the DSL: joins within 15 seconds of one another, with a grace of 5. Its last records come
 * a millisecond later than there: Kafka, too, lets go of E when 60 seconds have passed, and not when they have come.
 */
describe('J15: the documented expectations', () => {
  type Line = readonly [second: number, side: 'left' | 'right', value: string | null, inner: string]
  const table: readonly Line[] = [
    [1, 'left', null, ''],
    [2, 'right', null, ''],
    [3, 'left', 'A', ''],
    [4, 'right', 'a', '[A, a]'],
    [5, 'left', 'B', '[B, a]'],
    [6, 'right', 'b', '[A, b] [B, b]'],
    [7, 'left', null, ''],
    [8, 'right', null, ''],
    [9, 'left', 'C', '[C, a] [C, b]'],
    [10, 'right', 'c', '[A, c] [B, c] [C, c]'],
    [11, 'right', null, ''],
    [12, 'left', null, ''],
    [13, 'right', null, ''],
    [14, 'right', 'd', '[A, d] [B, d] [C, d]'],
    [15, 'left', 'D', '[D, a] [D, b] [D, c] [D, d]'],
    [40, 'left', 'E', ''],
    [60, 'left', 'F', ''],
    [80, 'right', 'f', ''],
    [100, 'left', 'G', ''],
  ]
  const unmatched: Readonly<Record<Kind, Readonly<Record<number, string>>>> = {
    join: {},
    leftJoin: { 60: '[E, null]', 80: '[F, null]' },
    outerJoin: { 60: '[E, null]', 80: '[F, null]', 100: '[null, f]' },
  }

  it.each<Kind>(['join', 'leftJoin', 'outerJoin'])('of %s', kind => {
    using driver = testDriver(joined(kind, '15s', 5000))
    const found = table.map(([second, side, value]) => {
      const later = [60, 80, 100].indexOf(second) + 1
      send(driver, [side, value, second * 1000 + later])
      const results = take(driver).map(result => result.slice(0, result.indexOf('@')))
      return [second, results.join(' ')]
    })
    expect(found).toEqual(table.map(([second, , , inner]) => [second, unmatched[kind][second] ?? inner]))
  })
})
