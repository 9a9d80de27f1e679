/** An application of one expression over text topics, fed with a list of records: what rows of the semantics are shown with. */
import { defineApp, string, topic, type StreamsError, type StreamsBuilder } from '../../src/index.ts'
import { testDriver, type TestDriverOptions } from '../../src/testing/index.ts'

export const left = topic('left', { key: string(), value: string() })
export const right = topic('right', { key: string(), value: string() })
export const out = topic('out', { key: string(), value: string() })

const topics = { left, right }

/** A record for one of the two topics; header `n` is its number. */
export type Input = readonly [
  to: keyof typeof topics,
  key: string | null,
  value: string | null,
  timestamp: number,
]

/** What came out. */
export interface Outcome {
  /** `key:value@timestamp#n`: null keys and values as `null`, `n` the header, and nothing behind `#` where there is none. */
  readonly results: readonly string[]
  /** Why records were dropped, in order. */
  readonly drops: readonly string[]
  /** The code of the error that ended the application. */
  readonly error: string | undefined
}

/** Runs `build`, whose stream goes to `out`, over `inputs` in order, or up to the one that ends it. */
export function outcome(
  build: (b: StreamsBuilder) => { to(topic: typeof out): unknown },
  inputs: readonly Input[],
  options: TestDriverOptions = {},
): Outcome {
  const app = defineApp({ id: 'app', build: b => void build(b).to(out) })
  using driver = testDriver(app, options)
  let error: string | undefined
  try {
    inputs.forEach(([to, key, value, at], index) => {
      driver.input(topics[to]).send(key, value, { at, headers: { n: String(index) } })
    })
    driver.commit()
  } catch (thrown) {
    error = (thrown as StreamsError).code
  }
  const results = driver
    .output(out)
    .readAll()
    .map(({ key, value, timestamp, headers }) => {
      const numbers = headers.map(header => Buffer.from(header.value!).toString()).join()
      return `${key ?? 'null'}:${value ?? 'null'}@${timestamp}#${numbers}`
    })
  return { results, drops: driver.drops().map(({ reason }) => reason), error }
}
