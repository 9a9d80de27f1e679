/** One repartition topic after a change of keys (semantics O7), and what must not be merged. */
import { describe, expect, it } from 'vitest'
import {
  defineApp,
  integer,
  string,
  topic,
  type OptimizationChoice,
  type StreamsBuilder,
} from '../../../../src/index.ts'
import { testDriver } from '../../../../src/testing/index.ts'

const lines = topic('lines', { key: string(), value: string() })
const others = topic('others', { key: string(), value: string() })
const counts = topic('counts', { key: string(), value: integer() })
const longest = topic('longest', { key: string(), value: string() })

function repartitionTopicsOf(
  build: (b: StreamsBuilder) => void,
  optimize: OptimizationChoice = true,
): string[] {
  return [...defineApp({ id: 'app', optimize, build }).topology().repartitionTopics.keys()]
}

describe('merge.repartition.topics', () => {
  const twoFolds = (b: StreamsBuilder): void => {
    const byFirst = b.stream(lines).selectKey(line => line.charAt(0))
    byFirst
      .filter(line => line.length > 1)
      .groupByKey()
      .count('n')
      .toStream()
      .to(counts)
    byFirst
      .groupByKey()
      .reduce((a, line) => (line.length > a.length ? line : a), 'l')
      .toStream()
      .to(longest)
  }

  it('leaves one topic for two folds of the same new keys, called as the first', () => {
    expect(repartitionTopicsOf(twoFolds, false)).toEqual(['n-repartition', 'l-repartition'])
    expect(repartitionTopicsOf(twoFolds)).toEqual(['n-repartition'])
    expect(repartitionTopicsOf(twoFolds, ['merge.repartition.topics'])).toEqual(['n-repartition'])
    expect(repartitionTopicsOf(twoFolds, [])).toEqual(['n-repartition', 'l-repartition'])
  })

  it('changes no result, with several partitions too', () => {
    const resultsOf = (optimize: OptimizationChoice): unknown => {
      const app = defineApp({ id: 'app', optimize, build: twoFolds })
      using driver = testDriver(app, { partitions: { lines: 3 } })
      for (const line of ['to', 'be', 'or', 'not', 'to', 'better', 'x', 'orbit']) {
        driver.input(lines).send(line, line)
      }
      return [driver.output(counts).toMap(), driver.output(longest).toMap()]
    }
    expect(resultsOf(true)).toEqual(resultsOf(false))
  })

  it('leaves one topic where the folds have a filter in common', () => {
    const build = (b: StreamsBuilder): void => {
      const short = b
        .stream(lines)
        .selectKey(line => line.charAt(0))
        .filter(line => line.length < 9)
      short.groupByKey().count('n')
      short.groupByKey().count('m')
    }
    expect(repartitionTopicsOf(build)).toEqual(['n-repartition'])
    using driver = testDriver(defineApp({ id: 'app', optimize: true, build }))
    driver.input(lines).send('k', 'to').send('k', 'the')
    expect(driver.store('m').toMap()).toEqual(new Map([['t', 2]]))
  })

  it('puts the topic after the merge of streams whose keys were changed', () => {
    const build = (b: StreamsBuilder): void => {
      const first = (line: string): string => line.charAt(0)
      const merged = b.stream(lines).selectKey(first).merge(b.stream(others).selectKey(first))
      merged.groupByKey().count('n')
      merged.groupByKey().count('m')
    }
    expect(repartitionTopicsOf(build)).toEqual(['n-repartition'])
    using driver = testDriver(defineApp({ id: 'app', optimize: true, build }))
    driver.input(lines).send('k', 'to')
    driver.input(others).send('k', 'the')
    expect(driver.store('m').toMap()).toEqual(new Map([['t', 2]]))
  })

  it('leaves what is below a change of values, and what repartition() has asked for', () => {
    const build = (b: StreamsBuilder): void => {
      const byFirst = b.stream(lines).selectKey(line => line.charAt(0))
      byFirst.groupByKey().count('n')
      byFirst
        .mapValues(line => line.length)
        .groupByKey()
        .count('m')
      byFirst.repartition({ name: 'own' }).to(longest)
    }
    expect(repartitionTopicsOf(build)).toEqual(['n-repartition', 'm-repartition', 'own-repartition'])
  })

  it('looks a table up below the one topic, with rows sent by the same key', () => {
    const build = (b: StreamsBuilder): void => {
      const byFirst = b.stream(lines).selectKey(line => line.charAt(0))
      byFirst.groupByKey().count('n')
      byFirst.leftJoin(b.table(others), (line, other) => `${line}+${other}`).to(longest)
    }
    expect(repartitionTopicsOf(build)).toEqual(['n-repartition'])
    using driver = testDriver(defineApp({ id: 'app', optimize: true, build }))
    driver.input(others).send('t', 'tea')
    driver.input(lines).send('k', 'to').send('k', 'be')
    expect(
      driver
        .output(longest)
        .readAll()
        .map(({ value }) => value),
    ).toEqual(['to+tea', 'be+undefined'])
  })

  it('refuses a name that is none', () => {
    const unknown = ['merge.everything'] as unknown as OptimizationChoice
    expect(() => repartitionTopicsOf(twoFolds, unknown)).toThrow(/optimize: 'merge.everything' is none of '/)
  })
})
