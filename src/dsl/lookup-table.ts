/** What a stream can be joined with by its key: the part of a table that only looks keys up. */

/** A table as something to look keys up in: one of strings will do for a stream whose keys are some strings. */
export interface LookupTable<in K, out V> {
  /** Exists in types only. */
  readonly '~lookup'?: (key: K) => V
}
