/** The contents of a scenario's named stores, as rows of the format. */
import type { App, StoreDefinition } from '../../../src/index.ts'
import type { TestDriver } from '../../../src/testing/index.ts'
import { textOf } from './functions.ts'
import type { Scenario, StoreRow, StoreRows } from './scenario.ts'

/** A row and what it is sorted by. */
interface SortableRow {
  readonly key: string
  readonly start: number
  readonly end?: number
  readonly row: StoreRow
}

/** Every store that the topology has and to which a node has given its name. */
export function storeRowsOf(driver: TestDriver, app: App, scenario: Scenario): StoreRows {
  const { nodes } = scenario
  const named = new Set(nodes.map(({ store }) => store))
  const definitions = [...app.topology().stores.values()].filter(({ name }) => named.has(name))
  return Object.fromEntries(
    definitions.map(({ name, kind }) => {
      const rows = rowsByKind[kind](driver, name)
      // A versioned store of Kafka's cannot be listed, so it was asked for the keys that are known.
      return [name, sorted(kind === 'versioned' ? rows.filter(isKnownIn(scenario)) : rows)]
    }),
  )
}

/** Tells rows whose keys occur in the inputs or the outputs of a scenario. */
function isKnownIn({ inputs, expected = [] }: Scenario): (row: SortableRow) => boolean {
  const keys = new Set(expected.map(([, , key]) => key))
  for (const input of inputs) if (!('advance' in input)) keys.add(input[1])
  return ({ key }) => keys.has(key)
}

/** How the stores of each kind are read. */
const rowsByKind: Readonly<
  Record<StoreDefinition['kind'], (driver: TestDriver, name: string) => readonly SortableRow[]>
> = {
  'key-value': (driver, name) =>
    [...driver.store(name).toMap()].map(([key, value]) => {
      const keyText = textOf(key)!
      return { key: keyText, start: 0, row: [keyText, textOf(value) ?? null] }
    }),
  window: (driver, name) =>
    driver
      .windowStore(name)
      .toArray()
      .map(({ key, start, value }) => {
        const keyText = textOf(key)!
        return { key: keyText, start, row: [`${keyText}@${start}`, textOf(value) ?? null] }
      }),
  // The names of these are never given.
  'held-records': () => [],
  custom: () => [],
  versioned: (driver, name) =>
    driver
      .versionedStore(name)
      .toArray()
      .map(({ key, timestamp, value }) => {
        const keyText = textOf(key)!
        return { key: keyText, start: timestamp, row: [`${keyText}@${timestamp}`, textOf(value) ?? null] }
      }),
  session: (driver, name) =>
    driver
      .sessionStore(name)
      .toArray()
      .map(({ key, start, end, value }) => {
        const keyText = textOf(key)!
        return { key: keyText, start, end, row: [`${keyText}@${start}/${end}`, textOf(value) ?? null] }
      }),
}

/** By the bytes of the key, then by start, then by end. */
function sorted(rows: readonly SortableRow[]): readonly StoreRow[] {
  return rows
    .toSorted(
      (a, b) =>
        Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) ||
        a.start - b.start ||
        (a.end ?? 0) - (b.end ?? 0),
    )
    .map(({ row }) => row)
}
