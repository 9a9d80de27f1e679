/** Dead letters as a test reads them: the record that failed, and what its headers say of the error. */
import { utf8Slice } from '../base/text.ts'
import { deadLetterHeaders } from '../engine/error-handling.ts'
import type { Headers } from '../record/record.ts'
import type { LoggedRecord } from './logged-record.ts'
import type { TopicLog } from './topic-log.ts'

/** A record that was written to the dead letter topic. */
export interface DeadLetter {
  /** As it was read, byte for byte; `undefined` for an absent key, and where it was not at hand any more. */
  readonly key: Uint8Array | undefined
  /** As it was read, byte for byte; `undefined` for an absent value, and where it was not at hand any more. */
  readonly value: Uint8Array | undefined
  readonly timestamp: number
  /** Those of the record, and those of the error after them. */
  readonly headers: Headers
  /** Where the record had come from; `undefined` for a punctuation. */
  readonly topic: string | undefined
  /** -1 for a punctuation. */
  readonly partition: number
  /** -1 for a punctuation. */
  readonly offset: number
  /** The error as text, its name first. */
  readonly exception: string
  readonly message: string
  readonly stackTrace: string
  /** The code that the application would have stopped with. */
  readonly code: string
  /** The node that failed. */
  readonly node: string
  readonly task: string
}

/** All dead letters of a topic, in the order of writing. */
export function deadLettersOf(log: TopicLog): readonly DeadLetter[] {
  return log.records().map(deadLetterOf)
}

function deadLetterOf(record: LoggedRecord): DeadLetter {
  const headers = record.headers()
  // The last of a name: a record that failed once before has those of that error too.
  const textOf = (name: string): string | undefined => {
    const value = headers.findLast(({ key }) => key === name)?.value
    return value === undefined || value === null ? undefined : utf8Slice(value)
  }
  const { key, value, timestamp } = record
  return {
    key: key === null ? undefined : Uint8Array.from(key),
    value: value === null ? undefined : Uint8Array.from(value),
    timestamp,
    headers,
    topic: textOf(deadLetterHeaders.topic),
    partition: Number(textOf(deadLetterHeaders.partition) ?? -1),
    offset: Number(textOf(deadLetterHeaders.offset) ?? -1),
    exception: textOf(deadLetterHeaders.exception) ?? '',
    message: textOf(deadLetterHeaders.message) ?? '',
    stackTrace: textOf(deadLetterHeaders.stackTrace) ?? '',
    code: textOf(deadLetterHeaders.code) ?? '',
    node: textOf(deadLetterHeaders.node) ?? '',
    task: textOf(deadLetterHeaders.task) ?? '',
  }
}
