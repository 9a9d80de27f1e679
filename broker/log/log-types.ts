/** What callers of a partition's log give and get: appends, reads, offsets, durability. */
import type { FileRange } from '../file-range.ts'
import type { AbortedTransaction } from './transaction-index.ts'

/**
 * What an acknowledged write survives: 'process' the death of the process (the bytes are in the page cache), 'power'
 * also a loss of power (they are on the disk).
 */
export type Durability = 'process' | 'power'

export interface AppendOptions {
  /** A client's batch is checked in full; a coordinator's is trusted, and its transactional batches have no sequence. */
  readonly origin: 'client' | 'coordinator'
  /** Wall clock. */
  readonly nowMs: number
  /** Whether the coordinator vouches that this partition is in the producer's transaction (G73). Default true. */
  readonly transactionVerified?: boolean
  /** 2 where the producer bumps its epoch with every transaction (KIP-890). Default 1. */
  readonly transactionVersion?: number
  /**
   * Whether each record is looked at (offsets, timestamps, sizes), or the header and checksum alone. Default: for
   * clients. Topics that are compacted have the keys of clients' records checked either way.
   */
  readonly recordsChecked?: boolean
  /** Whether the bytes are the log's only until the append returns: what it keeps of them is copied. Default false. */
  readonly isLent?: boolean
}

export interface AppendResult {
  readonly baseOffset: number
  readonly lastOffset: number
  /** The time of the append if the topic says LogAppendTime, else -1. */
  readonly logAppendTime: number
  readonly logStartOffset: number
  /** The batch had been appended before (an idempotent retry); these are its original offsets. */
  readonly duplicate: boolean
}

export interface MarkerOptions {
  readonly producerId: number
  readonly producerEpoch: number
  readonly commit: boolean
  readonly coordinatorEpoch: number
  readonly nowMs: number
  /** Default 1. */
  readonly transactionVersion?: number
}

export type IsolationLevel = 'read_uncommitted' | 'read_committed'

/** Memory that records are read into. */
export interface RecordMemory {
  /** At least `bytes` of it, whatever it holds. */
  take(bytes: number): Uint8Array
  /** Takes over memory that records were read into already. */
  adopt(memory: Uint8Array): void
  /**
   * An array that stands for bytes of a file, which are sent from there and never read: it has their length, and what it holds
   * is of no meaning. Absent where bytes are needed.
   */
  readonly refer?: ((range: FileRange) => Uint8Array) | undefined
}

export interface ReadOptions {
  readonly offset: number
  readonly maxBytes: number
  /** Answer one whole batch even if it is larger than `maxBytes` (G6). Default true. */
  readonly minOneBatch?: boolean
  /** Default 'read_uncommitted'. */
  readonly isolation?: IsolationLevel
  /** What is read from a file goes there, or is referred to if that memory knows how to. Default: new memory. */
  readonly memory?: RecordMemory | undefined
}

export interface ReadResult {
  /** Whole batches, or what stands for them. The first may start before the offset; the bytes may be shared: they are never to be changed. */
  readonly records: Uint8Array
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** Null for read_uncommitted. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null
  /**
   * More could be read from where this ends. A read answers less than `maxBytes` when that saves a copy, so a fetch
   * that waits for `min.bytes` is complete when this is true.
   */
  readonly moreAvailable: boolean
}

/** A record found by its time. */
export interface TimestampOffset {
  readonly timestamp: number
  readonly offset: number
  readonly leaderEpoch: number
}

/** Bytes of a segment that fail their checksum, between batches that do not. */
export interface CorruptRange {
  readonly file: string
  readonly fromPosition: number
  readonly toPosition: number
  /** Records of these offsets cannot be read. */
  readonly fromOffset: number
  readonly toOffset: number
}

/** What opening a log found and did. */
export interface RecoveryReport {
  readonly cleanStop: boolean
  readonly scannedBytes: number
  /** Bytes that were cut off as torn, with nothing whole after them. */
  readonly truncatedBytes: number
  readonly corruptRanges: readonly CorruptRange[]
}

/** Bytes of the files of a segment. */
export interface SegmentSizes {
  readonly log: number
  readonly index: number
  readonly timeindex: number
  readonly txnindex: number
  /** Of the whole transaction index. */
  readonly txnindexCrc: number
}

/** By base offset. */
export type SizesOfLog = ReadonlyMap<number, SegmentSizes>
