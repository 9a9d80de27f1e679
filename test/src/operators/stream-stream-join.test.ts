/** Joins of two streams: what the golden scenarios cannot show, crashes and refusals above all. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  string,
  topic,
  type App,
  type KStream,
  type OptimizationChoice,
  type Within,
} from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

const left = topic('left', { key: string(), value: string() })
const right = topic('right', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })

type Side = KStream<string, string>
type Sent = readonly [side: 'left' | 'right', value: string, at: number] | 'crash'

const joiner = (l: string | undefined, r: string | undefined): string => `${l ?? '-'}${r ?? '-'}`

function appOf(join: (l: Side, r: Side) => Side, optimize: OptimizationChoice = false): App {
  return defineApp({ id: 'app', optimize, build: b => join(b.stream(left), b.stream(right)).to(out) })
}

/** All results as `value@timestamp`. */
function run(app: App, sent: readonly Sent[]): readonly string[] {
  const driver = testDriver(app)
  for (const step of sent) {
    if (step === 'crash') {
      driver.crash()
      driver.restart()
      continue
    }
    const [side, value, at] = step
    driver.input(side === 'left' ? left : right).send('k', value, { at })
  }
  const results = driver.output(out).readAll()
  driver.close()
  return results.map(({ value, timestamp }) => `${value}@${timestamp}`)
}

describe('stream-stream join', () => {
  it('joins what is in reach, before and after the left record, with the later time (J2, J3)', () => {
    const app = appOf((l, r) => l.join(r, joiner, { within: { before: 10, after: 5 }, grace: 100 }))
    const sent: readonly Sent[] = [
      ['right', 'a', 89],
      ['right', 'b', 90],
      ['right', 'c', 105],
      ['right', 'd', 106],
      ['left', 'L', 100],
      ['right', 'e', 95],
    ]
    expect(run(app, sent)).toEqual(['Lb@100', 'Lc@105', 'Le@100'])
  })

  it('finds all records of one time again after a crash, in the order of their arrival', () => {
    const app = appOf((l, r) => l.join(r, joiner, { within: 10 }))
    const sent: readonly Sent[] = [
      ['right', 'a', 7],
      ['right', 'b', 7],
      'crash',
      ['right', 'c', 7],
      ['right', 'd', 6],
      'crash',
      ['left', 'L', 7],
    ]
    expect(run(app, sent)).toEqual(['Ld@7', 'La@7', 'Lb@7', 'Lc@7'])
  })

  it('looks up for a record that is too old to be kept (J11)', () => {
    const app = appOf((l, r) => l.join(r, joiner, { within: { before: -5, after: 20 } }))
    const sent: readonly Sent[] = [
      ['right', 'r', 100],
      ['left', 'x', 100],
      ['left', 'old', 80],
      ['right', 's', 95],
    ]
    expect(run(app, sent)).toEqual(['oldr@100'])
  })

  it.each([
    ['no within', {}, /^MR-1009/],
    ['a window that ends before it begins', { within: { before: 20, after: -21 } }, /ends before it begins/],
    ['a negative grace', { within: 20, grace: -1 }, /grace must be/],
  ])('refuses %s', (_what, options, message) => {
    const app = appOf((l, r) => l.join(r, joiner, options as { within: Within }))
    expect(() => app.topology()).toThrow(message)
  })
})

describe('stream-stream left and outer join', () => {
  const outer = appOf((l, r) => l.outerJoin(r, joiner, { within: 10, grace: 5 }))

  it('puts unmatched records out when their window and the grace have passed, by time (J4-J6)', () => {
    const sent: readonly Sent[] = [
      ['left', 'a', 100],
      ['right', 'b', 90],
      ['right', 'c', 100],
      ['left', 'x', 115],
      ['left', 'y', 116],
    ]
    expect(run(outer, sent)).toEqual(['ab@100', 'ac@100'])
    expect(run(outer, [sent[1]!, ...sent.slice(3)])).toEqual(['-b@90'])
  })

  it('holds unmatched records through a crash, and loses none of equal times', () => {
    const sent: readonly Sent[] = [['left', 'a', 100], ['left', 'b', 100], 'crash', ['left', 'c', 200]]
    expect(run(outer, sent)).toEqual(['a-@100', 'b-@100'])
  })

  it('does not put a record out that was matched before a crash', () => {
    const sent: readonly Sent[] = [['left', 'a', 100], ['right', 'b', 100], 'crash', ['right', 'c', 200]]
    expect(run(outer, sent)).toEqual(['ab@100'])
  })

  it('keeps silent about the right side in a left join', () => {
    const app = appOf((l, r) => l.leftJoin(r, joiner, { within: 10 }))
    const sent: readonly Sent[] = [
      ['right', 'a', 100],
      ['left', 'b', 150],
      ['right', 'c', 200],
    ]
    expect(run(app, sent)).toEqual(['b-@150'])
  })
})

describe('a stream joined with itself', () => {
  it.each<[OptimizationChoice, number]>([
    [false, 2],
    [['single.store.self.join'], 1],
  ])('gives every pair, optimised %o, over as many stores as it needs: %i (J14)', (optimize, storeCount) => {
    const app = appOf(l => l.join(l, joiner, { within: 10, store: 'pairs' }), optimize)
    expect(app.topology().stores.size).toBe(storeCount)
    const sent: readonly Sent[] = [['left', 'a', 5], 'crash', ['left', 'b', 9], ['left', 'c', 7]]
    expect(run(app, sent)).toEqual(['aa@5', 'ba@9', 'ab@9', 'bb@9', 'ca@7', 'cb@9', 'ac@7', 'cc@7', 'bc@9'])
  })
})
