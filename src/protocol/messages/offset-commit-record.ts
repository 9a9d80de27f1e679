/**
 * The record that a committed offset is, in `__consumer_offsets`.
 *
 *     key    version int16 = 1 | group | topic | partition
 *     value  version int16 = 3 | offset | leader epoch | metadata | commit timestamp; null deletes the offset
 *
 * Written as Apache Kafka 4 writes it: value version 1 if the offset expires at a time of its own, else 3,
 * the last one that brokers before 3.5 read too. All versions of the value are read.
 */
import {
  between,
  ignorable,
  int32,
  int64,
  message,
  since,
  string,
  withDefault,
  type MessageType,
} from '../schema.ts'
import { readVersioned, versionedBytes } from '../versioned.ts'

/** Which offset it is. */
export interface OffsetCommitKey {
  /** The id of the group. */
  readonly group: string
  /** The name of the topic. */
  readonly topic: string
  /** The number of the partition. */
  readonly partition: number
}

/** What was committed. */
export interface OffsetCommitValue {
  /** The offset of the next record to process. */
  readonly offset: number
  /** The leader epoch of the last record that was processed; -1 if unknown. */
  readonly leaderEpoch: number
  /** Whatever the client wants to keep beside the offset. */
  readonly metadata: string
  /** When the broker stored the commit, in milliseconds since the epoch. */
  readonly commitTimestamp: number
  /** When the offset expires, from clients that name a retention time (version 1 only); else -1. */
  readonly expireTimestamp: number
}

export const OffsetCommitKey: MessageType<OffsetCommitKey> = message<OffsetCommitKey>(
  'OffsetCommitKey',
  { versions: [0, 1], flexibleSince: undefined },
  { group: string, topic: string, partition: int32 },
)

export const OffsetCommitValue: MessageType<OffsetCommitValue> = message<OffsetCommitValue>(
  'OffsetCommitValue',
  { versions: [0, 4], flexibleSince: 4 },
  {
    offset: int64,
    leaderEpoch: since(3, ignorable(withDefault(-1, int32))),
    metadata: string,
    commitTimestamp: int64,
    expireTimestamp: between(1, 1, ignorable(withDefault(-1, int64))),
  },
)

/** The key of the record. */
export function offsetCommitKeyBytes(key: OffsetCommitKey): Uint8Array {
  return versionedBytes(OffsetCommitKey, 1, key)
}

/** The value of the record. */
export function offsetCommitValueBytes(value: OffsetCommitValue): Uint8Array {
  return versionedBytes(OffsetCommitValue, value.expireTimestamp === -1 ? 3 : 1, value)
}

/** Reads the value of the record. Throws MR-5010. */
export function readOffsetCommitValue(bytes: Uint8Array): OffsetCommitValue {
  return readVersioned(OffsetCommitValue, bytes, 'refuse').message
}
