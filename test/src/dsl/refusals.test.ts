/** What the DSL refuses: with which code, at which line, and with what advice. */
import { describe, expect, it } from 'vitest'
import { StreamsError } from '../../../src/base/errors.ts'
import { defineApp, type AppDefinition } from '../../../src/dsl/app.ts'
import type { StreamsBuilder } from '../../../src/dsl/streams-builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { json } from '../../../src/serdes/json.ts'
import { int64, string } from '../../../src/serdes/primitives.ts'
import { tumbling } from '../../../src/windows/time-windows.ts'

const lines = topic('lines', { key: string(), value: string() })
const rows = topic('rows', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })

function refusal(build: (b: StreamsBuilder) => void, strictNaming = false): unknown {
  try {
    defineApp({ id: 'app', build, strictNaming }).topology()
  } catch (error) {
    return error
  }
  return undefined
}

describe('a topology is refused', () => {
  it.each<[what: string, code: string, message: RegExp, build: (b: StreamsBuilder) => void]>([
    ['without a source', 'MR-1001', /no source/, () => {}],
    [
      'that reads a topic as stream and as table',
      'MR-1001',
      /'lines' is read by/,
      b => {
        b.stream(lines)
        b.table(lines)
      },
    ],
    [
      'that reads overlapping sets of topics',
      'MR-1001',
      /'lines' is read by/,
      b => {
        b.stream([lines, rows])
        b.stream(lines)
      },
    ],
    [
      'with two operators of one name',
      'MR-1002',
      /two operators are called 'x'/,
      b => {
        b.stream(lines)
          .filter(() => true, { name: 'x' })
          .peek(() => {}, { name: 'x' })
      },
    ],
    [
      'with two stores of one name',
      'MR-1002',
      /two stores are called 'counts'/,
      b => {
        b.stream(lines).groupByKey().count('counts')
        b.stream(rows).groupByKey().count('counts')
      },
    ],
    [
      'with keys of no known serde',
      'MR-1004',
      /count must write keys/,
      b => {
        const numbers = b.stream(lines).selectKey(line => BigInt(line), { key: { ...int64() } })
        const others = b.stream(lines).selectKey(line => BigInt(line), { key: int64() })
        numbers.merge(others).groupByKey().count('counts')
      },
    ],
    [
      'with an operator name that Kafka does not allow',
      'MR-1005',
      /cannot be called "a b"/,
      b => {
        b.stream(lines).filter(() => true, { name: 'a b' })
      },
    ],
    [
      'with a store name that Kafka does not allow',
      'MR-1005',
      /a store cannot be called ""/,
      b => {
        b.stream(lines).groupByKey().count('')
      },
    ],
    [
      'with topics of different serdes in one stream',
      'MR-1006',
      /'lines' and 'numbers' have different/,
      b => {
        const numbers = topic('numbers', { key: string(), value: json<string>() })
        b.stream([lines, numbers])
      },
    ],
    [
      'with a topic read under different serdes',
      'MR-1006',
      /'lines' is read twice/,
      b => {
        b.stream(lines)
        b.stream(topic('lines', { key: string(), value: json<string>() }))
      },
    ],
    [
      'with a topic of two partition counts',
      'MR-1006',
      /'lines' is declared with 2 and with 3/,
      b => {
        b.stream(topic('lines', { key: string(), value: string(), partitions: 2 }))
        b.stream(topic('lines', { key: string(), value: string(), partitions: 3 }))
      },
    ],
    [
      'with a retention below size and grace',
      'MR-1007',
      /shorter than size and grace, 70000 ms/,
      b => {
        b.stream(lines)
          .groupByKey()
          .windowedBy(tumbling('1m', { grace: '10s' }))
          .count({ retention: '1m' })
      },
    ],
    [
      'with two repartitions of one name',
      'MR-1002',
      /'x-repartition-source'/,
      b => {
        b.stream(lines).repartition({ name: 'x' })
        b.stream(rows).repartition({ name: 'x' })
      },
    ],
  ])('%s (%s)', (_what, code, message, build) => {
    const error = refusal(build)
    expect(error).toBeInstanceOf(StreamsError)
    expect(error).toMatchObject({ code })
    expect((error as StreamsError).message).toMatch(message)
  })

  it('at the line that declares it', () => {
    const error = refusal(b => b.stream(lines).filter(() => true, { name: 'not allowed' }))
    expect((error as StreamsError).where).toMatch(/test\/src\/dsl\/refusals\.test\.ts:\d+:\d+$/)
  })

  it('with the whole story: code, place, reason and remedy', () => {
    const { message } = refusal(b => void b.stream(lines).groupByKey().count(), true) as StreamsError
    expect(message).toMatch(/^MR-1003 {2}the store of stream-aggregate .* has the generated name/)
    expect(message).toMatch(/\n {2}at \S+refusals\.test\.ts:\d+:\d+\n/)
    expect(message).toMatch(/\n {2}Fix: name the store/)
  })
})

describe('strictNaming', () => {
  it.each<[what: string, build: (b: StreamsBuilder) => void]>([
    ['an unnamed count', b => b.stream(lines).groupByKey().count()],
    ['an unnamed table', b => b.table(rows)],
    ['an unnamed repartition', b => b.stream(lines).repartition()],
    [
      'a join that repartitions without a name',
      b => {
        b.stream(lines)
          .selectKey(line => line)
          .join(b.table(rows, 'rows'), left => left)
      },
    ],
  ])('refuses %s (MR-1003, N7)', (_what, build) => {
    expect(refusal(build, true)).toMatchObject({ code: 'MR-1003' })
    expect(refusal(build, false)).toBeUndefined()
  })

  it('is content with operators whose numbers name nothing that is kept', () => {
    const build = (b: StreamsBuilder): void => {
      const table = b.table(rows, 'rows')
      const grouped = b
        .stream(lines)
        .filter(() => true)
        .groupBy(line => line)
      grouped.count('counts').toStream().mapValues(String).to(out)
      b.stream(lines)
        .selectKey(line => line)
        .join(table, left => left, { name: 'with-row' })
        .to(out)
    }
    expect(refusal(build, true)).toBeUndefined()
  })
})

describe('a stream or table is refused', () => {
  it('by another application (MR-1008)', () => {
    let foreign: ReturnType<StreamsBuilder['table']> | undefined
    defineApp({ id: 'other', build: b => void (foreign = b.table(rows) as never) }).topology()
    const error = refusal(b => b.stream(lines).join(foreign as never, left => left))
    expect(error).toMatchObject({ code: 'MR-1008' })
  })

  it('after the topology was built (MR-1008)', () => {
    let kept: ReturnType<StreamsBuilder['stream']> | undefined
    defineApp({ id: 'app', build: b => void (kept = b.stream(lines) as never) }).topology()
    expect(() => kept!.peek(() => {})).toThrow(expect.objectContaining({ code: 'MR-1008' }) as Error)
  })
})

describe('misuse is MR-1010, which names the argument, the line and the remedy', () => {
  it.each<[what: string, message: RegExp, build: (b: StreamsBuilder) => void]>([
    [
      'a predicate that is none',
      /filter: expected a function, not string\n {2}at .*refusals/,
      b => b.stream(lines).filter('x' as never),
    ],
    [
      'a fold without initial',
      /aggregate: initial: expected a function/,
      b =>
        b
          .stream(lines)
          .groupByKey()
          .aggregate({ add: () => 1 } as never),
    ],
    ['nothing where a table belongs', /join: expected a/, b => b.stream(lines).join({} as never, () => 1)],
    ['nothing where a stream belongs', /merge: expected a stream/, b => b.stream(lines).merge(null as never)],
    ['no branch', /at least one predicate/, b => b.stream(lines).branch({})],
    ['a branch called rest', /'rest' is the branch/, b => b.stream(lines).branch({ rest: () => true })],
    [
      'a branch called by a number',
      /'1' cannot name a branch/,
      b => b.stream(lines).branch({ 1: () => true }),
    ],
    ['no topic', /expected at least one topic/, b => b.stream([])],
    [
      'half a partition',
      /partitions must be an integer of at least 1, not 0.5/,
      b => b.stream(lines).repartition({ partitions: 0.5 }),
    ],
    [
      'windows that are none',
      /expected tumbling/,
      b =>
        b
          .stream(lines)
          .groupByKey()
          .windowedBy({} as never),
    ],
  ])('%s', (_what, message, build) => {
    const error = refusal(build)
    expect(error).toMatchObject({
      code: 'MR-1010',
      where: expect.stringContaining('refusals.test.ts') as string,
      fix: expect.any(String) as string,
    })
    expect((error as Error).message).toMatch(message)
  })
})

describe('defineApp refuses', () => {
  it('an id that Kafka does not allow (MR-1005)', () => {
    expect(() => defineApp({ id: 'my app', build: () => {} })).toThrow(
      expect.objectContaining({ code: 'MR-1005' }) as Error,
    )
  })

  it('a build that is asynchronous (MR-1001)', () => {
    const build: unknown = async (b: StreamsBuilder) => void b.stream(lines)
    const define = () => defineApp({ id: 'app', build: build as AppDefinition['build'] })
    expect(() => define().topology()).toThrow(/build of app 'app' is async/)
  })
})

describe('topic refuses', () => {
  it.each<[what: string, make: () => unknown, error: RegExp]>([
    ['a name that Kafka does not allow', () => topic('a/b', { key: string(), value: string() }), /MR-1005/],
    ['a missing serde', () => topic('a', { key: string() } as never), /MR-1004 .* no serde for its values/],
    [
      'no partitions',
      () => topic('a', { key: string(), value: string(), partitions: 0 }),
      /partitions of topic/,
    ],
  ])('%s', (_what, make, error) => {
    expect(make).toThrow(error)
  })
})
