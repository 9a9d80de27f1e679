/**
 * OffsetFetch on a group: where it stands in some partitions, or in all that it ever committed.
 *
 * What is not known, be it the partition or the whole group, is answered with offset -1 and no error: a client that reads
 * an error there refuses to start (reliability.md section 3, trap 5).
 */
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import type { OffsetFetchResponsePartitions } from '../../../src/protocol/messages/09-offset-fetch.ts'
import type { OffsetStore } from './offset-store.ts'

export interface FetchedTopic {
  readonly name: string
  readonly partitions: readonly OffsetFetchResponsePartitions[]
}

export interface OffsetsToFetch {
  readonly groupId: string
  /** `undefined`: every partition that has an offset. */
  readonly topics:
    | readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[]
    | undefined
  /** Refuse partitions that an open transaction may yet change, instead of answering what was before it. */
  readonly requireStable: boolean
}

/** The committed offsets. */
export function fetchOffsets(store: OffsetStore, wanted: OffsetsToFetch): readonly FetchedTopic[] {
  const { groupId, requireStable } = wanted
  const unstable = requireStable && store.hasPending(groupId)
  const answer = (topic: string, partition: number): OffsetFetchResponsePartitions => {
    if (unstable && store.isPending(groupId, topic, partition)) {
      return noOffset(partition, kafkaErrors.UNSTABLE_OFFSET_COMMIT.code)
    }
    const committed = store.get(groupId, topic, partition)
    if (committed === undefined) return noOffset(partition, kafkaErrors.NONE.code)
    return {
      partitionIndex: partition,
      committedOffset: committed.offset,
      committedLeaderEpoch: committed.leaderEpoch,
      metadata: committed.metadata,
      errorCode: kafkaErrors.NONE.code,
    }
  }
  if (wanted.topics !== undefined) {
    return wanted.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map(partition => answer(name, partition)),
    }))
  }
  return [...store.offsetsOf(groupId)].map(([name, partitions]) => ({
    name,
    partitions: [...partitions.keys()].map(partition => answer(name, partition)),
  }))
}

/** "Nothing is committed", with the reason if it is one. */
export function noOffset(partitionIndex: number, errorCode: number): OffsetFetchResponsePartitions {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode }
}
