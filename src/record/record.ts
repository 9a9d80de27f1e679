/** The parts of a Kafka record as the record batch carries them: bytes, a timestamp and headers. */

/** One header. Headers are an ordered multimap: keys may repeat, values may be null (semantics G25). */
export interface Header {
  readonly key: string
  readonly value: Uint8Array | null
}

export type Headers = readonly Header[]

/** What records without headers share. */
export const noHeaders: Headers = Object.freeze([])
