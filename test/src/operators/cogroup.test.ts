/** What the conformance scenarios do not show of `cogroup`: updates held back, restarts, and what is refused. */
import { describe, expect, it } from 'vitest'
import { defineApp } from '../../../src/dsl/app.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { string } from '../../../src/serdes/primitives.ts'
import { testDriver } from '../../../src/testing/index.ts'
import { session } from '../../../src/windows/session-windows.ts'

const left = topic('left', { key: string(), value: string() })
const right = topic('right', { key: string(), value: string() })
const out = topic('out', { key: string(), value: string() })

const app = defineApp({
  id: 'both',
  build(b) {
    const lefts = b.stream(left).groupByKey()
    const rights = b.stream(right).groupByKey()
    lefts
      .cogroup<string>((sum, value) => `${sum}+${value}`)
      .cogroup(rights, (sum, value) => `${sum}-${value}`)
      .aggregate({ initial: () => '0', store: 'both', value: string() })
      .toStream()
      .to(out)
  },
})

describe('cogroup', () => {
  it('puts out a key that both streams have updated once at the commit (C2)', () => {
    using driver = testDriver(app, { cache: true })
    driver.input(left).send('k', 'a', { at: 1 })
    driver.input(right).send('k', 'b', { at: 2 }).send('j', 'c', { at: 3 })
    driver.input(left).send('k', 'd', { at: 4 })
    driver.commit()
    const rows = driver.output(out).readAll()
    expect(rows.map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual([
      ['j', '0-c', 3],
      ['k', '0+a-b+d', 4],
    ])
  })

  it('goes on from the changelog that its folds share after a crash', () => {
    using driver = testDriver(app)
    driver.input(left).send('k', 'a')
    driver.crash()
    driver.restart()
    driver.input(right).send('k', 'b')
    expect(
      driver
        .output(out)
        .readAll()
        .map(({ value }) => value),
    ).toEqual(['0+a', '0+a-b'])
  })

  it('refuses what is no group', () => {
    const wrong = defineApp({
      id: 'wrong',
      build(b) {
        const group = b.stream(left).groupByKey()
        group.cogroup<string>(sum => sum).cogroup(b.stream(right) as never, sum => sum)
      },
    })
    expect(() => wrong.topology()).toThrow(/cogroup: expected a grouped stream/)
  })

  it('by session merges what both streams made, once per commit, and goes on after a crash (D45, W1)', () => {
    const visits = defineApp({
      id: 'visits',
      build: b =>
        b
          .stream(left)
          .groupByKey()
          .cogroup<string>((sum, value) => `${sum}+${value}`)
          .cogroup(b.stream(right).groupByKey(), (sum, value) => `${sum}-${value}`)
          .windowedBy(session(5))
          .aggregate({ initial: () => '', merge: (l, r) => `${l}&${r}`, store: 'visits', value: string() })
          .toStream((_: string, { key, window }): string => `${key}@${window.start}/${window.end}`)
          .to(out),
    })
    using driver = testDriver(visits, { cache: true })
    const taken = (): readonly string[] =>
      driver
        .output(out)
        .readAll()
        .map(({ key, value }) => `${key}=${value ?? 'gone'}`)
    driver.input(left).send('k', 'a', { at: 1 })
    driver.input(right).send('k', 'b', { at: 3 })
    driver.commit()
    expect(taken()).toEqual(['k@1/3=&+a-b'])
    driver.crash()
    driver.restart()
    driver.input(left).send('k', 'c', { at: 7 })
    driver.commit()
    expect(taken()).toEqual(['k@1/3=gone', 'k@1/7=&&+a-b+c'])
  })

  it('refuses two repartition topics of one name (D42)', () => {
    const wrong = defineApp({
      id: 'wrong',
      build(b) {
        const lefts = b.stream(left).groupBy(value => value)
        const rights = b.stream(right).groupBy(value => value)
        lefts
          .cogroup<string>(sum => sum)
          .cogroup(rights, sum => sum)
          .aggregate({ initial: () => '', store: 'both' })
      },
    })
    expect(() => wrong.topology()).toThrow(/both-repartition/)
  })
})
