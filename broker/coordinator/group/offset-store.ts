/**
 * The committed offsets of the groups of one partition, and those that transactions have yet to decide on.
 *
 *   plain commit            ──▶ committed
 *   transactional commit    ──▶ pending ──▶ committed   on the producer's commit marker
 *                                       └─▶ dropped     on its abort marker
 *
 * Of two commits of one offset, the one that stands later in the log holds, also when the earlier one was pending and
 * its transaction ends last: so what is loaded is what was seen. A tombstone forgets what is pending as well. While an offset has a pending commit, fetches that
 * require stable offsets are told to wait (semantics G65), and neither expiry nor deletion of the group takes it away.
 */
import { assert } from '../../../src/base/assert.ts'
import type { TopicPartition } from '../../../src/base/topic-partition.ts'
import type { RecordPlace, TransactionMarker } from '../coordinator-log.ts'
import type { CommittedOffset, OffsetRecord } from './records.ts'

/** An offset and where its record stands in the log. */
export interface StoredOffset {
  readonly committed: CommittedOffset
  readonly recordOffset: number
}

/** What a record says of an offset: committed, or forgotten where `committed` is undefined. */
interface PendingOffset {
  readonly committed: CommittedOffset | undefined
  readonly recordOffset: number
}

type ByPartition<T> = Map<string, Map<number, T>>

export class OffsetStore {
  readonly #committed = new Map<string, ByPartition<StoredOffset>>()
  /** Producer → group → topic → partition. */
  readonly #pending = new Map<number, Map<string, ByPartition<PendingOffset>>>()
  /** Group → the producers that have pending offsets of it. */
  readonly #producers = new Map<string, Set<number>>()

  /** Takes a record: at once, or when its producer's marker comes. */
  replay(record: OffsetRecord, { offset: recordOffset, producerId }: RecordPlace): void {
    const { groupId, topic, partition, committed } = record
    if (producerId < 0) {
      this.#settle(groupId, topic, partition, { committed, recordOffset })
      return
    }
    let byGroup = this.#pending.get(producerId)
    if (byGroup === undefined) this.#pending.set(producerId, (byGroup = new Map()))
    put(byGroup, groupId, topic, partition, { committed, recordOffset })
    let producers = this.#producers.get(groupId)
    if (producers === undefined) this.#producers.set(groupId, (producers = new Set()))
    producers.add(producerId)
  }

  /** Ends what is pending of a producer; not an error if nothing is. Answers the groups that it concerned. */
  replayMarker({ producerId, commit }: Pick<TransactionMarker, 'producerId' | 'commit'>): readonly string[] {
    const byGroup = this.#pending.get(producerId)
    if (byGroup === undefined) return []
    this.#pending.delete(producerId)
    for (const [groupId, byTopic] of byGroup) {
      const producers = this.#producers.get(groupId)
      assert(producers?.delete(producerId) === true, 'pending offsets of a producer that no group knows')
      if (producers.size === 0) this.#producers.delete(groupId)
      if (!commit) continue
      for (const [topic, partitions] of byTopic) {
        for (const [partition, pending] of partitions) this.#settle(groupId, topic, partition, pending)
      }
    }
    return [...byGroup.keys()]
  }

  /** The committed offset, or `undefined`. */
  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.#committed.get(groupId)?.get(topic)?.get(partition)?.committed
  }

  /** Every committed offset of a group: topic → partition → offset. */
  offsetsOf(groupId: string): ReadonlyMap<string, ReadonlyMap<number, StoredOffset>> {
    return this.#committed.get(groupId) ?? noOffsets
  }

  /** Groups that have committed offsets. */
  groupIds(): IterableIterator<string> {
    return this.#committed.keys()
  }

  /** How many groups have committed offsets, or a transaction that may give them some. */
  get groupCount(): number {
    return this.#committed.size + this.#producers.size
  }

  hasOffsets(groupId: string): boolean {
    return this.#committed.has(groupId)
  }

  /** Whether a transaction has yet to decide on any offset of the group. */
  hasPending(groupId: string): boolean {
    return this.#producers.has(groupId)
  }

  /** Whether a transaction has yet to decide on this offset. */
  isPending(groupId: string, topic: string, partition: number): boolean {
    const producers = this.#producers.get(groupId)
    if (producers === undefined) return false
    for (const producerId of producers) {
      if (this.#pending.get(producerId)?.get(groupId)?.get(topic)?.has(partition) === true) return true
    }
    return false
  }

  /** The partitions of a group that transactions have yet to decide on. */
  pendingOf(groupId: string): readonly TopicPartition[] {
    const found: TopicPartition[] = []
    for (const producerId of this.#producers.get(groupId) ?? []) {
      for (const [topic, partitions] of this.#pending.get(producerId)?.get(groupId) ?? []) {
        for (const partition of partitions.keys()) found.push({ topic, partition })
      }
    }
    return found
  }

  #settle(
    groupId: string,
    topic: string,
    partition: number,
    { committed, recordOffset }: PendingOffset,
  ): void {
    const before = this.#committed.get(groupId)?.get(topic)?.get(partition)
    if (before !== undefined && before.recordOffset > recordOffset) return
    if (committed !== undefined) {
      put(this.#committed, groupId, topic, partition, { committed, recordOffset })
      return
    }
    this.#forget(groupId, topic, partition)
    for (const producerId of this.#producers.get(groupId) ?? []) {
      this.#pending.get(producerId)?.get(groupId)?.get(topic)?.delete(partition)
    }
  }

  #forget(groupId: string, topic: string, partition: number): void {
    const byTopic = this.#committed.get(groupId)
    const partitions = byTopic?.get(topic)
    if (byTopic === undefined || partitions === undefined) return
    partitions.delete(partition)
    if (partitions.size === 0) byTopic.delete(topic)
    if (byTopic.size === 0) this.#committed.delete(groupId)
  }
}

const noOffsets: ReadonlyMap<string, ReadonlyMap<number, StoredOffset>> = new Map()

function put<T>(
  byGroup: Map<string, ByPartition<T>>,
  groupId: string,
  topic: string,
  partition: number,
  value: T,
): void {
  let byTopic = byGroup.get(groupId)
  if (byTopic === undefined) byGroup.set(groupId, (byTopic = new Map()))
  let partitions = byTopic.get(topic)
  if (partitions === undefined) byTopic.set(topic, (partitions = new Map()))
  partitions.set(partition, value)
}
