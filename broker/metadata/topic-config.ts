/**
 * The configuration of a topic: every key with Kafka's name, default and range, and where a value comes from.
 *
 * A value is the topic's own, else the broker's default for it (`log.retention.ms` for `retention.ms`), else the table's.
 * Only the topic's own values are stored. Keys of features that a single broker does not have (remote storage, unclean
 * election) are known, so that tools which set them work, and are kept to the one value that is true here.
 */
import {
  boolean,
  double,
  int,
  listOf,
  long,
  longMax,
  oneOf,
  readConfig,
  type ConfigRefusal,
  type ConfigRow,
  type ConfigValues,
} from '../config-table.ts'
import type { BrokerConfig } from '../config.ts'

const day = 24 * 60 * 60_000
const mebibyte = 1 << 20

export const topicConfigTable = {
  'cleanup.policy': listOf(
    ['delete', 'compact'],
    ['delete'],
    'What becomes of old records: deleted by age or size, compacted to the last per key, both, or (empty) neither.',
  ),
  'compression.type': oneOf(
    ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'],
    'producer',
    'The codec that batches are stored in; "producer" keeps what was sent.',
  ),
  'delete.retention.ms': long(day, 'How long tombstones of a compacted topic are kept.', { min: 0 }),
  'file.delete.delay.ms': long(60_000, 'How long a deleted file stays on disk.', { min: 0 }),
  'flush.messages': long(longMax, 'Records after which the log is flushed to disk.', { min: 1 }),
  'flush.ms': long(longMax, 'Milliseconds after which the log is flushed to disk.', { min: 0 }),
  'follower.replication.throttled.replicas': throttledReplicas(
    'Replicas whose replication is throttled at the follower.',
  ),
  'index.interval.bytes': int(4096, 'Bytes of log between two entries of the offset index.', { min: 0 }),
  'leader.replication.throttled.replicas': throttledReplicas(
    'Replicas whose replication is throttled at the leader.',
  ),
  'max.compaction.lag.ms': long(longMax, 'The longest a record may stay uncompacted.', { min: 1 }),
  'max.message.bytes': int(1_048_588, 'The largest record batch taken, compressed, in bytes.', { min: 0 }),
  'message.timestamp.after.max.ms': long(3_600_000, 'How far ahead of the clock a timestamp may be.', {
    min: 0,
  }),
  'message.timestamp.before.max.ms': long(longMax, 'How far behind the clock a timestamp may be.', {
    min: 0,
  }),
  'message.timestamp.type': oneOf(
    ['CreateTime', 'LogAppendTime'],
    'CreateTime',
    'Whether a record carries the time of its producer or of its append.',
  ),
  'min.cleanable.dirty.ratio': double(0.5, 'The part of a log that must be dirty before it is compacted.', {
    min: 0,
    max: 1,
  }),
  'min.compaction.lag.ms': long(0, 'The shortest time a record stays uncompacted.', { min: 0 }),
  'min.insync.replicas': int(1, 'Replicas that must have a write with acks=all.', { min: 1 }),
  preallocate: boolean(false, 'Whether segment files are allocated at full size.'),
  'retention.bytes': long(-1, 'The size of a partition beyond which old segments are deleted; -1: none.'),
  'retention.ms': long(7 * day, 'The age beyond which segments are deleted; -1: none.', { min: -1 }),
  'segment.bytes': int(1024 * mebibyte, 'The size at which a new segment begins.', { min: mebibyte }),
  'segment.index.bytes': int(10 * mebibyte, 'The largest size of a segment’s offset index.', { min: 4 }),
  'segment.jitter.ms': long(0, 'The most that is taken off segment.ms at random.', { min: 0 }),
  'segment.ms': long(7 * day, 'The age at which a new segment begins.', { min: 1 }),
  'unclean.leader.election.enable': boolean(false, 'Whether a replica that is behind may lead.'),
  'compression.gzip.level': gzipLevel(
    'Taken, and without effect: records are stored at the codec’s own level.',
  ),
  'compression.lz4.level': int(9, 'Taken, and without effect: records are stored at the codec’s own level.', {
    min: 1,
    max: 17,
  }),
  'compression.zstd.level': int(
    3,
    'Taken, and without effect: records are stored at the codec’s own level.',
    {
      min: -131_072,
      max: 22,
    },
  ),
  'local.retention.bytes': long(-2, 'Of tiered topics, which there are none of.', { min: -2 }),
  'local.retention.ms': long(-2, 'Of tiered topics, which there are none of.', { min: -2 }),
  'remote.log.copy.disable': boolean(false, 'Of tiered topics, which there are none of.'),
  'remote.log.delete.on.disable': boolean(false, 'Of tiered topics, which there are none of.'),
  'remote.storage.enable': onlyFalse('Whether old segments are tiered; not available here.'),
} as const

export type TopicConfig = ConfigValues<typeof topicConfigTable>

/** What the topic itself sets: Kafka's names to the text that was given. */
export type TopicOverrides = Readonly<Record<string, string>>

/** Topic key → the broker key that is its default. */
export const brokerDefaults: Readonly<Record<string, keyof BrokerConfig>> = {
  'max.message.bytes': 'message.max.bytes',
  'retention.ms': 'log.retention.ms',
  'retention.bytes': 'log.retention.bytes',
  'segment.bytes': 'log.segment.bytes',
  'segment.ms': 'log.roll.ms',
  'segment.jitter.ms': 'log.roll.jitter.ms',
  'segment.index.bytes': 'log.index.size.max.bytes',
  'index.interval.bytes': 'log.index.interval.bytes',
  'file.delete.delay.ms': 'log.segment.delete.delay.ms',
  'cleanup.policy': 'log.cleanup.policy',
  preallocate: 'log.preallocate',
  'message.timestamp.type': 'log.message.timestamp.type',
  'message.timestamp.before.max.ms': 'log.message.timestamp.before.max.ms',
  'message.timestamp.after.max.ms': 'log.message.timestamp.after.max.ms',
  'delete.retention.ms': 'log.cleaner.delete.retention.ms',
  'min.cleanable.dirty.ratio': 'log.cleaner.min.cleanable.ratio',
  'min.compaction.lag.ms': 'log.cleaner.min.compaction.lag.ms',
  'max.compaction.lag.ms': 'log.cleaner.max.compaction.lag.ms',
  'compression.type': 'compression.type',
  'min.insync.replicas': 'min.insync.replicas',
  'unclean.leader.election.enable': 'unclean.leader.election.enable',
  'flush.messages': 'log.flush.interval.messages',
  'flush.ms': 'log.flush.interval.ms',
}

/** A copy to change by keys from the wire: without a prototype, so that '__proto__' is a key and not one. */
export function overridesFrom(overrides: TopicOverrides): Record<string, string> {
  return Object.assign(Object.create(null) as Record<string, string>, overrides)
}

/** The effective configuration of a topic, and the overrides that are refused (INVALID_CONFIG). */
export function topicConfig(
  overrides: TopicOverrides,
  broker: BrokerConfig,
): { readonly values: TopicConfig; readonly refusals: readonly ConfigRefusal[] } {
  const defaults: Record<string, unknown> = {}
  for (const [name, brokerName] of Object.entries(brokerDefaults)) defaults[name] = broker[brokerName]
  const { values, refusals } = readConfig(topicConfigTable, overrides, defaults)
  if (values['min.compaction.lag.ms'] > values['max.compaction.lag.ms']) {
    const reason = 'must not be greater than max.compaction.lag.ms'
    return { values, refusals: [...refusals, { name: 'min.compaction.lag.ms', reason }] }
  }
  return { values, refusals }
}

/** The refusals as one sentence for an error message. */
export function describeRefusals(refusals: readonly ConfigRefusal[]): string {
  return listed(
    refusals.map(({ name, reason }) => `Configuration ${name} ${reason}`),
    '; ',
  )
}

/** As many of `parts` as an error message should name: a string of an answer has 32,767 bytes at most. */
export function listed(parts: readonly string[], separator: string): string {
  const first: string[] = []
  let length = 0
  for (const part of parts) {
    length += part.length
    if (first.length > 0 && length > listedLettersMax) {
      return `${first.join(separator)}${separator}and ${parts.length - first.length} more`
    }
    first.push(part.slice(0, listedLettersMax))
  }
  return first.join(separator)
}

const listedLettersMax = 2000

/** Without effect on one node; tools that move partitions set and remove it. */
function throttledReplicas(about: string): ConfigRow<readonly string[]> {
  const legal = /^(?:\*|\d+:\d+)$/
  return {
    type: 'list',
    default: [],
    about,
    parse(given) {
      const words = Array.isArray(given) ? given.map(String) : String(given).split(',')
      const replicas = words.map(word => word.trim())
      if (replicas.length === 1 && replicas[0] === '') return { value: [] }
      const isFine =
        replicas.every(each => legal.test(each)) && (replicas.length < 2 || !replicas.includes('*'))
      return isFine ? { value: replicas } : { refusal: "must be '*' or a list of PARTITION:BROKER" }
    },
  }
}

/** 1 to 9, or -1 for what the codec finds best. */
function gzipLevel(about: string): ConfigRow<number> {
  const row = int(-1, about, { min: -1, max: 9 })
  return {
    ...row,
    parse(given) {
      const parsed = row.parse(given)
      return 'value' in parsed && parsed.value === 0 ? { refusal: 'must be from 1 to 9, or -1' } : parsed
    },
  }
}

function onlyFalse(about: string) {
  const row = boolean(false, about)
  return {
    ...row,
    parse(given: unknown) {
      const parsed = row.parse(given)
      return 'value' in parsed && parsed.value ? { refusal: 'must be false' } : parsed
    },
  }
}
