/** A broker that is killed at random moments keeps its word (reliability.md section 5 items 1 and 7). */
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { brokerChaos } from './broker-chaos.ts'
import { freePort } from './free-port.ts'
import { History, judge, type Seen } from './history.ts'

const main = fileURLToPath(new URL('../../dist/runtime/cli/main.js', import.meta.url))

it.each(['process', 'power'])(
  'kill -9 loses, doubles, tears and reorders nothing, durability %s',
  async durability => {
    const seed = Date.now() % 1_000_000
    const result = await brokerChaos({
      main,
      directory: await temporaryDirectory(),
      port: await freePort(),
      kills: 4,
      seed,
      lifeMs: 1200,
      properties: [`durability=${durability}`],
    })
    expect({ seed, anomalies: result.anomalies }).toEqual({ seed, anomalies: [] })
    expect(result.plainRecords).toBeGreaterThan(0)
    expect(result.transactions.committed).toBeGreaterThan(0)
  },
  120_000,
)

/** A checker that finds nothing wrong proves nothing unless it would. */
describe('the judge finds', () => {
  function run(): { history: History; last: Seen; along: Seen } {
    const history = new History()
    history.sent[0] = 3
    history.acknowledged.push({ partition: 0, firstNumber: 0, baseOffset: 0, count: 3 })
    history.transactions.push(
      { writer: 'a', number: 1, counts: [2, 1], outcome: 'committed' },
      { writer: 'a', number: 2, counts: [1, 1], outcome: 'aborted' },
      { writer: 'a', number: 3, counts: [1, 1], outcome: 'unknown' },
    )
    history.committedOffsets.set('a', 1)
    const seen = (): Seen =>
      new Map([
        ['plain-0', ['0', '1', '2'].map((value, offset) => ({ offset, value }))],
        ['ledger-0', ['a 1 0', 'a 1 1'].map((value, offset) => ({ offset, value }))],
        ['ledger-1', [{ offset: 0, value: 'a 1 0' }]],
      ])
    return { history, last: seen(), along: seen() }
  }

  it('nothing where all is well', () => {
    const { history, last, along } = run()
    expect(judge(history, last, along).anomalies).toEqual([])
  })

  it.each<[what: string, anomaly: RegExp, spoil: (seen: Seen, history: History) => void]>([
    ['a lost record', /lost, repeated/, seen => void seen.get('plain-0')!.splice(1, 1)],
    ['a lost tail', /3 records were sent and 2/, seen => void seen.get('plain-0')!.pop()],
    [
      'a repeated record',
      /lost, repeated/,
      seen => void seen.get('plain-0')!.splice(1, 0, { offset: 1, value: '0' }),
    ],
    [
      'a record that moved',
      /acknowledged at 2, not there/,
      seen => void (seen.get('plain-0')![2] = { offset: 3, value: '2' }),
    ],
    ['a torn transaction', /a 1 .* is torn/, seen => void seen.get('ledger-1')!.pop()],
    [
      'a lost transaction',
      /committed and is lost/,
      seen => void (seen.set('ledger-0', []), seen.set('ledger-1', [])),
    ],
    [
      'an aborted read',
      /aborted and is seen/,
      seen => {
        seen.get('ledger-0')!.push({ offset: 3, value: 'a 2 0' })
        seen.get('ledger-1')!.push({ offset: 3, value: 'a 2 0' })
      },
    ],
    [
      'a record that nobody sent',
      /never sent/,
      seen => void seen.get('ledger-0')!.push({ offset: 9, value: 'b 1 0' }),
    ],
    [
      'an offset that did not commit',
      /group of a: offset 0/,
      (_seen, history) => void history.committedOffsets.set('a', 0),
    ],
  ])('%s', (_what, anomaly, spoil) => {
    const { history, last, along } = run()
    spoil(last, history)
    spoil(along, history)
    expect(judge(history, last, along).anomalies.join('\n')).toMatch(anomaly)
  })

  it('a reader that saw something else at first', () => {
    const { history, last, along } = run()
    along.get('ledger-0')!.unshift({ offset: 0, value: 'a 2 0' })
    expect(judge(history, last, along).anomalies.join('\n')).toMatch(/a reader saw a 2 0 at 0/)
  })
})
