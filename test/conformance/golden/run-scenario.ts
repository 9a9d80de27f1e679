/** Runs a scenario in the test driver and notes what came of it, in the terms of the format. */
import { string, type App, type Headers } from '../../../src/index.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'
import { buildScenario } from './build-scenario.ts'
import type { InputSpec, OutputRow, Scenario, StoreRows } from './scenario.ts'
import { storeRowsOf } from './store-rows.ts'

/** What a scenario did. */
export interface Observed {
  readonly describe?: string
  readonly rows: readonly OutputRow[]
  readonly stores: StoreRows
  /** Where it stopped, if it did, and why. */
  readonly stopped?: { readonly at: 'build' | number; readonly error: unknown }
}

export interface RunOptions {
  /** Whether the application crashes after every input and starts again, with nothing but what it has committed. */
  readonly crashes?: boolean
}

/** Runs every input, or those before the one that stops it. Throws only where the driver cannot be asked. */
export function runScenario(scenario: Scenario, { crashes = false }: RunOptions = {}): Observed {
  const { app, topicsChosen } = buildScenario(withOnePartition(scenario))
  let driver: TestDriver
  let describe: string
  try {
    describe = buildScenario(scenario).app.topology().describe()
    driver = testDriver(app)
  } catch (error) {
    return { rows: [], stores: {}, stopped: { at: 'build', error } }
  }
  const rows: OutputRow[] = []
  try {
    for (const [index, input] of scenario.inputs.entries()) {
      try {
        give(driver, index, input)
      } catch (error) {
        return { describe, rows, stores: {}, stopped: { at: index, error } }
      }
      rows.push(...written(driver, app, index, topicsChosen))
      if (!crashes) continue
      driver.crash()
      driver.restart()
    }
    return { describe, rows, stores: storeRowsOf(driver, app, scenario) }
  } finally {
    driver.close()
  }
}

/**
 * The scenario with one partition of every topic, as Kafka's test driver has it; how many are asked for tells only when
 * the topology is built.
 */
function withOnePartition(scenario: Scenario): Scenario {
  const nodes = scenario.nodes.map(node => {
    const { partitions: _asked, ...rest } = node
    return rest
  })
  return { ...scenario, nodes }
}

function give(driver: TestDriver, index: number, input: InputSpec): void {
  if ('advance' in input) return driver.advance(input.advance)
  const [name, key, value, at] = input
  driver
    .input({ name, key: string(), value: string() })
    .send(key, value, { at, headers: { n: String(index) } })
}

/** What an input has written to topics that are not internal: topics by name, rows in the order of writing. */
function written(
  driver: TestDriver,
  app: App,
  index: number,
  topicsChosen: ReadonlySet<string>,
): OutputRow[] {
  const topics = new Set([...sinkTopicsOf(app), ...topicsChosen])
  return [...topics].sort().flatMap(name =>
    driver
      .output({ name, key: string(), value: string() })
      .readAll()
      .map(({ key, value, timestamp, headers }): OutputRow => [
        index,
        name,
        key ?? null,
        value ?? null,
        timestamp,
        headerOf(headers),
      ]),
  )
}

function sinkTopicsOf(app: App): readonly string[] {
  const internal = app.topology().repartitionTopics
  return app
    .topology()
    .subtopologies()
    .flatMap(part => part.sinks)
    .flatMap(({ topic }) => (typeof topic === 'string' && !internal.has(topic) ? [topic] : []))
}

/** The value of the header `n`; any other header, or a second one, shows as what it is. */
function headerOf(headers: Headers): string | null {
  const texts = headers.map(({ key, value }) => {
    const content = value === null ? 'null' : string().deserialize(value)
    return key === 'n' ? content : `${key}=${content}`
  })
  return texts.length === 0 ? null : texts.join(',')
}
