/** What a fetcher knows of one assigned partition: where to fetch next, what was fetched and not yet handed out. */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import {
  batchHeaderBytes,
  batchPrefixBytes,
  lastOffsetOf,
  partitionLeaderEpochOf,
  sizeInBytesOf,
} from '../../src/record/batch-format.ts'
import { validateBatch } from '../../src/record/batch-reader.ts'
import type { FetchPartitionData } from '../../src/protocol/messages/01-fetch.ts'
import { VisibleRecords } from './visible-records.ts'

/** One answer of a broker for one partition. */
export interface FetchedPartition extends TopicPartition {
  /**
   * The records that may be seen, read once: `while (records.next()) use(records.cursor)`. May turn out to be none
   * (markers, aborted records): the position moves all the same.
   */
  readonly records: VisibleRecords
  /** The position after this; known before the records are read. */
  readonly nextOffset: number
  /** Leader epoch of the last batch; -1 if not known. */
  readonly leaderEpoch: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly sizeInBytes: number
}

export class PartitionFetch implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Where the next fetch begins; `undefined` while it has to be found out. */
  fetchOffset: number | undefined
  /** After the last record handed out; `undefined` while not known. */
  position: number | undefined
  /** Epoch of the leader that wrote the record before `fetchOffset`; -1 if not known. */
  leaderEpoch = -1
  /** Epoch of the leader whose log the position was last held against. */
  checkedEpoch = -1
  paused = false
  /** Whether a request that includes it is under way, or its position is being found out or checked. */
  busy = false
  /** Raised whenever the position is set or the partition is taken away: answers to older requests are dropped. */
  era = 0
  retryAtMs = -Infinity
  attempts = 0
  bufferedBytes = 0
  highWatermark: number | undefined
  lastStableOffset: number | undefined
  logStartOffset: number | undefined
  #chunks: FetchedPartition[] = []

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get place(): string {
    return `${this.topic}-${this.partition}`
  }

  /** Goes to a position; what was fetched from elsewhere is dropped. Answers the bytes that were dropped. */
  seek(offset: number | undefined, leaderEpoch: number): number {
    const dropped = this.bufferedBytes
    this.era++
    this.busy = false
    this.fetchOffset = offset
    this.position = offset
    this.leaderEpoch = leaderEpoch
    this.checkedEpoch = -1
    this.retryAtMs = -Infinity
    this.attempts = 0
    this.bufferedBytes = 0
    this.#chunks = []
    return dropped
  }

  /** Takes in an answer without error; answers the bytes that it holds. MR-3101 if a batch is damaged. */
  receive(
    answer: FetchPartitionData,
    options: { readonly committed: boolean; readonly checkCrc: boolean },
  ): number {
    const { records, highWatermark, lastStableOffset, logStartOffset } = answer
    this.highWatermark = highWatermark
    this.lastStableOffset = lastStableOffset
    this.logStartOffset = logStartOffset
    this.attempts = 0
    const fetchOffset = this.fetchOffset
    if (records === null || records.length === 0 || fetchOffset === undefined) return 0
    const { end, nextOffset, leaderEpoch } = measured(records, options.checkCrc, this.place)
    if (nextOffset <= fetchOffset) return 0
    const aborted = options.committed ? (answer.abortedTransactions ?? []) : []
    this.#chunks.push({
      topic: this.topic,
      partition: this.partition,
      records: new VisibleRecords({ bytes: records, end, fetchOffset, aborted, place: this.place }),
      nextOffset,
      leaderEpoch,
      highWatermark,
      lastStableOffset,
      logStartOffset,
      sizeInBytes: end,
    })
    this.fetchOffset = nextOffset
    this.leaderEpoch = leaderEpoch
    this.bufferedBytes += end
    return end
  }

  /** The oldest answer not handed out yet; the position is then after it. */
  take(): FetchedPartition | undefined {
    const chunk = this.#chunks.shift()
    if (chunk === undefined) return undefined
    this.position = chunk.nextOffset
    this.bufferedBytes -= chunk.sizeInBytes
    return chunk
  }
}

/** Where the whole batches end, in bytes and in offsets. A last batch that was cut off is left to the next fetch. */
function measured(bytes: Uint8Array, checkCrc: boolean, place: string) {
  let at = 0
  let nextOffset = -1
  let leaderEpoch = -1
  while (bytes.length - at >= batchPrefixBytes) {
    const size = sizeInBytesOf(bytes, at)
    if (size > bytes.length - at) break
    // A size that no batch can have is for `validateBatch` to refuse.
    if (checkCrc || size < batchHeaderBytes) validateBatch(bytes, at, bytes.length, place)
    nextOffset = lastOffsetOf(bytes, at) + 1
    leaderEpoch = partitionLeaderEpochOf(bytes, at)
    at += size
  }
  return { end: at, nextOffset, leaderEpoch }
}
