/**
 * The broker's configuration: every key with Kafka's name, its unit in the name, default and range.
 *
 * Defaults are Kafka's, except where an embedded broker on one machine is better served otherwise: few partitions for
 * the internal topics (Kafka: 50), and no initial delay of a group's first rebalance (Kafka: 3 s, for fleets that start
 * together). `durability` is Millrace's own.
 */
import { StreamsError } from '../src/base/errors.ts'
import {
  boolean,
  double,
  inAnyCase,
  int,
  listOf,
  long,
  longMax,
  oneOf,
  readConfig,
  string,
  type ConfigInput,
  type ConfigRow,
  type ConfigValues,
} from './config-table.ts'
import { perHostOverrides } from './net/connection-counts.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const mebibyte = 1 << 20

export const brokerConfigTable = {
  'node.id': int(1, 'The id of this broker in the cluster.', { min: 0 }),
  'advertised.host': string(
    'localhost',
    'The host that Metadata tells clients to connect to; `broker start` tells the one that it listens on, unless this or advertised.listeners is set; where that is all addresses, the canonical name of the machine, as Kafka does, or localhost if it has none, and a notice says which.',
  ),
  'advertised.port': int(9092, 'The port that Metadata tells clients to connect to; the same.', {
    min: 0,
    max: 65535,
  }),
  durability: oneOf(
    ['process', 'power'],
    'process',
    'What an acknowledged write survives: "process" a kill of the process, "power" a loss of power too (fdatasync).',
  ),

  'num.partitions': int(1, 'Partitions of a topic that is created without a count.', { min: 1 }),
  'auto.create.topics.enable': boolean(true, 'Whether Metadata creates a topic that it does not know.'),
  'delete.topic.enable': boolean(true, 'Whether DeleteTopics is allowed.'),
  'default.replication.factor': int(1, 'Replicas of a topic created without a count.', { min: 1, max: 1 }),
  'replication.factor.lenient': boolean(
    false,
    'Whether a topic that asks for more than one replica is created with one, instead of being refused.',
  ),

  'partitions.max': int(50_000, 'Partitions that the broker may have, its own included.', { min: 1 }),
  'message.max.bytes': int(1_048_588, 'The largest record batch taken, compressed, in bytes.', { min: 0 }),
  'socket.request.max.bytes': int(100 * mebibyte, 'The largest request taken, in bytes.', { min: 1 }),
  'request.memory.max.bytes': int(
    32 * mebibyte,
    'The most that a request may take in memory as objects (its record bytes aside); many tiny elements reach it long before the largest request does.',
    { min: mebibyte },
  ),
  'socket.listen.backlog.size': int(50, 'Connections that may wait to be taken.', { min: 1 }),
  'connections.max.idle.ms': long(10 * minute, 'A connection on which nothing moves for so long is closed.', {
    min: -1,
  }),
  'request.arrival.timeout.ms': int(
    30_000,
    'A connection is closed if a request begins to arrive on it and for so long comes slower than 1 KiB a second.',
    { min: 1 },
  ),
  'max.connections': int(2 ** 31 - 1, 'Connections of the broker; those beyond are closed at once.', {
    min: 0,
  }),
  'max.connections.per.ip': int(2 ** 31 - 1, 'The same for each address of a client.', { min: 0 }),
  'max.connections.per.ip.overrides': hostCounts('The same for single addresses: "ADDRESS:COUNT,...".'),
  'max.connection.creation.rate': int(
    2 ** 31 - 1,
    'New connections of the broker in a second; those beyond are closed at once.',
    { min: 1 },
  ),
  'authorizer.class.name': oneOf(
    ['', 'StandardAuthorizer', 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'],
    '',
    'Whether access is controlled by rules (CreateAcls); empty for not at all.',
  ),
  'super.users': principals('Principals that may do everything: "User:admin;User:ops".'),
  'allow.everyone.if.no.acl.found': boolean(
    false,
    'Whether a resource that no rule is about may be used by everyone.',
  ),
  'quota.window.num': int(11, 'Slices of the window that the rates of clients are measured over.', {
    min: 1,
    max: 3600,
  }),
  'quota.window.size.seconds': int(1, 'The length of such a slice.', { min: 1, max: 3600 }),
  'controller.quota.window.num': int(11, 'Slices that the bucket of changes of topics is for.', {
    min: 1,
    max: 3600,
  }),
  'controller.quota.window.size.seconds': int(1, 'The length of such a slice.', { min: 1, max: 3600 }),
  'sasl.server.max.receive.size': int(512 * 1024, 'The largest request taken before a login, in bytes.', {
    min: 1024,
  }),
  'connection.failed.authentication.delay.ms': int(
    100,
    'How long the answer to a failed login waits before its connection is closed.',
    { min: 0, max: 60_000 },
  ),
  'queued.max.requests': int(500, 'Requests of one connection that may wait for their turn.', { min: 1 }),
  'queued.max.request.bytes': long(
    128 * mebibyte,
    'Bytes of large requests, of all connections, that may be in memory before they are read on; -1 for any number.',
    { min: -1 },
  ),
  'queued.max.response.bytes': long(
    128 * mebibyte,
    'Bytes of large answers, of all connections, that clients may leave untaken before fetches wait; -1 for any number. From a quarter of it on answers have 1 MiB at most.',
    { min: -1 },
  ),
  'fetch.max.bytes': int(55 * mebibyte, 'The most that one Fetch answers, in bytes.', { min: 1024 }),
  'fetch.parked.max': int(10_000, 'Fetches that may wait for records at a time.', { min: 1 }),
  'max.incremental.fetch.session.cache.slots': int(1000, 'Fetch sessions that are kept.', { min: 0 }),

  'log.retention.check.interval.ms': long(5 * minute, 'How often old segments are looked for.', { min: 1 }),
  'log.retention.ms': long(7 * day, 'Default of the topic key retention.ms.', { min: -1 }),
  'log.retention.bytes': long(-1, 'Default of the topic key retention.bytes.', { min: -1 }),
  'log.segment.bytes': int(1024 * mebibyte, 'Default of the topic key segment.bytes.', { min: mebibyte }),
  'log.roll.ms': long(7 * day, 'Default of the topic key segment.ms.', { min: 1 }),
  'log.roll.jitter.ms': long(0, 'Default of the topic key segment.jitter.ms.', { min: 0 }),
  'log.segment.delete.delay.ms': long(minute, 'Default of the topic key file.delete.delay.ms.', { min: 0 }),
  'log.cleanup.policy': listOf(['delete', 'compact'], ['delete'], 'Default of the topic key cleanup.policy.'),
  'log.index.interval.bytes': int(4096, 'Default of the topic key index.interval.bytes.', { min: 0 }),
  'log.index.size.max.bytes': int(10 * mebibyte, 'Default of the topic key segment.index.bytes.', { min: 4 }),
  'log.preallocate': boolean(false, 'Default of the topic key preallocate.'),
  'log.message.timestamp.type': oneOf(
    ['CreateTime', 'LogAppendTime'],
    'CreateTime',
    'Default of the topic key message.timestamp.type.',
  ),
  'log.message.timestamp.before.max.ms': long(
    longMax,
    'Default of the topic key message.timestamp.before.max.ms.',
    {
      min: 0,
    },
  ),
  'log.message.timestamp.after.max.ms': long(
    hour,
    'Default of the topic key message.timestamp.after.max.ms.',
    {
      min: 0,
    },
  ),
  'log.cleaner.delete.retention.ms': long(day, 'Default of the topic key delete.retention.ms.', { min: 0 }),
  'log.cleaner.min.cleanable.ratio': double(0.5, 'Default of the topic key min.cleanable.dirty.ratio.', {
    min: 0,
    max: 1,
  }),
  'log.cleaner.min.compaction.lag.ms': long(0, 'Default of the topic key min.compaction.lag.ms.', { min: 0 }),
  'log.cleaner.max.compaction.lag.ms': long(longMax, 'Default of the topic key max.compaction.lag.ms.', {
    min: 1,
  }),
  'compression.type': oneOf(
    ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'],
    'producer',
    'Default of the topic key compression.type.',
  ),
  'min.insync.replicas': int(1, 'Default of the topic key min.insync.replicas.', { min: 1 }),
  'unclean.leader.election.enable': boolean(
    false,
    'Default of the topic key unclean.leader.election.enable.',
  ),
  'log.flush.interval.ms': long(longMax, 'Default of the topic key flush.ms.', { min: 0 }),
  'log.flush.interval.messages': long(longMax, 'Default of the topic key flush.messages.', { min: 1 }),
  'log.cleaner.enable': boolean(true, 'Whether compacted topics are compacted.'),
  'log.cleaner.backoff.ms': long(15_000, 'How long the cleaner rests when nothing is dirty.', { min: 1 }),
  'log.cleaner.dedupe.buffer.size': long(128 * mebibyte, 'Memory of the cleaner for its offset map.', {
    min: mebibyte,
  }),
  'log.flush.offset.checkpoint.interval.ms': int(minute, 'How often checkpoints are written.', { min: 1 }),
  'log.tail.cache.bytes': int(4 * mebibyte, 'Newest bytes of each partition that are kept in memory.', {
    min: 0,
  }),
  'log.tail.cache.total.bytes': int(64 * mebibyte, 'The same for all partitions together.', { min: 0 }),

  'offsets.topic.num.partitions': int(4, 'Partitions of __consumer_offsets.', { min: 1 }),
  'offsets.topic.segment.bytes': int(100 * mebibyte, 'Segment size of __consumer_offsets.', {
    min: mebibyte,
  }),
  'offsets.retention.minutes': int(10_080, 'How long offsets of an empty group are kept.', { min: 1 }),
  'offsets.retention.check.interval.ms': long(10 * minute, 'How often old offsets are looked for.', {
    min: 1,
  }),
  'offset.metadata.max.bytes': int(4096, 'The longest metadata text of a committed offset.', { min: 0 }),
  'group.min.session.timeout.ms': int(6_000, 'The shortest session time-out of a member.', { min: 1 }),
  'group.max.session.timeout.ms': int(30 * minute, 'The longest session time-out of a member.', { min: 1 }),
  'group.initial.rebalance.delay.ms': int(0, 'How long the first rebalance of a group waits.', { min: 0 }),
  'groups.max': int(100_000, 'Groups that the broker may have; a further one is refused.', { min: 1 }),
  'group.max.size': int(2 ** 31 - 1, 'Members that a group may have.', { min: 1 }),
  'group.coordinator.rebalance.protocols': listOf(
    ['classic', 'consumer'],
    ['classic', 'consumer'],
    'The protocols of groups that are spoken; "classic" is always one of them.',
  ),
  'group.consumer.session.timeout.ms': int(45_000, 'Session time-out of members of the consumer protocol.', {
    min: 1,
  }),
  'group.consumer.heartbeat.interval.ms': int(
    5_000,
    'How often members of the consumer protocol are told to send heartbeats.',
    { min: 1 },
  ),
  'group.consumer.min.session.timeout.ms': int(
    45_000,
    'The least that a group may be given as its session time-out.',
    {
      min: 1,
    },
  ),
  'group.consumer.max.session.timeout.ms': int(
    60_000,
    'The most that a group may be given as its session time-out.',
    {
      min: 1,
    },
  ),
  'group.consumer.min.heartbeat.interval.ms': int(
    5_000,
    'The least that a group may be given as its interval of heartbeats.',
    { min: 1 },
  ),
  'group.consumer.max.heartbeat.interval.ms': int(
    15_000,
    'The most that a group may be given as its interval of heartbeats.',
    { min: 1 },
  ),
  'group.consumer.assignment.interval.ms': int(
    0,
    'How long after one assignment of a group of the consumer protocol the next may be computed, by the first heartbeat from then on.',
    { min: 0 },
  ),
  'group.consumer.min.assignment.interval.ms': int(
    0,
    'The least that a group may be given as its interval of assignments.',
    { min: 0 },
  ),
  'group.consumer.max.assignment.interval.ms': int(
    15_000,
    'The most that a group may be given as its interval of assignments.',
    { min: 0 },
  ),
  'group.consumer.max.size': int(2 ** 31 - 1, 'Members that a group of the consumer protocol may have.', {
    min: 1,
  }),
  'group.consumer.assignors': listOf(
    ['uniform', 'range'],
    ['uniform', 'range'],
    'The assignors that members of the consumer protocol may ask for; the first is the default.',
  ),
  'group.consumer.migration.policy': inAnyCase(
    oneOf(
      ['bidirectional', 'upgrade', 'downgrade', 'disabled'],
      'bidirectional',
      'Whether groups with members change their protocol: to the consumer protocol when a member of that joins ("upgrade"), to the classic one when the last such member leaves ("downgrade"), both, or neither; unless "disabled", members of both may be in one group.',
    ),
  ),

  'transaction.state.log.num.partitions': int(4, 'Partitions of __transaction_state.', { min: 1 }),
  'transaction.state.log.segment.bytes': int(100 * mebibyte, 'Segment size of __transaction_state.', {
    min: mebibyte,
  }),
  'transactional.ids.max': int(
    100_000,
    'Transactional ids that the broker may know; a further one is refused.',
    { min: 1 },
  ),
  'transaction.max.timeout.ms': int(15 * minute, 'The longest transaction time-out taken.', { min: 1 }),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': int(
    10_000,
    'How often transactions past their time-out are looked for.',
    { min: 1 },
  ),
  'transaction.remove.expired.transaction.cleanup.interval.ms': int(
    hour,
    'How often expired transactional ids are looked for.',
    { min: 1 },
  ),
  'transactional.id.expiration.ms': int(7 * day, 'How long an unused transactional id is kept.', { min: 1 }),
  'transaction.partition.verification.enable': boolean(
    true,
    'Whether a transactional append asks the coordinator that the partition belongs to the transaction.',
  ),
  'producer.id.expiration.ms': int(
    day,
    'How long the state of an idle producer is kept: some 0.4 to 0.6 KB in each partition that it wrote to.',
    { min: 1 },
  ),
  'producer.id.expiration.check.interval.ms': int(10 * minute, 'How often idle producers are looked for.', {
    min: 1,
  }),
} as const

/** The configuration as the broker reads it: `config['num.partitions']`. */
export type BrokerConfig = ConfigValues<typeof brokerConfigTable>

/** The configuration as it is handed in: some keys, as values or as text. */
export type BrokerConfigInput = ConfigInput<typeof brokerConfigTable>

/** Reads and checks a configuration; refuses it as a whole with MR-5022 and every fault in the message. */
export function brokerConfig(input: BrokerConfigInput = {}): BrokerConfig {
  const { values, refusals } = readConfig(brokerConfigTable, input)
  if (refusals.length > 0) {
    throw new StreamsError('MR-5022', {
      what: `the broker's configuration is refused: ${refusals.map(each => `${each.name} ${each.reason}`).join('; ')}`,
      fix: 'correct or remove these keys (docs/broker-config.md lists all of them)',
    })
  }
  return values
}

/** A name without its kind would be nobody's, and who set it would be locked out. */
function principals(about: string): ConfigRow<string> {
  const row = string('', about)
  return {
    ...row,
    parse(given) {
      const names = String(given)
        .split(';')
        .map(each => each.trim())
      const isFine = names.every(each => each === '' || /^[^:]+:./.test(each))
      return isFine ? row.parse(given) : { refusal: 'must be a list of TYPE:NAME, as User:admin;User:ops' }
    },
  }
}

function hostCounts(about: string): ConfigRow<string> {
  const row = string('', about)
  return {
    ...row,
    parse(given) {
      const counts = typeof given === 'string' ? perHostOverrides(given) : undefined
      return typeof counts === 'string' ? { refusal: 'must be ADDRESS:COUNT,...' } : row.parse(given)
    },
  }
}
