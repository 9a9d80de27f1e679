/** Applications as values: built once and lazily, with the topics that they declare. */
import { describe, expect, it } from 'vitest'
import { defineApp } from '../../../src/dsl/app.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { string } from '../../../src/serdes/primitives.ts'

const lines = topic('lines', { key: string(), value: string(), partitions: 3, config: { a: '1' } })
const loud = topic('loud', { key: string(), value: string() })

describe('defineApp', () => {
  it('builds when the topology is first asked for, and once', () => {
    let builtCount = 0
    const app = defineApp({
      id: 'shout',
      build(b) {
        builtCount++
        b.stream(lines)
          .mapValues(line => line.toUpperCase())
          .to(loud)
      },
    })
    expect(builtCount).toBe(0)
    expect(app.topology()).toBe(app.topology())
    expect(builtCount).toBe(1)
  })

  it('knows the topics of others that it reads and writes, as they were declared', () => {
    const app = defineApp({
      id: 'shout',
      build(b) {
        b.stream(lines)
          .groupBy(line => line)
          .count('counts')
          .toStream()
          .mapValues(String)
          .to(loud)
      },
    })
    expect(app.topics()).toEqual([
      { name: 'lines', partitions: 3, config: { a: '1' } },
      { name: 'loud', partitions: undefined, config: {} },
    ])
  })

  it('is exactly once, forwards every update and takes generated names unless told otherwise', () => {
    expect(defineApp({ id: 'a', build: () => {} })).toMatchObject({
      guarantee: 'exactly-once',
      cache: false,
      strictNaming: false,
    })
  })
})
