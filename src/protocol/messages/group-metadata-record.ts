/**
 * The record that a classic consumer group is, in `__consumer_offsets`, and how the topic's keys are told
 * apart.
 *
 *     key    version int16 = 2 | group
 *     value  version int16 = 3 | protocol type | generation | protocol | leader | timestamp | members; null deletes it
 *
 * The version of a key is what says of which kind the record is. Value version 3 is what Apache Kafka 4
 * writes; all versions are read.
 */
import { readMessage } from '../decode.ts'
import { Reader } from '../reader.ts'
import {
  array,
  bytes,
  ignorable,
  int32,
  int64,
  message,
  nullable,
  since,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'
import { readVersioned, versionBefore, versionedBytes } from '../versioned.ts'
import {
  ConsumerGroupKey,
  ConsumerGroupMemberKey,
  ConsumerGroupRegularExpressionKey,
  consumerGroupKeys,
} from './consumer-group-record.ts'
import { OffsetCommitKey } from './offset-commit-record.ts'

/** Which group it is. */
export interface GroupMetadataKey {
  /** The id of the group. */
  readonly group: string
}

/** The group after a rebalance. */
export interface GroupMetadataValue {
  /** What kind of group it is; `consumer` for consumers. */
  readonly protocolType: string
  /** Its generation, counted up by each rebalance. */
  readonly generation: number
  /** The assignor that its members agreed on; null while it is empty. */
  readonly protocol: string | null
  /** The member id of the leader; null while it is empty. */
  readonly leader: string | null
  /** When it came into its present state, in milliseconds since the epoch; -1 if unknown. */
  readonly currentStateTimestamp: number
  /** Its members. */
  readonly members: readonly GroupMetadataMember[]
}

/** A member of the group. */
export interface GroupMetadataMember {
  /** The id that the coordinator gave it. */
  readonly memberId: string
  /** The id that it gave itself, if it is a static member. */
  readonly groupInstanceId: string | null
  /** What its client calls itself. */
  readonly clientId: string
  /** The address it connected from. */
  readonly clientHost: string
  /** How long it may take to join again, in milliseconds; -1 if unknown. */
  readonly rebalanceTimeout: number
  /** How long it lives without a heartbeat, in milliseconds. */
  readonly sessionTimeout: number
  /** Its metadata for the protocol chosen; for consumers a subscription. */
  readonly subscription: Uint8Array
  /** What the leader assigned to it. */
  readonly assignment: Uint8Array
}

export const GroupMetadataKey: MessageType<GroupMetadataKey> = message<GroupMetadataKey>(
  'GroupMetadataKey',
  { versions: [2, 2], flexibleSince: undefined },
  { group: string },
)

export const GroupMetadataMember: StructType<GroupMetadataMember> = struct<GroupMetadataMember>(
  'MemberMetadata',
  {
    memberId: string,
    groupInstanceId: since(3, ignorable(withDefault(null, nullable(string)))),
    clientId: string,
    clientHost: string,
    rebalanceTimeout: since(1, ignorable(withDefault(-1, int32))),
    sessionTimeout: int32,
    subscription: bytes,
    assignment: bytes,
  },
)

export const GroupMetadataValue: MessageType<GroupMetadataValue> = message<GroupMetadataValue>(
  'GroupMetadataValue',
  { versions: [0, 4], flexibleSince: 4 },
  {
    protocolType: string,
    generation: int32,
    protocol: nullable(string),
    leader: nullable(string),
    currentStateTimestamp: since(2, ignorable(withDefault(-1, int64))),
    members: array(GroupMetadataMember),
  },
)

/** The key of the record. */
export function groupMetadataKeyBytes(key: GroupMetadataKey): Uint8Array {
  return versionedBytes(GroupMetadataKey, 2, key)
}

/** The value of the record. */
export function groupMetadataValueBytes(value: GroupMetadataValue): Uint8Array {
  return versionedBytes(GroupMetadataValue, 3, value)
}

/** Reads the value of the record. Throws MR-5010. */
export function readGroupMetadataValue(bytes: Uint8Array): GroupMetadataValue {
  return readVersioned(GroupMetadataValue, bytes, 'refuse').message
}

/**
 * A key of `__consumer_offsets`, by kind. Kinds that are not known, such as those of share groups, keep their
 * number.
 */
export type ConsumerOffsetsKey =
  | { readonly kind: 'offset-commit'; readonly key: OffsetCommitKey }
  | { readonly kind: 'group-metadata'; readonly key: GroupMetadataKey }
  | { readonly kind: 'consumer-group'; readonly version: 3 | 6; readonly key: ConsumerGroupKey }
  | { readonly kind: 'consumer-member'; readonly version: 5 | 7 | 8; readonly key: ConsumerGroupMemberKey }
  | { readonly kind: 'consumer-regex'; readonly key: ConsumerGroupRegularExpressionKey }
  | { readonly kind: 'unknown'; readonly version: number }

/** Reads any key of `__consumer_offsets`. Throws MR-5010. */
export function readConsumerOffsetsKey(bytes: Uint8Array): ConsumerOffsetsKey {
  const reader = new Reader(bytes)
  const version = versionBefore(reader, 'a key of __consumer_offsets')
  switch (version) {
    case 0:
    case 1:
      return { kind: 'offset-commit', key: readMessage(reader, OffsetCommitKey, version) }
    case 2:
      return { kind: 'group-metadata', key: readMessage(reader, GroupMetadataKey, version) }
    case consumerGroupKeys.group:
    case consumerGroupKeys.targetEpoch:
      return { kind: 'consumer-group', version, key: readMessage(reader, ConsumerGroupKey, version) }
    case consumerGroupKeys.member:
    case consumerGroupKeys.target:
    case consumerGroupKeys.current:
      return { kind: 'consumer-member', version, key: readMessage(reader, ConsumerGroupMemberKey, version) }
    case consumerGroupKeys.regularExpression:
      return { kind: 'consumer-regex', key: readMessage(reader, ConsumerGroupRegularExpressionKey, version) }
    default:
      return { kind: 'unknown', version }
  }
}
