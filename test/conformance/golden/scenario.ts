/** Reads conformance scenarios: topologies as data, and what Apache Kafka Streams made of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { OptimizationChoice } from '../../../src/index.ts'

/** Windows of folds, and of stream-stream joins (`before`, `after`). */
export interface WindowSpec {
  readonly type?: string
  readonly size?: number
  readonly advance?: number
  readonly grace?: number
  readonly diff?: number
  readonly gap?: number
  readonly start?: number
  readonly sizes?: readonly number[]
  readonly before?: number
  readonly after?: number
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
  readonly storeName?: string
  readonly versioned?: number
  readonly retention?: number
  readonly pred?: string
  readonly fn?: string
  readonly fns?: readonly string[]
  readonly fk?: string
  readonly key?: string
  readonly add?: string
  readonly sub?: string
  readonly init?: string
  readonly merge?: string
  readonly partitions?: number
  readonly window?: WindowSpec
  readonly emit?: string
  readonly grace?: number
  readonly until?: 'close' | number
  readonly maxRecords?: number
  readonly full?: string
  readonly branches?: readonly BranchSpec[]
  readonly default?: BranchSpec
}

export type InputSpec =
  | readonly [topic: string, key: string | null, value: string | null, timestamp: number]
  | { readonly advance: number }

export type OutputRow = readonly [
  input: number,
  topic: string,
  key: string | null,
  value: string | null,
  timestamp: number,
  header: string | null,
]

/** A key (with its window or version) and a value. */
export type StoreRow = readonly [key: string, value: string | null]

export type StoreRows = Readonly<Record<string, readonly StoreRow[]>>

export interface Scenario {
  readonly name: string
  readonly family: string
  readonly rows?: readonly string[]
  readonly config: { readonly optimize?: OptimizationChoice; readonly strictNaming?: boolean }
  readonly nodes: readonly NodeSpec[]
  readonly inputs: readonly InputSpec[]
  readonly describe?: string
  readonly expected?: readonly OutputRow[]
  readonly stores?: StoreRows
  /** `build`: it is refused before it runs; a number: that input stops it. */
  readonly error?: 'build' | number
}

/** The scenarios of one file. */
export interface ScenarioFile {
  readonly name: string
  readonly scenarios: readonly Scenario[]
}

/** Beside the project, where nobody has named another folder. */
export const defaultFolder = fileURLToPath(new URL('../../../../shared/conformance/', import.meta.url))

const suffix = '.jsonl.gz'

/** Every scenario file of a folder, in the order of their names; `undefined` where there is no such folder. */
export function readScenarios(folder: string): readonly ScenarioFile[] | undefined {
  if (!existsSync(folder)) return undefined
  const files = readdirSync(folder).filter(file => file.endsWith(suffix))
  return files.sort().map(file => ({
    name: file.slice(0, -suffix.length),
    scenarios: gunzipSync(readFileSync(join(folder, file)))
      .toString('utf8')
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Scenario),
  }))
}

/** The ids of the nodes that a node reads from. */
export function parentsOf({ from }: NodeSpec): readonly string[] {
  if (from === undefined) return []
  return typeof from === 'string' ? [from] : from
}

/** The ids that a node makes: its own, or those of its branches, the default last. */
export function idsOf({ id, branches, default: rest }: NodeSpec): readonly string[] {
  if (branches === undefined) return [id]
  return [...branches, ...(rest === undefined ? [] : [rest])].map(branch => branch.id)
}
