/**
 * OffsetCommit and TxnOffsetCommit on a group: what is written, and what each partition is told.
 *
 * The answer keeps the shape of the request: an error that concerns the caller is told to every partition. A metadata text
 * that is too long is refused for its partition alone.
 */
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { longMax } from '../../config-table.ts'
import type { OffsetRecord } from './records.ts'

/** What both requests have in common, topics known by name. */
export interface OffsetsToCommit {
  readonly name: string
  readonly partitions: readonly {
    readonly partitionIndex: number
    readonly committedOffset: number
    readonly committedLeaderEpoch: number
    readonly committedMetadata: string | null
  }[]
}

export interface CommitTerms {
  readonly groupId: string
  readonly nowMs: number
  /** How long the client wants them kept (OffsetCommit v2 to v4); negative: as long as the broker does. */
  readonly retentionMs: number
  readonly metadataBytesMax: number
  /** Kafka's code for a partition: whether whoever commits may, for this one. */
  readonly check: (topic: string, partition: number) => number
}

/** The result of each topic's partitions, in the order of the request. */
export interface CommitResults {
  readonly records: readonly OffsetRecord[]
  readonly errorCodes: readonly (readonly number[])[]
}

/** The records that commit these offsets. */
export function commitOffsets(topics: readonly OffsetsToCommit[], terms: CommitTerms): CommitResults {
  const { groupId, nowMs, retentionMs, metadataBytesMax, check } = terms
  // A retention without end is one past the last moment that can be written.
  const expireTimestampMs = retentionMs < 0 ? -1 : Math.min(nowMs + retentionMs, longMax)
  const records: OffsetRecord[] = []
  const errorCodes = topics.map(({ name, partitions }) =>
    partitions.map(each => {
      const refusal = check(name, each.partitionIndex)
      if (refusal !== kafkaErrors.NONE.code) return refusal
      const metadata = each.committedMetadata ?? ''
      // Kafka counts characters, whatever its property is called.
      if (metadata.length > metadataBytesMax) {
        return kafkaErrors.OFFSET_METADATA_TOO_LARGE.code
      }
      records.push({
        kind: 'offset',
        groupId,
        topic: name,
        partition: each.partitionIndex,
        committed: {
          offset: each.committedOffset,
          leaderEpoch: each.committedLeaderEpoch,
          metadata,
          commitTimestampMs: nowMs,
          expireTimestampMs,
        },
      })
      return kafkaErrors.NONE.code
    }),
  )
  return { records, errorCodes }
}

/** The same error for every partition that there is: of the others it is told that they are not there, whoever asks. */
export function refuseOffsets(
  topics: readonly OffsetsToCommit[],
  kafkaCode: number,
  exists: (topic: string, partition: number) => boolean,
): readonly number[][] {
  const unknown = kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code
  return topics.map(({ name, partitions }) =>
    partitions.map(({ partitionIndex }) => (exists(name, partitionIndex) ? kafkaCode : unknown)),
  )
}
