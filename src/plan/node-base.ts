/** What all logical nodes have, and what those with a store have of it. */
import type { Serde } from '../serdes/serde.ts'
import type { ExpiryRule } from '../state/expiry-rule.ts'
import type { StoreBackend } from '../state/store-supplier.ts'

/** What every logical node has. */
export interface NodeBase {
  /** The name of the operator's (main) physical node. */
  readonly name: string
  /** The line of the application that declared it. */
  readonly declaredAt: string | undefined
}

/** What a store is to be, but for the kind and the key, which follow from the operator. */
export interface StorePlan {
  readonly name: string
  /** Whether the name was given; then the store is kept even if no operator needs it. */
  readonly named: boolean
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  readonly changelog: false | Readonly<Record<string, string>>
  readonly cache: boolean
  readonly backend: StoreBackend
  /** Absent: only the latest value of each key is kept. */
  readonly versions?: KeptVersions | undefined
  /** Absent: all rows are kept; else so many at most, those used last. */
  readonly entriesMax?: number | undefined
  /** Absent: rows last until they are deleted. */
  readonly expiry?: ExpiryRule | undefined
}

/** How long a store keeps the versions of its rows (semantics V1 to V3). */
export interface KeptVersions {
  readonly historyMs: number
  readonly segmentIntervalMs: number
}

/** The names of the physical nodes of one side of a join, and of its store. */
export interface JoinSide {
  readonly windowName: string
  readonly joinName: string
  readonly store: string
}

/** Where a left or outer join holds records of both sides that have no match yet, and how it writes them. */
export interface HeldRecords {
  readonly store: StorePlan
  readonly left: Serde<unknown>
  readonly right: Serde<unknown>
}
