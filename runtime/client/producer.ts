/** Sends records to partitions in batches, idempotently and, if it has a transactional id, in transactions. */
import type { Headers } from '../../src/record/record.ts'
import type { Cluster } from './cluster.ts'
import type { GroupMetadata, OffsetToCommit } from './offsets.ts'

export interface ProducerOptions {
  readonly cluster: Cluster
  /** Makes the producer transactional and fences older ones of the same id. */
  readonly transactionalId?: string
  /** Time after which the coordinator aborts a transaction that was left open. Default 60 000. */
  readonly transactionTimeoutMs?: number
  /** Whether retries may not duplicate or reorder records. Default true; must be true with a transactional id. */
  readonly idempotent?: boolean
  /** How long a batch waits for more records. Default 5. */
  readonly lingerMs?: number
  /** Uncompressed bytes at which a batch is closed. Default 262 144. */
  readonly batchBytesMax?: number
  /** Bytes of one request. Default 1 048 576 * 4. */
  readonly requestBytesMax?: number
  /** Bytes held for sending at which `whenWritable` makes callers wait. Default 67 108 864. */
  readonly bufferBytesMax?: number
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  /** Requests under way per broker. Default 5, which is also the maximum for an idempotent producer. */
  readonly maxInFlight?: number
  /** Time from append to acknowledgement after which a batch fails. Default 120 000. */
  readonly deliveryTimeoutMs?: number
  /** Called for each batch that was acknowledged: its offsets are `baseOffset` to `baseOffset + recordCount - 1`; `baseOffset` is -1 for a duplicate whose place is not known. */
  readonly onBatchAcked?: (topic: string, partition: number, baseOffset: number, recordCount: number) => void
}

/** Appends to one partition: what a sink keeps, so that no lookup is needed per record. */
export interface PartitionAppender {
  readonly topic: string
  readonly partition: number
  /** Copies the bytes into the open batch. Never waits; see `Producer.whenWritable`. */
  append(key: Uint8Array | null, value: Uint8Array | null, timestamp: number, headers: Headers): void
}

export declare class Producer {
  constructor(options: ProducerOptions)
  /** Bytes appended and not yet acknowledged. */
  readonly bufferedBytes: number
  /** The appender of a partition; always the same object. */
  partition(topic: string, partition: number): PartitionAppender
  /** Copies a record into the open batch of a partition, synchronously. A failure to send surfaces at `flush` or `commitTransaction`. */
  append(
    topic: string,
    partition: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers,
  ): void
  /** `undefined` while the buffer has room, else a promise to await before the next `append`. */
  whenWritable(): Promise<void> | undefined
  /** Sends everything and resolves when all is acknowledged. Rejects with the first error of a send since the last flush. */
  flush(): Promise<void>
  /** Gets the producer id, fences predecessors, and waits for their transactions to end. Once, before all else. */
  initTransactions(): Promise<void>
  beginTransaction(): void
  /** Makes offsets part of the transaction. Also sends off what is buffered, so that both travel at the same time. */
  sendOffsets(offsets: Iterable<OffsetToCommit>, group: GroupMetadata): Promise<void>
  /** Flushes and commits. On an error that `retriable` says is abortable, call `abortTransaction`; if fenced (MR-5040), close. */
  commitTransaction(): Promise<void>
  /** Drops what is buffered and aborts. */
  abortTransaction(): Promise<void>
  /** Sends what is buffered (not in a transaction: that is aborted) and closes. Idempotent. */
  close(): Promise<void>
}
