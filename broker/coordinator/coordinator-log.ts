/** A partition of an internal topic as coordinators see it: append a batch, append a marker, replay all. */

/** Where a record stands. */
export interface RecordPlace {
  readonly offset: number
  /** The producer whose open transaction the record belongs to; -1 outside transactions. */
  readonly producerId: number
}

/** The end of a producer's transaction in one partition. */
export interface TransactionMarker {
  readonly producerId: number
  readonly producerEpoch: number
  readonly commit: boolean
  readonly coordinatorEpoch: number
  /** 2 for transactions whose epoch is bumped at their end (KIP-890): it decides which epochs the log takes (G10b). */
  readonly transactionVersion: number
}

/** Takes what a log holds, in the order of its offsets. */
export interface LogReader {
  record(key: Uint8Array | null, value: Uint8Array | null, place: RecordPlace): void
  marker(marker: TransactionMarker): void
}

export interface CoordinatorLog {
  /** The offset that the next record takes. */
  readonly endOffset: number
  /** The longest record that is taken of what a client says. */
  readonly recordBytesMax: number
  /** Appends one batch and answers the offset of its first record. Throws a `BrokerError` if nothing was appended. */
  append(batch: Uint8Array): number
  /** Appends the end of a transaction. Throws a `BrokerError` if nothing was appended. */
  appendMarker(marker: TransactionMarker): void
  /** Hands over every record and marker. The bytes are valid during the call only. */
  replay(reader: LogReader): void
  /** Settles when what was appended survives what the configuration promises; `undefined` if it does already. */
  durable(): Promise<void> | undefined
}

/** An internal topic, which is made when it is first needed. */
export interface InternalTopic {
  /** The logs of its partitions, in order; `undefined` if the topic was never made. */
  existing(): readonly CoordinatorLog[] | undefined
  /** Makes the topic if need be. */
  create(): readonly CoordinatorLog[]
}
