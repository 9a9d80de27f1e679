/**
 * Kafka's error codes, as they stand in responses: name, number, whether a retry may help, and a sentence.
 *
 * Retriable is what the Java client makes of a code: the same request may succeed later, where need be after
 * the metadata or the coordinator were looked up anew. Whether a transaction survives an error is for the
 * producer to know, which knows what it was doing. Codes that are not in the table come from a newer broker;
 * treat them as `UNKNOWN_SERVER_ERROR`, as Kafka's clients do.
 */

/** An error code of the protocol. */
export interface KafkaError {
  readonly code: number
  readonly name: string
  readonly retriable: boolean
  /** What it means, in one sentence. */
  readonly summary: string
}

type Row = readonly [code: number, retriable: 'retry' | 'no', summary: string]

const rows = {
  UNKNOWN_SERVER_ERROR: [-1, 'no', 'The broker failed in a way it has no code for.'],
  NONE: [0, 'no', 'No error.'],
  OFFSET_OUT_OF_RANGE: [1, 'no', 'The offset lies outside of the partition.'],
  CORRUPT_MESSAGE: [2, 'retry', 'A record batch fails its checksum or is malformed.'],
  UNKNOWN_TOPIC_OR_PARTITION: [3, 'retry', 'The broker has no such topic or partition.'],
  INVALID_FETCH_SIZE: [4, 'no', 'The number of bytes to fetch is not valid.'],
  LEADER_NOT_AVAILABLE: [5, 'retry', 'The partition has no leader at the moment.'],
  NOT_LEADER_OR_FOLLOWER: [6, 'retry', 'The broker does not lead this partition, or has no replica of it.'],
  REQUEST_TIMED_OUT: [7, 'retry', 'The request took longer than it allowed.'],
  BROKER_NOT_AVAILABLE: [8, 'no', 'The broker is not there.'],
  REPLICA_NOT_AVAILABLE: [9, 'retry', 'The replica is not there yet.'],
  MESSAGE_TOO_LARGE: [10, 'no', 'A record batch exceeds max.message.bytes.'],
  STALE_CONTROLLER_EPOCH: [11, 'no', 'Another broker became the controller.'],
  OFFSET_METADATA_TOO_LARGE: [12, 'no', 'The metadata of a committed offset is too long.'],
  NETWORK_EXCEPTION: [13, 'retry', 'The connection was lost before the answer.'],
  COORDINATOR_LOAD_IN_PROGRESS: [14, 'retry', 'The coordinator still reads its state.'],
  COORDINATOR_NOT_AVAILABLE: [15, 'retry', 'There is no coordinator for this key at the moment.'],
  NOT_COORDINATOR: [16, 'retry', 'Another broker coordinates this key.'],
  INVALID_TOPIC_EXCEPTION: [17, 'no', 'The topic name is not allowed, or not for this operation.'],
  RECORD_LIST_TOO_LARGE: [18, 'no', 'A record batch is larger than a log segment may be.'],
  NOT_ENOUGH_REPLICAS: [
    19,
    'retry',
    'Fewer replicas are in sync than min.insync.replicas; nothing was written.',
  ],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [20, 'retry', 'Written, but to fewer replicas than min.insync.replicas.'],
  INVALID_REQUIRED_ACKS: [21, 'no', 'acks is neither 0, 1 nor -1.'],
  ILLEGAL_GENERATION: [22, 'no', 'The group has moved on to another generation.'],
  INCONSISTENT_GROUP_PROTOCOL: [23, 'no', 'The member shares no assignor or protocol type with its group.'],
  INVALID_GROUP_ID: [24, 'no', 'The group id is not allowed.'],
  UNKNOWN_MEMBER_ID: [25, 'no', 'The group has no such member.'],
  INVALID_SESSION_TIMEOUT: [26, 'no', 'The session timeout is outside of what the broker allows.'],
  REBALANCE_IN_PROGRESS: [27, 'no', 'The group rebalances, and the member has to join again.'],
  INVALID_COMMIT_OFFSET_SIZE: [28, 'no', 'The commit is too large to be stored.'],
  TOPIC_AUTHORIZATION_FAILED: [29, 'no', 'The principal may not do this to the topic.'],
  GROUP_AUTHORIZATION_FAILED: [30, 'no', 'The principal may not do this to the group.'],
  CLUSTER_AUTHORIZATION_FAILED: [31, 'no', 'The principal may not do this to the cluster.'],
  INVALID_TIMESTAMP: [32, 'no', 'A record is too far in the past or the future for the topic.'],
  UNSUPPORTED_SASL_MECHANISM: [33, 'no', 'The listener does not offer this SASL mechanism.'],
  ILLEGAL_SASL_STATE: [34, 'no', 'The request has no place at this point of the login.'],
  UNSUPPORTED_VERSION: [35, 'no', 'The broker does not speak this version of the API.'],
  TOPIC_ALREADY_EXISTS: [36, 'no', 'There is a topic of this name.'],
  INVALID_PARTITIONS: [37, 'no', 'The number of partitions is not valid.'],
  INVALID_REPLICATION_FACTOR: [38, 'no', 'There are not as many brokers as replicas were asked for.'],
  INVALID_REPLICA_ASSIGNMENT: [39, 'no', 'The replicas cannot be placed as asked.'],
  INVALID_CONFIG: [40, 'no', 'A configuration key is unknown or its value not allowed.'],
  NOT_CONTROLLER: [41, 'retry', 'Another broker is the controller.'],
  INVALID_REQUEST: [42, 'no', 'The request contradicts itself or the protocol.'],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: [43, 'no', 'The format of the record batches does not allow this.'],
  POLICY_VIOLATION: [44, 'no', 'A policy of the cluster forbids this.'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [45, 'no', 'A batch of this producer is missing before this one.'],
  DUPLICATE_SEQUENCE_NUMBER: [46, 'no', 'This batch was written long ago.'],
  INVALID_PRODUCER_EPOCH: [47, 'no', 'The producer has been fenced by a newer epoch.'],
  INVALID_TXN_STATE: [48, 'no', 'The transaction is in no state for this.'],
  INVALID_PRODUCER_ID_MAPPING: [49, 'no', 'The producer id does not belong to the transactional id.'],
  INVALID_TRANSACTION_TIMEOUT: [50, 'no', 'The transaction timeout exceeds transaction.max.timeout.ms.'],
  CONCURRENT_TRANSACTIONS: [51, 'retry', 'The transaction before this one is still being completed.'],
  TRANSACTION_COORDINATOR_FENCED: [52, 'no', 'A marker comes from a coordinator that has been replaced.'],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [53, 'no', 'The principal may not use the transactional id.'],
  SECURITY_DISABLED: [54, 'no', 'The broker has no authorizer.'],
  OPERATION_NOT_ATTEMPTED: [55, 'no', 'Left undone because another part of the request failed.'],
  KAFKA_STORAGE_ERROR: [56, 'retry', "The broker's disk failed."],
  LOG_DIR_NOT_FOUND: [57, 'no', 'The broker has no such log directory.'],
  SASL_AUTHENTICATION_FAILED: [58, 'no', 'The login was refused.'],
  UNKNOWN_PRODUCER_ID: [59, 'no', "The broker no longer knows the producer's sequence."],
  REASSIGNMENT_IN_PROGRESS: [60, 'no', 'The partition is being moved.'],
  DELEGATION_TOKEN_AUTH_DISABLED: [61, 'no', 'Delegation tokens are not enabled.'],
  DELEGATION_TOKEN_NOT_FOUND: [62, 'no', 'There is no such delegation token.'],
  DELEGATION_TOKEN_OWNER_MISMATCH: [63, 'no', "The delegation token is not the caller's to change."],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: [64, 'no', 'Delegation tokens cannot be asked for over this login.'],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: [65, 'no', 'The principal may not use the delegation token.'],
  DELEGATION_TOKEN_EXPIRED: [66, 'no', 'The delegation token has expired.'],
  INVALID_PRINCIPAL_TYPE: [67, 'no', 'Principals of this type are not supported.'],
  NON_EMPTY_GROUP: [68, 'no', 'The group has members.'],
  GROUP_ID_NOT_FOUND: [69, 'no', 'There is no such group.'],
  FETCH_SESSION_ID_NOT_FOUND: [70, 'retry', 'The broker no longer knows the fetch session.'],
  INVALID_FETCH_SESSION_EPOCH: [71, 'retry', 'A fetch of the session was lost or repeated.'],
  LISTENER_NOT_FOUND: [72, 'retry', 'The leader has no listener like the one that was asked.'],
  TOPIC_DELETION_DISABLED: [73, 'no', 'The cluster does not let topics be deleted.'],
  FENCED_LEADER_EPOCH: [74, 'retry', 'The partition has a newer leader epoch than the request.'],
  UNKNOWN_LEADER_EPOCH: [75, 'retry', 'The request has a newer leader epoch than the broker knows.'],
  UNSUPPORTED_COMPRESSION_TYPE: [76, 'no', 'The compression is too new for this version of the API.'],
  STALE_BROKER_EPOCH: [77, 'no', 'The broker has restarted since.'],
  OFFSET_NOT_AVAILABLE: [78, 'retry', 'The new leader does not yet know the high watermark.'],
  MEMBER_ID_REQUIRED: [79, 'no', 'The member has to join again with the member id that it was given.'],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, 'retry', 'The preferred leader is not there.'],
  GROUP_MAX_SIZE_REACHED: [81, 'no', 'The group has as many members as are allowed.'],
  FENCED_INSTANCE_ID: [82, 'no', 'A newer member joined under the same group instance id.'],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: [83, 'retry', 'No replica may become the leader.'],
  ELECTION_NOT_NEEDED: [84, 'retry', 'The partition has the leader that was asked for.'],
  NO_REASSIGNMENT_IN_PROGRESS: [85, 'no', 'The partition is not being moved.'],
  GROUP_SUBSCRIBED_TO_TOPIC: [86, 'no', 'The group is subscribed to the topic whose offsets are to go.'],
  INVALID_RECORD: [87, 'no', 'The broker refused a record, say for a missing key.'],
  UNSTABLE_OFFSET_COMMIT: [88, 'retry', 'An open transaction has offsets for this partition.'],
  THROTTLING_QUOTA_EXCEEDED: [89, 'retry', 'The client is over its quota.'],
  PRODUCER_FENCED: [90, 'no', 'A newer producer has the same transactional id.'],
  RESOURCE_NOT_FOUND: [91, 'no', 'What the request refers to does not exist.'],
  DUPLICATE_RESOURCE: [92, 'no', 'The request names the same thing twice.'],
  UNACCEPTABLE_CREDENTIAL: [93, 'no', 'The credential is too weak or malformed.'],
  INCONSISTENT_VOTER_SET: [94, 'no', 'One of the two is not a voter of the quorum.'],
  INVALID_UPDATE_VERSION: [95, 'no', 'The version of the update is not valid.'],
  FEATURE_UPDATE_FAILED: [96, 'no', 'The features could not be changed.'],
  PRINCIPAL_DESERIALIZATION_FAILURE: [97, 'no', 'A forwarded principal could not be read.'],
  SNAPSHOT_NOT_FOUND: [98, 'no', 'There is no such snapshot.'],
  POSITION_OUT_OF_RANGE: [99, 'no', 'The position lies outside of the snapshot.'],
  UNKNOWN_TOPIC_ID: [100, 'retry', 'The broker has no topic of this id.'],
  DUPLICATE_BROKER_REGISTRATION: [101, 'no', 'Another broker has this id.'],
  BROKER_ID_NOT_REGISTERED: [102, 'no', 'No broker has this id.'],
  INCONSISTENT_TOPIC_ID: [103, 'retry', 'The topic was deleted and made anew under another id.'],
  INCONSISTENT_CLUSTER_ID: [104, 'no', 'The request is meant for another cluster.'],
  TRANSACTIONAL_ID_NOT_FOUND: [105, 'no', 'There is no such transactional id.'],
  FETCH_SESSION_TOPIC_ID_ERROR: [106, 'retry', 'A fetch session mixes topic names and topic ids.'],
  INELIGIBLE_REPLICA: [107, 'no', 'A replica may not be in sync.'],
  NEW_LEADER_ELECTED: [108, 'no', 'The change was made and another leader elected.'],
  OFFSET_MOVED_TO_TIERED_STORAGE: [109, 'no', 'The offset is in tiered storage only.'],
  FENCED_MEMBER_EPOCH: [110, 'no', 'The member has to give up its partitions and join again.'],
  UNRELEASED_INSTANCE_ID: [111, 'no', 'Another member still holds the instance id.'],
  UNSUPPORTED_ASSIGNOR: [112, 'no', 'The group has no such assignor.'],
  STALE_MEMBER_EPOCH: [113, 'no', 'The member has to learn its new epoch by a heartbeat first.'],
  MISMATCHED_ENDPOINT_TYPE: [
    114,
    'no',
    'The endpoint is a controller where a broker is needed, or the reverse.',
  ],
  UNSUPPORTED_ENDPOINT_TYPE: [115, 'no', 'Endpoints of this type are not supported.'],
  UNKNOWN_CONTROLLER_ID: [116, 'no', 'There is no such controller.'],
  UNKNOWN_SUBSCRIPTION_ID: [117, 'no', 'The telemetry subscription is out of date.'],
  TELEMETRY_TOO_LARGE: [118, 'no', 'The telemetry exceeds what the broker accepts.'],
  INVALID_REGISTRATION: [119, 'no', 'The registration of the broker is not valid.'],
  TRANSACTION_ABORTABLE: [120, 'no', 'The transaction has to be aborted; the producer may go on.'],
  INVALID_RECORD_STATE: [121, 'no', 'The record of the share group cannot be acknowledged any more.'],
  SHARE_SESSION_NOT_FOUND: [122, 'retry', 'The broker no longer knows the share session.'],
  INVALID_SHARE_SESSION_EPOCH: [123, 'retry', 'A fetch of the share session was lost or repeated.'],
  FENCED_STATE_EPOCH: [124, 'no', 'The state of the share group has a newer epoch.'],
  INVALID_VOTER_KEY: [125, 'no', 'The voter key is not that of the replica.'],
  DUPLICATE_VOTER: [126, 'no', 'The voter is in the quorum already.'],
  VOTER_NOT_FOUND: [127, 'no', 'The quorum has no such voter.'],
  INVALID_REGULAR_EXPRESSION: [128, 'no', 'The regular expression cannot be compiled.'],
  REBOOTSTRAP_REQUIRED: [129, 'no', 'The client has to start over from its bootstrap addresses.'],
  STREAMS_INVALID_TOPOLOGY: [130, 'no', 'The topology of the streams group is not valid.'],
  STREAMS_INVALID_TOPOLOGY_EPOCH: [131, 'no', 'The topology epoch of the streams group is not valid.'],
  STREAMS_TOPOLOGY_FENCED: [132, 'no', 'The streams group has a newer topology.'],
  SHARE_SESSION_LIMIT_REACHED: [133, 'retry', 'The broker has as many share sessions as are allowed.'],
  GROUP_DELETION_FAILED: [134, 'no', 'The group could not be deleted.'],
  STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED: [135, 'no', 'The description of the topology was not stored.'],
  CONTROLLER_ID_NOT_REGISTERED: [136, 'no', 'No controller has this id.'],
} as const satisfies Readonly<Record<string, Row>>

/** The name of an error code, as Kafka's documentation has it. */
export type KafkaErrorName = keyof typeof rows

/** Every error by its name: `kafkaErrors.NOT_COORDINATOR.code`. */
export const kafkaErrors = byName()

const byCode: ReadonlyMap<number, KafkaError> = new Map(
  Object.values<KafkaError>(kafkaErrors).map(error => [error.code, error]),
)

/** The error of this code; `UNKNOWN_SERVER_ERROR` if the table has none. */
export function errorByCode(code: number): KafkaError {
  return byCode.get(code) ?? kafkaErrors.UNKNOWN_SERVER_ERROR
}

function byName(): { readonly [N in KafkaErrorName]: KafkaError & { readonly name: N } } {
  const entries = Object.entries<Row>(rows).map(([name, [code, retriable, summary]]) => [
    name,
    Object.freeze({ code, name, retriable: retriable === 'retry', summary }),
  ])
  return Object.freeze(Object.fromEntries(entries)) as ReturnType<typeof byName>
}
