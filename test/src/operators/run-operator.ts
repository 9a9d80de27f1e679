/** Runs one operator in a task of its own and writes down what it forwards. */
import { json } from '../../../src/serdes/json.ts'
import { string } from '../../../src/serdes/primitives.ts'
import type { ProcessorSupplier } from '../../../src/processor/processor.ts'
import type { StreamRecord } from '../../../src/processor/record.ts'
import { Change } from '../../../src/operators/change.ts'
import { testDriver, type TestDriver } from '../../../src/testing/index.ts'
import type { StoreDefinition } from '../../../src/topology/node.ts'
import { Topology } from '../../../src/topology/topology.ts'

/** `[key, value, timestamp]`, absence as null. */
export type Row = readonly [key: unknown, value: unknown, timestamp?: number]

export interface OperatorRun {
  readonly driver: TestDriver
  /** What was forwarded since the last call: changes as `new<old`, absence as null; the child where there are several. */
  take(): readonly (readonly unknown[])[]
  /** Sends rows, the n-th at time n unless it says otherwise, and takes. */
  send(...rows: readonly Row[]): readonly (readonly unknown[])[]
  /** The reasons for which records were dropped. */
  drops(): readonly string[]
}

export interface OperatorSetup {
  readonly stores?: readonly StoreDefinition[]
  /** Names of the operator's children. Default: one. */
  readonly children?: readonly string[]
  /** Operators between the source and the one under test. */
  readonly above?: readonly { readonly supplier: ProcessorSupplier; readonly stores?: readonly string[] }[]
  /** A table beside the source: its topic is `rows`, its store the one named here. */
  readonly table?: { readonly store: string; readonly supplier: ProcessorSupplier }
  readonly cache?: boolean
}

const rows = { name: 'rows', key: string(), value: json<unknown>() }
const input = { name: 'in', key: string(), value: json<unknown>() }

export function runOperator(supplier: ProcessorSupplier, setup: OperatorSetup = {}): OperatorRun {
  const { stores = [], children = ['child'], above = [], table, cache = false } = setup
  const taken: unknown[][] = []
  const topology = new Topology()
  for (const store of stores) topology.addStateStore(store)
  topology.addSource('source', { topics: ['in'], key: input.key, value: input.value })
  if (table !== undefined) {
    topology.addSource('rows-source', { topics: ['rows'], key: rows.key, value: rows.value })
    topology.addProcessor('rows', {
      parents: ['rows-source'],
      supplier: table.supplier,
      stores: [table.store],
    })
  }
  let parent = 'source'
  for (const [n, { supplier: each, stores: used = [] }] of above.entries()) {
    topology.addProcessor(`above${n}`, { parents: [parent], supplier: each, stores: used })
    parent = `above${n}`
  }
  topology.addProcessor('operator', { parents: [parent], supplier, stores: stores.map(({ name }) => name) })
  for (const child of children) {
    const process = ({ key, value, timestamp }: StreamRecord): void => {
      const row = [key ?? null, textOf(value), timestamp]
      taken.push(children.length > 1 ? [child, ...row] : row)
    }
    topology.addProcessor(child, { parents: ['operator'], supplier: () => ({ process }) })
  }
  const driver = testDriver({ id: 'app', topology: () => topology }, { cache })
  let sentCount = 0
  const run: OperatorRun = {
    driver,
    take: () => taken.splice(0),
    send: (...sent) => {
      for (const [key, value, at = sentCount] of sent) {
        sentCount++
        driver.input(input).send(key as string | null, value, { at })
      }
      return run.take()
    },
    drops: () => driver.drops().map(({ reason }) => reason),
  }
  return run
}

/** A key-value store with string keys and JSON values. */
export function keyValue(name: string): StoreDefinition {
  return { kind: 'key-value', name, ...common }
}

export function windowStore(name: string, windowSizeMs: number, retentionMs: number): StoreDefinition {
  return { kind: 'window', name, windowSizeMs, retentionMs, ...common }
}

const common = {
  keySerde: string() as never,
  valueSerde: json() as never,
  timestamped: true,
  changelog: {},
  backend: 'memory',
  cache: true,
} as const

function textOf(value: unknown): unknown {
  if (!(value instanceof Change)) return value ?? null
  return `${String(value.newValue ?? null)}<${String(value.oldValue ?? null)}`
}
