/** Records with windowed keys go where the key within goes, so that all windows of a key are in one partition (O6). */
import { describe, expect, it } from 'vitest'
import { partitionForKey } from '../../../src/base/murmur2.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { defineApp } from '../../../src/dsl/app.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { integer, string } from '../../../src/serdes/primitives.ts'
import { windowed } from '../../../src/serdes/windowed.ts'
import { testDriver } from '../../../src/testing/test-driver.ts'
import { tumbling } from '../../../src/windows/time-windows.ts'

const partitions = 5
const clicks = topic('clicks', { key: string(), value: string(), partitions })
const perMinute = topic('per-minute', { key: windowed(string(), '1m'), value: integer(), partitions })

const app = defineApp({
  id: 'clicks-per-minute',
  build(b) {
    b.stream(clicks).groupByKey().windowedBy(tumbling('1m')).count('counts').toStream().to(perMinute)
  },
})

describe('a sink of windowed keys', () => {
  it('partitions by the key within', () => {
    using driver = testDriver(app)
    const keys = ['a', 'b', 'c', 'd', 'e']
    for (const at of [0, 60_000]) for (const key of keys) driver.input(clicks).send(key, 'click', { at })
    const rows = driver.output(perMinute).readAll()
    expect(rows).toHaveLength(10)
    for (const { key, partition } of rows) {
      expect(partition).toBe(partitionForKey(utf8Bytes(key.key), partitions))
    }
    expect(new Set(rows.map(({ partition }) => partition)).size).toBeGreaterThan(1)
  })
})
