/** Choices of an application that there are not, and the advice that strict naming gives for each operator. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  string,
  topic,
  topologyApp,
  tumbling,
  type KStream,
  type StreamsBuilder,
} from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

const text = { key: string(), value: string() }
const lines = topic('lines', text)
const rows = topic('rows', text)
const clicks = topic('clicks', text)
const here = /refusals-choices\.test\.ts:\d+:\d+/

describe('an application refuses', () => {
  it.each<[what: string, message: string, choice: object]>([
    [
      'another guarantee',
      `guarantee must be 'exactly-once' or 'at-least-once', not "most"`,
      { guarantee: 'most' },
    ],
    ['another rule for headers', `headers must be 'kafka' or 'keep', not "all"`, { headers: 'all' }],
    ['a cache of a size', 'cache must be true or false, not 10', { cache: 10 }],
    ['a wrapper that is none', 'wrapProcessor: expected a function, not number', { wrapProcessor: 5 }],
  ])('%s', (_what, message, choice) => {
    for (const define of [defineApp, topologyApp]) {
      const made = (): unknown => define({ id: 'app', build: () => {}, ...choice })
      expect(made).toThrow('MR-1010')
      expect(made).toThrow(message)
      expect(made).toThrow(here)
    }
  })

  it.each<[what: string, message: RegExp, option: object]>([
    ['a misspelt option', /there is no option "cahce"[^]*did you mean cache\?/, { cahce: true }],
    ['an option of run', /there is no option "commitInterval"[^]*one of id, build, /, { commitInterval: 5 }],
    ['a name that all objects have', /there is no option "toString"/, { toString: () => 'app' }],
    ['a misspelt option of nothing', /there is no option "onErorr"[^]*onError\?/, { onErorr: undefined }],
  ])('%s', (_what, message, option) => {
    for (const define of [defineApp, topologyApp]) {
      const made = (): unknown => define({ id: 'app', build: () => {}, ...option })
      expect(made).toThrow('MR-1010')
      expect(made).toThrow(`${define.name}: `)
      expect(made).toThrow(message)
      expect(made).toThrow(here)
    }
  })

  it('what only the other kind of application may choose', () => {
    const [definition, topics, naming] = [
      { id: 'app', build: () => {} },
      { topics: [lines] },
      { strictNaming: true },
    ]
    expect(() => defineApp({ ...definition, ...topics })).toThrow(/no option "topics"/)
    expect(() => topologyApp({ ...definition, ...naming })).toThrow(/no option "strictNaming"/)
  })

  it('nothing of what there is', () => {
    const { id, build } = { id: 'app', build: () => {} }
    const shared = { guarantee: 'at-least-once', cache: true, headers: 'keep', dlq: 'dead' } as const
    const onError = { process: 'dlq' } as const
    const alone = { strictNaming: true, optimize: true, backend: 'memory' } as const
    expect(defineApp({ id, build, ...shared, ...alone, onError })).toMatchObject({ id })
    expect(topologyApp({ id, build, ...shared, topics: [lines], onError })).toMatchObject({ id })
  })

  it('a kind of time that there is not, when a processor schedules by it', () => {
    const app = topologyApp({
      id: 'app',
      build: topology =>
        topology.addSource('lines', { topics: ['lines'], ...text }).addProcessor('daily', {
          parents: ['lines'],
          supplier: () => ({
            init: context => void context.schedule(5, 'daily' as never, () => {}),
            process: () => {},
          }),
        }),
    })
    expect(() => testDriver(app)).toThrow(
      /'daily' threw: schedule: type must be 'stream-time' or 'wall-clock'/,
    )
  })
})

describe('strict naming says how a store gets its name:', () => {
  type Case = readonly [string, string, (s: KStream<string, string>, b: StreamsBuilder) => unknown]
  it.each<Case>([
    ['count', `count('orders-per-customer')`, s => s.groupByKey().count()],
    ['dedupe', `{ store: 'paid-orders' }`, s => s.dedupe({ by: value => value, within: '1h' })],
    ['join', `{ store: 'paid-orders' }`, (s, b) => s.join(b.stream(rows), left => left, { within: '1m' })],
    [
      'foreign-key join',
      `{ store: 'paid-orders' }`,
      (_s, b) => b.table(lines, 'l').join(b.table(rows, 'r'), left => left, { on: left => left }),
    ],
    [
      'suppress',
      `{ until, name: 'final-counts' }`,
      s => s.groupByKey().windowedBy(tumbling('1m')).count('c').suppress({ until: 'window-close' }),
    ],
  ])('%s', (_operator, advice, build) => {
    const app = defineApp({
      id: 'app',
      strictNaming: true,
      build: b => void build(b.stream(clicks), b),
    })
    expect(() => app.topology()).toThrow(expect.objectContaining({ code: 'MR-1003' }) as Error)
    expect(() => app.topology()).toThrow(advice)
  })
})

describe('the line that declares an operator', () => {
  it('is found through however many calls of the library', () => {
    const app = defineApp({
      id: 'app',
      build: b => void b.stream(lines).branch({ 'not allowed': () => true }),
    })
    expect(() => app.topology()).toThrow(
      expect.objectContaining({ code: 'MR-1005', where: expect.stringMatching(here) as string }) as Error,
    )
  })
})
