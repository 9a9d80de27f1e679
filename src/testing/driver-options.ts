/** What the test driver runs, and what it can be told. */
import type { ErrorPolicies } from '../processor/error-policy.ts'
import type { Topology } from '../topology/topology.ts'

/** What the driver runs: what `defineApp` answers, or as much of it by hand around a `Topology`. */
export interface TestedApp {
  readonly id: string
  readonly cache?: boolean
  /** See `AppDefinition`. Default `kafka`. */
  readonly headers?: 'kafka' | 'keep'
  readonly onError?: ErrorPolicies
  /** The topic of dead letters. Default `<id>-dlq`. */
  readonly dlq?: { readonly name: string } | undefined
  topology(): Topology
  /** Topics that the application does not own, for their partition counts. */
  topics?(): readonly { readonly name: string; readonly partitions?: number | undefined }[]
}

export interface TestDriverOptions {
  /** The wall clock at first. Default: 0, the epoch. */
  readonly startAt?: number | Date
  /** Whether tables put out only the last update of each key per commit, and commits wait for `commit()`. Default: as the application says. */
  readonly cache?: boolean
  /** Partition counts by topic. Default: what the topic was declared with, else 1. */
  readonly partitions?: Readonly<Record<string, number>>
  /** Whether values are frozen on their way, so that code which changes one throws. Default true. */
  readonly freeze?: boolean
  /** What becomes of a record that fails. Default: as the application says, else its error is thrown. */
  readonly onError?: ErrorPolicies
}
