/** Fetches assigned partitions ahead of their processing, within bounds, and hands out the records that may be seen. */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type { Cluster } from './cluster.ts'
import type { VisibleRecords } from './visible-records.ts'

/** Where to go when there is no position, or it is out of range: `none` makes `poll` reject with MR-5050. */
export type OffsetReset = 'earliest' | 'latest' | 'none' | { readonly fromTimestamp: number }

export interface FetcherOptions {
  readonly cluster: Cluster
  /** Default `read_committed`. */
  readonly isolation?: 'read_committed' | 'read_uncommitted'
  /** Default `() => 'earliest'`. */
  readonly offsetReset?: (topic: string) => OffsetReset
  /** How long a broker may hold a request back when there is nothing to answer. Default 500. */
  readonly fetchWaitMs?: number
  /** Default 1. */
  readonly fetchBytesMin?: number
  /** Bytes of one response. Default 16 777 216. */
  readonly fetchBytesMax?: number
  /** Bytes of one partition in one response. Default 1 048 576. */
  readonly partitionBytesMax?: number
  /** Fetched bytes not yet handed out at which fetching rests. Default 33 554 432. */
  readonly bufferBytesMax?: number
  /** Whether checksums are verified. Default true. */
  readonly checkCrc?: boolean
}

/** A partition to read, and from where. */
export interface FetchPosition extends TopicPartition {
  /** Offset of the next record. `undefined`: where it stands, if it is assigned already, else as `offsetReset` says. */
  readonly offset: number | undefined
  /** Epoch of the leader of the record before `offset`, for the check against a log that was cut. -1: not known. */
  readonly leaderEpoch?: number
}

/** One answer of a broker for one partition. */
export interface FetchedPartition extends TopicPartition {
  /** The records that may be seen, read once: `while (records.next()) use(records.cursor)`. May turn out to be none (markers, aborted). */
  readonly records: VisibleRecords
  /** The position after this; known before the records are read. */
  readonly nextOffset: number
  /** Leader epoch of the last batch; -1 if not known. */
  readonly leaderEpoch: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly sizeInBytes: number
}

export declare class Fetcher {
  constructor(options: FetcherOptions)
  /** Replaces the assignment. What was fetched for partitions that leave, or that get another offset, is dropped. */
  assign(positions: Iterable<FetchPosition>): void
  /** Adds partitions to the assignment. */
  add(positions: Iterable<FetchPosition>): void
  remove(partitions: Iterable<TopicPartition>): void
  setPosition(topic: string, partition: number, offset: number, leaderEpoch?: number): void
  /** Offset after the last record handed out; `undefined` when not assigned, or not yet known. */
  position(topic: string, partition: number): number | undefined
  /** The last known end for this isolation level (last stable offset or high watermark); `undefined` before the first answer. */
  endOffset(topic: string, partition: number): number | undefined
  /** Neither fetches nor hands out these until `resume`; what is fetched already is kept. */
  pause(partitions: Iterable<TopicPartition>): void
  resume(partitions: Iterable<TopicPartition>): void
  /** What has been fetched, at most one per partition; waits up to `maxWaitMs` when there is nothing. */
  poll(maxWaitMs: number): Promise<readonly FetchedPartition[]>
  /** Makes a `poll` that waits return at once. */
  wakeUp(): void
  close(): Promise<void>
}
