/** Topics, and what is sent to and read from a test driver, for the tests of versioned tables. */
import { defineApp, string, topic, type App, type KTable, type StreamsBuilder } from '../../src/index.ts'
import type { TestDriver } from '../../src/testing/index.ts'

export const texts = { key: string(), value: string() }
export const rows = topic('rows', texts)
export const others = topic('others', texts)
export const records = topic('records', texts)
export const out = topic('out', texts)

export function appOf(build: (b: StreamsBuilder) => void, options: { cache?: boolean } = {}): App {
  return defineApp({ id: 'app', build, ...options })
}

/** What has come out since the last time, as `key=value@timestamp`. */
export function read(driver: TestDriver): readonly string[] {
  return driver
    .output(out)
    .readAll()
    .map(({ key, value, timestamp }) => `${key}=${value ?? 'null'}@${timestamp}`)
}

export type Step = readonly [topic: typeof rows, key: string | null, value: string | null, at: number]

export function send(driver: TestDriver, ...steps: readonly Step[]): readonly string[] {
  for (const [to, key, value, at] of steps) driver.input(to).send(key, value, { at })
  return read(driver)
}

/** The rows with a history of 100 ms. */
export function versionsOf(b: StreamsBuilder): KTable<string, string> {
  return b.table(rows, { store: 'versions', versioned: 100 })
}
