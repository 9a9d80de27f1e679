/**
 * Every error code of Millrace: its name, whether a retry may help, and one sentence.
 *
 * Codes are API and are never renumbered. MR-1xxx: declaring and building a topology. MR-2xxx: topics and
 * partitions. MR-3xxx: records and serdes. MR-4xxx: state and disk. MR-5xxx: broker and client. MR-6xxx: the
 * runtime. `docs/errors.md` has a paragraph for each; a test holds the two together.
 */
interface CodeRow {
  readonly name: string
  readonly retriable: boolean
  readonly summary: string
}

export const errorCodes = {
  'MR-1001': { name: 'INVALID_TOPOLOGY', retriable: false, summary: 'The topology as declared cannot run.' },
  'MR-1002': { name: 'DUPLICATE_NAME', retriable: false, summary: 'Two nodes or stores have the same name.' },
  'MR-1003': {
    name: 'UNNAMED_INTERNAL_RESOURCE',
    retriable: false,
    summary: 'A store or internal topic has a generated name under strictNaming.',
  },
  'MR-1004': {
    name: 'MISSING_SERDE',
    retriable: false,
    summary: 'A key or value must be serialised and no serde is known.',
  },
  'MR-1005': {
    name: 'INVALID_NAME',
    retriable: false,
    summary: 'A name is not one that Kafka allows for a topic.',
  },
  'MR-1006': {
    name: 'MISMATCHED_TOPICS',
    retriable: false,
    summary: 'One topic is declared, or one stream reads topics, in ways that disagree.',
  },
  'MR-1007': {
    name: 'RETENTION_TOO_SHORT',
    retriable: false,
    summary: 'A window store would forget windows that still take records.',
  },
  'MR-1008': {
    name: 'FOREIGN_STREAM',
    retriable: false,
    summary: 'Streams or tables of two applications, or of one that is built already, are combined.',
  },
  'MR-1009': {
    name: 'JOIN_WITHOUT_WINDOW',
    retriable: false,
    summary: 'A join of two streams does not say how far apart in time records may be.',
  },
  'MR-1010': {
    name: 'INVALID_ARGUMENT',
    retriable: false,
    summary: 'Something was handed in that is not what is asked for there.',
  },
  'MR-1101': {
    name: 'SUPPRESSED_VERSIONS',
    retriable: false,
    summary: 'A suppress stands below a versioned table, whose late versions it cannot hold back.',
  },
  'MR-1102': {
    name: 'GRACE_WITHOUT_HISTORY',
    retriable: false,
    summary: 'A join with grace looks up a table that does not keep its versions, or not for as long.',
  },
  'MR-1601': {
    name: 'READ_ONLY_STORE',
    retriable: false,
    summary: 'A processor writes to a store that it may only read.',
  },
  'MR-1602': {
    name: 'FORWARD_OUT_OF_TURN',
    retriable: false,
    summary: 'A processor forwards a record while none of its callbacks runs.',
  },
  'MR-2001': { name: 'UNKNOWN_TOPIC', retriable: true, summary: 'A topic does not exist on the broker.' },
  'MR-2101': {
    name: 'PARTITION_COUNT_MISMATCH',
    retriable: false,
    summary: 'Topics that are joined have different partition counts.',
  },
  'MR-2102': {
    name: 'INTERNAL_TOPIC_MISMATCH',
    retriable: false,
    summary: 'An internal topic has another partition count than the topology needs.',
  },
  'MR-6001': {
    name: 'APPLICATION_ID_IN_USE',
    retriable: false,
    summary: 'Another application with a different topology runs under the same id.',
  },
  'MR-6002': {
    name: 'APP_NOT_LOADED',
    retriable: false,
    summary: 'The file of an app could not be loaded, or exports none.',
  },
  'MR-6004': {
    name: 'STORE_NOT_HERE',
    retriable: true,
    summary: 'A store is not on this instance.',
  },
  'MR-6005': {
    name: 'INVALID_ADDRESS',
    retriable: false,
    summary: 'A list of brokers is not one of addresses.',
  },
  'MR-6003': { name: 'APP_CLOSED', retriable: false, summary: 'The running application has been closed.' },
  'MR-6101': {
    name: 'DRIVER_NOT_RUNNING',
    retriable: false,
    summary: 'A test driver is used whose application has crashed, failed or been closed.',
  },
  'MR-6102': {
    name: 'UNKNOWN_STORE',
    retriable: false,
    summary: 'The application has no store of that name.',
  },
  'MR-6103': {
    name: 'WRONG_STORE_KIND',
    retriable: false,
    summary: 'A store is asked for as one of another kind.',
  },
  'MR-6111': {
    name: 'CALLS_UNDER_WAY',
    retriable: true,
    summary: 'A test driver is to commit while asynchronous calls are under way.',
  },
  'MR-3001': {
    name: 'DESERIALIZATION_FAILED',
    retriable: false,
    summary: 'A record could not be deserialised.',
  },
  'MR-3002': { name: 'INVALID_TIMESTAMP', retriable: false, summary: 'A record has a negative timestamp.' },
  'MR-3003': { name: 'SERIALIZATION_FAILED', retriable: false, summary: 'A result could not be serialised.' },
  'MR-3004': { name: 'PROCESSING_FAILED', retriable: false, summary: 'A callback of the topology threw.' },
  'MR-3011': {
    name: 'INVALID_SCHEMA',
    retriable: false,
    summary: 'A serde is given something that is not a schema.',
  },
  'MR-3012': {
    name: 'INCOMPATIBLE_SCHEMA',
    retriable: false,
    summary: 'What was written with one schema cannot be read with the other.',
  },
  'MR-3013': {
    name: 'UNKNOWN_SCHEMA',
    retriable: false,
    summary: 'A record was written with a schema that is not known.',
  },
  'MR-3005': {
    name: 'FROZEN_VALUE_CHANGED',
    retriable: false,
    summary: 'A callback changed a value that it was handed.',
  },
  'MR-3301': {
    name: 'INVALID_ERROR_POLICY',
    retriable: false,
    summary: 'A policy for errors threw, or answered something that is not a reaction.',
  },
  'MR-3101': {
    name: 'CORRUPT_BATCH',
    retriable: false,
    summary: 'A record batch fails its checksum or breaks the format.',
  },
  'MR-3102': {
    name: 'UNSUPPORTED_COMPRESSION',
    retriable: false,
    summary: 'A record batch needs a codec that is not available.',
  },
  'MR-3103': {
    name: 'DECOMPRESSION_FAILED',
    retriable: false,
    summary: 'Compressed bytes are malformed, or larger than the bound when decompressed.',
  },
  'MR-3201': {
    name: 'ASYNC_CALL_FAILED',
    retriable: false,
    summary: 'An asynchronous call for a record failed at every attempt.',
  },
  'MR-3202': {
    name: 'ASYNC_CALL_TIMED_OUT',
    retriable: true,
    summary: 'An attempt of an asynchronous call took longer than its timeout.',
  },
  'MR-3203': {
    name: 'ASYNC_CALL_ABANDONED',
    retriable: true,
    summary: 'The task gave an asynchronous call up: it was closed, revoked or had failed.',
  },
  'MR-4001': {
    name: 'STATE_DIRECTORY_LOCKED',
    retriable: true,
    summary: 'Another process uses the state or data directory.',
  },
  'MR-4002': {
    name: 'CORRUPT_SEGMENT',
    retriable: false,
    summary: 'A log segment holds bytes that fail their checksum.',
  },
  'MR-4003': { name: 'STORAGE_FULL', retriable: true, summary: 'The disk is full.' },
  'MR-4004': { name: 'STORAGE_FAILED', retriable: false, summary: 'The file system refused an operation.' },
  'MR-4006': {
    name: 'NEWER_STATE_FORMAT',
    retriable: false,
    summary: 'The local state was written by a newer version.',
  },
  'MR-4007': {
    name: 'BUFFER_FULL',
    retriable: false,
    summary:
      'The buffer of a suppress is full, and was told to stop rather than to put out what is not final.',
  },
  'MR-4101': {
    name: 'SEGMENT_INTERVAL_CHANGED',
    retriable: false,
    summary: 'A store on disk is divided into segments of another length than it is declared with now.',
  },
  'MR-4102': {
    name: 'STORE_SUPPLIER_FAILED',
    retriable: false,
    summary: 'A supplier of stores threw, or answered something that is no ordered map of bytes.',
  },
  'MR-5001': {
    name: 'CONNECTION_LOST',
    retriable: true,
    summary: 'The connection to a broker was lost; whether it acted on the last request is not known.',
  },
  'MR-5010': {
    name: 'MALFORMED_MESSAGE',
    retriable: false,
    summary: 'Bytes of the protocol do not form the message they claim to be.',
  },
  'MR-5011': {
    name: 'FRAME_TOO_LARGE',
    retriable: false,
    summary: 'A peer announced a message larger than is accepted.',
  },
  'MR-5012': {
    name: 'INEXPRESSIBLE_IN_VERSION',
    retriable: false,
    summary: 'A message holds a value that the version in use cannot carry.',
  },
  'MR-5013': {
    name: 'NO_COMMON_VERSION',
    retriable: false,
    summary: 'The broker and Millrace have no version of an API in common.',
  },
  'MR-5020': {
    name: 'UNSUPPORTED_API_VERSION',
    retriable: false,
    summary: 'A request has an API key or version that the broker does not answer.',
  },
  'MR-5021': {
    name: 'TOO_MANY_REQUESTS',
    retriable: true,
    summary: 'A connection has more unanswered requests than the broker queues.',
  },
  'MR-5022': {
    name: 'INVALID_BROKER_CONFIG',
    retriable: false,
    summary: 'A key of the broker configuration is unknown or its value not allowed.',
  },
  'MR-5023': {
    name: 'REQUEST_FAULT',
    retriable: false,
    summary: 'A handler of the broker failed in a way it should not.',
  },
  'MR-5024': {
    name: 'INVALID_CLUSTER_METADATA',
    retriable: false,
    summary: 'What the data directory says about its topics cannot be read.',
  },
  'MR-5025': {
    name: 'MAINTENANCE_FAILED',
    retriable: true,
    summary: 'A job that the broker repeats, such as retention or compaction, failed.',
  },
  'MR-5026': { name: 'CANNOT_LISTEN', retriable: false, summary: 'An address cannot be listened on.' },
  'MR-5027': {
    name: 'REQUEST_TOO_SLOW',
    retriable: true,
    summary: 'A request began to arrive and then came too slowly.',
  },
  'MR-5028': {
    name: 'CONNECTION_GIVEN_UP',
    retriable: true,
    summary: 'A connection held memory that others waited for.',
  },
  'MR-5030': {
    name: 'LOGIN_REQUIRED',
    retriable: false,
    summary: 'A connection asked for something before it had logged in, or after its login had run out.',
  },
  'MR-5031': { name: 'LOGIN_REFUSED', retriable: false, summary: 'The broker refused the login.' },
  'MR-5032': { name: 'TLS_FAILED', retriable: false, summary: 'The two ends could not agree on TLS.' },
  'MR-5040': {
    name: 'PRODUCER_FENCED',
    retriable: false,
    summary: 'A newer producer with the same transactional id has taken over.',
  },
  'MR-5041': {
    name: 'REQUEST_REFUSED',
    retriable: false,
    summary: 'A broker refused a request.',
  },
  'MR-5042': {
    name: 'TRANSACTION_ABORTABLE',
    retriable: true,
    summary: 'The transaction cannot commit; abort it and do the work again.',
  },
  'MR-5043': {
    name: 'PRODUCER_FAILED',
    retriable: false,
    summary: 'The producer cannot go on and must be replaced by a new one.',
  },
  'MR-5044': {
    name: 'CALL_TIMED_OUT',
    retriable: true,
    summary: 'A call was retried until its time was over.',
  },
  'MR-5045': {
    name: 'BATCH_TOO_LARGE',
    retriable: false,
    summary: 'A batch of records is larger than its topic allows.',
  },
  'MR-5046': {
    name: 'COMMIT_FENCED',
    retriable: false,
    summary: 'The group has moved on from the member that commits.',
  },
  'MR-5047': {
    name: 'MEMBER_FENCED',
    retriable: false,
    summary: 'Another member with the same group instance id has taken over.',
  },
  'MR-5049': { name: 'CLIENT_CLOSED', retriable: false, summary: 'The client was closed.' },
  'MR-5050': {
    name: 'POSITION_LOST',
    retriable: false,
    summary: 'The log no longer has the records at the position of a partition.',
  },
  'MR-5051': {
    name: 'DELIVERY_FAILED',
    retriable: false,
    summary: 'Records could not be delivered.',
  },
  'MR-5052': { name: 'GROUP_REFUSED', retriable: false, summary: 'The group does not admit this member.' },
  'MR-5053': {
    name: 'REBALANCE_IN_PROGRESS',
    retriable: true,
    summary: 'The group is being rebalanced; commit again when it is done.',
  },
  'MR-5100': {
    name: 'UNKNOWN_TRANSACTION_STATE',
    retriable: false,
    summary: 'The transaction log has a state that this version does not know.',
  },
  'MR-5101': {
    name: 'PRODUCER_IDS_UNREADABLE',
    retriable: false,
    summary: 'The file that keeps which producer ids were given out cannot be read.',
  },
  'MR-6201': {
    name: 'INVALID_ARGUMENT',
    retriable: false,
    summary: 'An argument or an option of a command is not what it should be.',
  },
  'MR-6202': { name: 'NOT_FOUND', retriable: false, summary: 'What a command is about does not exist.' },
  'MR-6203': {
    name: 'CONFIRMATION_NEEDED',
    retriable: false,
    summary: 'A command would destroy something and was not told to.',
  },
  'MR-6204': {
    name: 'GROUP_IN_USE',
    retriable: true,
    summary: 'A command would change a group that has members.',
  },
  'MR-6205': {
    name: 'PAYLOAD_FORM',
    retriable: false,
    summary: 'A key or a value of a record does not have the form that a command was told.',
  },
} as const satisfies Readonly<Record<string, CodeRow>>

/** A stable error code. */
export type ErrorCode = keyof typeof errorCodes
