/** What of a topic's configuration the log acts on, and its defaults (semantics 9.9). */
import type { StoredCodec } from './recompress.ts'

export interface LogConfig {
  /** Delete old segments by age and size. */
  readonly delete: boolean
  /** Keep the last record of each key. */
  readonly compact: boolean
  readonly segmentBytes: number
  readonly segmentMs: number
  /** The most that is taken off segmentMs at random, so that logs do not all roll at once. */
  readonly segmentJitterMs: number
  readonly segmentIndexBytes: number
  readonly indexIntervalBytes: number
  /** -1: never. */
  readonly retentionMs: number
  /** -1: no limit. */
  readonly retentionBytes: number
  readonly messageBytesMax: number
  readonly storedCodec: StoredCodec
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly timestampBeforeMaxMs: number
  readonly timestampAfterMaxMs: number
  readonly deleteRetentionMs: number
  readonly compactionLagMinMs: number
  readonly compactionLagMaxMs: number
  readonly dirtyRatioMin: number
  readonly fileDeleteDelayMs: number
  /** Records after which what was appended is forced to the disk, before it is acknowledged. */
  readonly flushMessages: number
  /** Time after which it is, behind the acknowledgement. */
  readonly flushMs: number
}

const day = 24 * 60 * 60_000

export const logConfigDefaults: LogConfig = {
  delete: true,
  compact: false,
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * day,
  segmentJitterMs: 0,
  segmentIndexBytes: 10 * 1024 * 1024,
  indexIntervalBytes: 4096,
  retentionMs: 7 * day,
  retentionBytes: -1,
  messageBytesMax: 1_048_588,
  storedCodec: 'producer',
  timestampType: 'CreateTime',
  timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  timestampAfterMaxMs: 60 * 60_000,
  deleteRetentionMs: day,
  compactionLagMinMs: 0,
  compactionLagMaxMs: Number.MAX_SAFE_INTEGER,
  dirtyRatioMin: 0.5,
  fileDeleteDelayMs: 60_000,
  flushMessages: Number.MAX_SAFE_INTEGER,
  flushMs: Number.MAX_SAFE_INTEGER,
}

/** A topic's configuration under Kafka's names, as far as the log needs it. */
export interface TopicLogConfig {
  readonly 'cleanup.policy': readonly string[]
  readonly 'segment.bytes': number
  readonly 'segment.ms': number
  readonly 'segment.jitter.ms': number
  readonly 'segment.index.bytes': number
  readonly 'index.interval.bytes': number
  readonly 'retention.ms': number
  readonly 'retention.bytes': number
  readonly 'max.message.bytes': number
  readonly 'compression.type': StoredCodec | 'uncompressed'
  readonly 'message.timestamp.type': string
  readonly 'message.timestamp.before.max.ms': number
  readonly 'message.timestamp.after.max.ms': number
  readonly 'delete.retention.ms': number
  readonly 'min.compaction.lag.ms': number
  readonly 'max.compaction.lag.ms': number
  readonly 'min.cleanable.dirty.ratio': number
  readonly 'file.delete.delay.ms': number
  readonly 'flush.messages': number
  readonly 'flush.ms': number
}

/** The log's view of a topic's configuration. */
export function logConfigOf(topic: TopicLogConfig): LogConfig {
  return {
    delete: topic['cleanup.policy'].includes('delete'),
    compact: topic['cleanup.policy'].includes('compact'),
    segmentBytes: topic['segment.bytes'],
    segmentMs: topic['segment.ms'],
    segmentJitterMs: topic['segment.jitter.ms'],
    segmentIndexBytes: topic['segment.index.bytes'],
    indexIntervalBytes: topic['index.interval.bytes'],
    retentionMs: topic['retention.ms'],
    retentionBytes: topic['retention.bytes'],
    messageBytesMax: topic['max.message.bytes'],
    storedCodec: storedCodecOf(topic['compression.type']),
    timestampType: topic['message.timestamp.type'] === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    timestampBeforeMaxMs: topic['message.timestamp.before.max.ms'],
    timestampAfterMaxMs: topic['message.timestamp.after.max.ms'],
    deleteRetentionMs: topic['delete.retention.ms'],
    compactionLagMinMs: topic['min.compaction.lag.ms'],
    compactionLagMaxMs: topic['max.compaction.lag.ms'],
    dirtyRatioMin: topic['min.cleanable.dirty.ratio'],
    fileDeleteDelayMs: topic['file.delete.delay.ms'],
    flushMessages: topic['flush.messages'],
    flushMs: topic['flush.ms'],
  }
}

/** Kafka has a name of its own for the topic key's `none`. */
function storedCodecOf(type: TopicLogConfig['compression.type']): StoredCodec {
  return type === 'uncompressed' ? 'none' : type
}
