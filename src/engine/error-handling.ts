/**
 * The failures of a task: each is put before the application's policy, and is counted, written to the dead letter topic
 * or thrown.
 *
 * A dead letter is the record as it was read, key and value byte for byte, with headers that say what became of it
 * (KIP-1034). It is sent as every result is, and so commits with the position after the record. The bytes are at hand
 * only while their record is processed: what fails later (a punctuation, an update that was held back) has none.
 */
import { concatBytes } from '../base/bytes.ts'
import { AssertionError } from '../base/assert.ts'
import { StreamsError } from '../base/errors.ts'
import { partitionForKey } from '../base/murmur2.ts'
import { utf8Bytes } from '../base/text.ts'
import {
  reactionTo,
  type ErrorPolicies,
  type FailedRecord,
  type FailureKind,
} from '../processor/error-policy.ts'
import type { DropReason, RecordContext } from '../processor/processor.ts'
import type { Header } from '../record/record.ts'
import type { RecordCollector } from './collector.ts'
import type { DropAtNode } from './drop.ts'
import { rangeOf, rawRecord, type ReadableRecord } from './record-chunk.ts'

export interface ErrorHandlingOptions {
  readonly applicationId: string
  readonly taskId: string
  readonly policies: ErrorPolicies
  /** The name on the broker; present where a policy may ask for dead letters. */
  readonly deadLetterTopic: string | undefined
  readonly collector: RecordCollector
  readonly dropped: (drop: DropAtNode) => void
  /** The record at a place as it was read, as long as it is at hand. */
  readonly readRecord: (place: RecordContext) => ReadableRecord | undefined
}

/** The headers of a dead letter; the first six are Kafka's. */
export const deadLetterHeaders = {
  exception: '__streams.errors.exception',
  message: '__streams.errors.message',
  stackTrace: '__streams.errors.stacktrace',
  topic: '__streams.errors.topic',
  partition: '__streams.errors.partition',
  offset: '__streams.errors.offset',
  code: '__millrace.errors.code',
  node: '__millrace.errors.node',
  task: '__millrace.errors.task',
  application: '__millrace.errors.application',
} as const

const dropReasons: Readonly<Record<FailureKind, DropReason>> = {
  deserialize: 'deserialization',
  process: 'processing',
  produce: 'serialization',
}

export class ErrorHandling {
  private readonly options: ErrorHandlingOptions
  private keylessCount = 0

  constructor(options: ErrorHandlingOptions) {
    this.options = options
  }

  /**
   * Goes on without the record that `place` is, or throws `failure`: what `cause` was made into at the node. What is a
   * `StreamsError` itself has been before a policy already, or is none of the application's making.
   */
  handle(
    kind: FailureKind,
    cause: unknown,
    failure: StreamsError,
    node: string,
    place: RecordContext,
    record: ReadableRecord | undefined = this.options.readRecord(place),
  ): void {
    // Where values are frozen, changing one is a fault to be found, not a record to be put aside.
    const isFault = cause instanceof AssertionError || failure.code === 'MR-3005'
    if (isFault || cause instanceof StreamsError) throw failure
    this.react(kind, cause, failure, node, place, record)
  }

  /** The record at a place, to be at hand when its work fails later; nothing where nobody would want it. */
  keep(place: RecordContext): ReadableRecord | undefined {
    const { deadLetterTopic, readRecord } = this.options
    const record = deadLetterTopic === undefined ? undefined : readRecord(place)
    return record === undefined ? undefined : new KeptRecord(record)
  }

  /** Like `handle`, of what has not been before a policy, whatever it is. */
  react(
    kind: FailureKind,
    cause: unknown,
    failure: StreamsError,
    node: string,
    place: RecordContext,
    record: ReadableRecord | undefined,
  ): void {
    const { topic, partition, offset, timestamp, headers } = place
    const task = this.options.taskId
    const where = { topic, partition, offset, timestamp, headers }
    const failed: FailedRecord = { kind, node, task, ...where, ...rawRecord(record) }
    const error = cause instanceof Error ? cause : failure
    const reaction = reactionTo(this.options.policies, error, failed)
    if (reaction === 'fail') throw failure
    if (reaction === 'dlq') this.writeDeadLetter(failed, error, failure)
    this.options.dropped({ node, reason: dropReasons[kind], topic, partition, offset })
  }

  private writeDeadLetter(failed: FailedRecord, error: Error, failure: StreamsError): void {
    const { deadLetterTopic: topic, collector } = this.options
    // Nothing may be lost for want of a topic.
    if (topic === undefined) throw failure
    const { rawKey: key = null, rawValue: value = null } = failed
    const count = collector.partitionCount(topic)
    const partition = key === null ? this.keylessCount++ % count : partitionForKey(key, count)
    const headers = [...failed.headers, ...this.headersOf(failed, error, failure)]
    collector.send(topic, partition, key, value, Math.max(0, failed.timestamp), headers)
  }

  private headersOf(failed: FailedRecord, error: Error, failure: StreamsError): readonly Header[] {
    const headers: Header[] = []
    const add = (key: string, text: string): void => void headers.push({ key, value: utf8Bytes(text) })
    add(deadLetterHeaders.exception, String(error))
    add(deadLetterHeaders.message, error.message)
    add(deadLetterHeaders.stackTrace, error.stack ?? '')
    if (failed.topic !== undefined) {
      add(deadLetterHeaders.topic, failed.topic)
      add(deadLetterHeaders.partition, String(failed.partition))
      add(deadLetterHeaders.offset, String(failed.offset))
    }
    add(deadLetterHeaders.code, failure.code)
    add(deadLetterHeaders.node, failed.node)
    add(deadLetterHeaders.task, failed.task)
    add(deadLetterHeaders.application, this.options.applicationId)
    return headers
  }
}

/** A record that stays as it is when its cursor goes on. */
class KeptRecord implements ReadableRecord {
  readonly bytes: Uint8Array
  readonly offset: number
  readonly timestamp: number
  readonly keyStart = 0
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly headers: ReadableRecord['headers']

  constructor(record: ReadableRecord) {
    const { bytes, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd } = record
    const headers = record.headers()
    const key = rangeOf(bytes, keyStart, keyEnd)
    const value = rangeOf(bytes, valueStart, valueEnd)
    this.offset = offset
    this.timestamp = timestamp
    this.keyEnd = key === null ? -1 : key.length
    this.valueStart = key?.length ?? 0
    this.valueEnd = value === null ? this.valueStart - 1 : this.valueStart + value.length
    this.bytes = concatBytes(key ?? noBytes, value ?? noBytes)
    this.headers = () => headers
  }
}

const noBytes = new Uint8Array(0)
