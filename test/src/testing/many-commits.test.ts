/** The driver moves stores into its backend only now and then: what a test sees of them is what was committed, at any number. */
import { describe, expect, it } from 'vitest'
import { defineApp, integer, string, topic, tumbling } from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

const input = topic('in', { key: string(), value: string() })
const app = defineApp({
  id: 'many',
  build(b) {
    const grouped = b.stream(input).groupByKey()
    grouped
      .count('totals')
      .toStream()
      .to(topic('totals-out', { key: string(), value: integer() }))
    grouped
      .windowedBy(tumbling('1s', { grace: '1h' }))
      .count('hits')
      .toStream()
      .selectKey((_, windowed) => windowed.key)
      .to(topic('hits-out', { key: string(), value: integer() }))
  },
})

describe('stores of the driver', () => {
  it.each([1, 999, 1000, 1001, 2500])('are whole after %i commits, and after a crash', count => {
    using driver = testDriver(app)
    const end = driver.input(input)
    for (let index = 0; index < count; index++) end.send(index % 2 === 0 ? 'a' : 'b', 'x', { at: index })
    const look = () => ({
      totals: ['a', 'b'].map(key => driver.store<string, number>('totals').get(key)),
      hits: driver.windowStore<string, number>('hits').fetch('a', 0)?.value,
    })
    const expected = {
      totals: [Math.ceil(count / 2), count === 1 ? undefined : Math.floor(count / 2)],
      hits: Math.min(500, Math.ceil(count / 2)),
    }
    expect(look()).toEqual(expected)
    driver.crash()
    driver.restart()
    expect(look()).toEqual(expected)
    end.send('a', 'x', { at: 0 })
    expect(look().totals[0]).toBe(expected.totals[0]! + 1)
  })
})
