/** Feeds a scenario's inputs to the test driver and writes down, in the format's own rows, what comes of them. */
import { string, type App } from '../../src/index.ts'
import { testDriver, type TestDriver, type TestOutput } from '../../src/testing/index.ts'
import { textOf } from './functions.ts'
import type { ExpectedRow, Scenario } from './scenario.ts'

/** What the application put out, and what its stores hold in the end. */
export interface ScenarioResult {
  readonly rows: readonly ExpectedRow[]
  readonly stores: Readonly<Record<string, readonly (readonly [string, string])[]>>
  /** The number of the input that stopped the application, if one did. */
  readonly stoppedBy: number | undefined
}

type Output = TestOutput<string, string>

export function runScenario(scenario: Scenario, app: App): ScenarioResult {
  using driver = testDriver(app)
  const outputs = outputsOf(scenario, driver)
  // Scenarios may also write to topics that nothing reads.
  const read = new Set(
    app
      .topology()
      .subtopologies()
      .flatMap(part => part.sourceTopics),
  )
  const rows: ExpectedRow[] = []
  for (const [number, input] of scenario.inputs.entries()) {
    try {
      if ('advance' in input) driver.advance(input.advance)
      else if (read.has(input[0])) send(driver, input, number)
    } catch {
      return { rows, stores: {}, stoppedBy: number }
    }
    for (const [name, output] of outputs) {
      for (const { key, value, timestamp, headers } of output.readAll()) {
        const header = headers.find(each => each.key === 'n')?.value
        const n = header === undefined || header === null ? null : new TextDecoder().decode(header)
        rows.push([number, name, key ?? null, value ?? null, timestamp, n])
      }
    }
  }
  const stores = Object.fromEntries(
    Object.keys(scenario.stores ?? {}).map(name => [name, storeRows(app, driver, name)]),
  )
  return { rows, stores, stoppedBy: undefined }
}

/** Not `topic()`: dynamic sinks of scenarios make names that no broker would take. */
function textTopic(name: string) {
  return { name, key: string(), value: string() }
}

/** Every topic that a row names or a sink writes, in alphabetical order. */
function outputsOf(scenario: Scenario, driver: TestDriver): readonly (readonly [string, Output])[] {
  const names = new Set(scenario.nodes.flatMap(({ op, topic }) => (op === 'to' ? [topic!] : [])))
  for (const [, name] of scenario.expected ?? []) names.add(name)
  names.delete(undefined as never)
  return [...names].sort().map(name => [name, driver.output(textTopic(name))] as const)
}

function send(
  driver: TestDriver,
  [name, key, value, at]: readonly [string, string | null, string | null, number],
  number: number,
): void {
  const input = driver.input(textTopic(name))
  input.send(key, value, { at, headers: { n: String(number) } })
}

function storeRows(app: App, driver: TestDriver, name: string): readonly (readonly [string, string])[] {
  const { kind } = app.topology().stores.get(name)!
  const rows =
    kind === 'key-value'
      ? [...driver.store(name).toMap()].map(([key, value]) => ({ key: textOf(key)!, start: -1, value }))
      : driver
          .windowStore(name)
          .toArray()
          .map(({ key, start, value }) => ({ key: textOf(key)!, start, value }))
  rows.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || a.start - b.start)
  return rows.map(({ key, start, value }) => [start === -1 ? key : `${key}@${start}`, textOf(value)!])
}
