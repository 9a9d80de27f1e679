/** The record that processors are handed. */
import type { Headers } from '../record/record.ts'

/** A record as it comes to a processor. */
export interface IncomingRecord<out K, out V> {
  readonly key: K
  readonly value: V
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly headers: Headers
}
