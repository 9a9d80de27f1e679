/** Reads conformance scenarios: topologies as data, and what Apache Kafka Streams made of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface WindowSpec {
  readonly type: string
  readonly size?: number
  readonly advance?: number
  readonly grace?: number
}

export interface BranchSpec {
  readonly id: string
  readonly pred?: string
  readonly name?: string
}

/** A node of a scenario: an operator and its fields. */
export interface NodeSpec {
  readonly id: string
  readonly op: string
  readonly from?: string | readonly string[]
  readonly topic?: string
  readonly topics?: readonly string[]
  readonly topicBy?: string
  readonly pattern?: string
  readonly time?: string
  readonly name?: string
  readonly store?: string
  readonly versioned?: number
  readonly retention?: number
  readonly pred?: string
  readonly fn?: string
  readonly init?: string
  readonly merge?: string
  readonly partitions?: number
  readonly window?: WindowSpec
  readonly emit?: string
  readonly grace?: number
  readonly branches?: readonly BranchSpec[]
  readonly default?: BranchSpec
}

export type InputSpec =
  | readonly [topic: string, key: string | null, value: string | null, timestamp: number]
  | { readonly advance: number }

export type ExpectedRow = readonly [
  input: number,
  topic: string,
  key: string | null,
  value: string | null,
  timestamp: number,
  header: string | null,
]

export interface Scenario {
  readonly name: string
  readonly family: string
  readonly config: { readonly optimize?: boolean | readonly string[]; readonly strictNaming?: boolean }
  readonly nodes: readonly NodeSpec[]
  readonly inputs: readonly InputSpec[]
  readonly describe?: string
  readonly expected?: readonly ExpectedRow[]
  readonly stores?: Readonly<Record<string, readonly (readonly [string, string])[]>>
  readonly error?: 'build' | number
}

const folder = new URL('../../../shared/conformance', import.meta.url).pathname

/** Every scenario, or `undefined` where the folder is not there. */
export function loadScenarios(): readonly Scenario[] | undefined {
  if (!existsSync(folder)) return undefined
  const files = readdirSync(folder).filter(file => file.endsWith('.jsonl.gz'))
  return files.sort().flatMap(file => {
    const text = gunzipSync(readFileSync(join(folder, file))).toString('utf8')
    return text
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Scenario)
  })
}

/** Scenarios by their families, in order. */
export function byFamily(scenarios: readonly Scenario[]): ReadonlyMap<string, readonly Scenario[]> {
  const families = new Map<string, Scenario[]>()
  for (const scenario of scenarios) {
    const members = families.get(scenario.family) ?? []
    members.push(scenario)
    families.set(scenario.family, members)
  }
  return families
}
