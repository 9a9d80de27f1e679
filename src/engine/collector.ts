/** Where a task's results go: the producer in a runtime, the recorded outputs in the test driver. */
import type { Headers } from '../record/record.ts'

/**
 * Receives results as bytes, synchronously. The bytes are the collector's to copy before it returns: the caller
 * reuses their memory. A failure to send surfaces at the next commit, not here.
 */
export interface RecordCollector {
  /** The number of partitions of a topic that sinks write to; MR-2001 for a topic that does not exist. */
  partitionCount(topic: string): number
  send(
    topic: string,
    partition: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers,
  ): void
}
