/**
 * Errors of processing, with their place: the node, the line that declared it, the record.
 *
 * An error is wrapped at the node that threw it (semantics A13); a `StreamsError` on its way up is passed on as it is.
 */
import { AssertionError } from '../base/assert.ts'
import { StreamsError } from '../base/errors.ts'
import type { RecordContext } from '../processor/processor.ts'
import type { TopologyNode } from '../topology/node.ts'
import { placeOf } from './current-record.ts'

/** The node that an error belongs to. */
export interface FailingNode {
  readonly name: string
  readonly declaredAt?: string | undefined
}

/** MR-3004: the code of a node threw. MR-3005: because it changed a value that is frozen. */
export function processingFailed(cause: unknown, node: FailingNode, record: RecordContext): StreamsError {
  if (cause instanceof StreamsError) return cause
  const mutation = cause instanceof TypeError && frozenMessage.test(cause.message)
  return new StreamsError(mutation ? 'MR-3005' : 'MR-3004', {
    what: mutation
      ? `'${node.name}' changed a value that it was handed: ${messageOf(cause)}`
      : `'${node.name}' threw: ${messageOf(cause)}`,
    where: whereOf(node, placeOf(record)),
    why: mutation
      ? 'A value is shared with every node and store it was handed to, so changing it in place changes what they hold.'
      : undefined,
    fix: mutation
      ? 'return a new object, such as { ...value, field }, instead of changing the one that was handed in'
      : 'see the cause below; a record that cannot be processed is to be caught in the callback',
    cause,
  })
}

/** MR-3201: an asynchronous call has failed at every attempt. */
export function asyncCallFailed(
  cause: unknown,
  node: FailingNode,
  record: RecordContext,
  attemptCount: number,
): StreamsError {
  const attempts = attemptCount === 1 ? 'at its only attempt' : `at each of ${attemptCount} attempts`
  return new StreamsError('MR-3201', {
    what: `The asynchronous call of '${node.name}' failed ${attempts}: ${messageOf(cause)}`,
    where: whereOf(node, placeOf(record)),
    why: 'The record has no result, and going on without one would lose it in silence.',
    fix: 'see the cause below; allow more attempts with `retry`, or catch what is to be expected and answer a value',
    cause,
  })
}

/** MR-3003: a sink could not turn a key or value into bytes. */
export function serializationFailed(
  cause: unknown,
  node: FailingNode,
  record: RecordContext,
  topic: string,
): StreamsError {
  if (cause instanceof StreamsError) return cause
  return new StreamsError('MR-3003', {
    what: `A result for topic '${topic}' could not be serialised: ${messageOf(cause)}`,
    where: whereOf(node, placeOf(record)),
    fix: `give topic '${topic}' serdes that fit the key and value that reach it`,
    cause,
  })
}

/** MR-3003: a row of a store could not be turned into bytes, when its changes were about to be committed. */
export function storingFailed(cause: unknown, store: string, nodes: readonly TopologyNode[]): Error {
  // What writing brings about itself, such as a full disk, and what should not be, is told as it is.
  if (cause instanceof StreamsError || cause instanceof AssertionError) return cause
  const node = nodes.find(each => each.kind === 'processor' && each.stores.includes(store))
  return new StreamsError('MR-3003', {
    what: `A row of store '${store}' could not be serialised: ${messageOf(cause)}`,
    where: node === undefined ? undefined : `'${node.name}'  ${node.declaredAt ?? ''}`,
    why: 'Rows are written as bytes before each commit, so the record that made it may be an earlier one.',
    fix: `give store '${store}' a serde that fits what is kept in it: { store: '${store}', value: json() }`,
    cause,
  })
}

/** MR-3001: the bytes of a record do not fit the serde of its source. */
export function deserializationFailed(
  cause: unknown,
  part: 'key' | 'value',
  node: FailingNode,
  place: string,
): StreamsError {
  return new StreamsError('MR-3001', {
    what: `The ${part} of ${place} could not be deserialised: ${messageOf(cause)}`,
    where: whereOf(node, place),
    why: 'Skipping it in silence would lose data, so processing stops here.',
    fix: `repair the producer or the ${part} serde, or let the handler of deserialisation errors skip such records`,
    cause,
  })
}

/** MR-3002: a record has no usable timestamp (semantics T1, FailOnInvalidTimestamp). */
export function invalidTimestamp(timestamp: number, node: FailingNode, place: string): StreamsError {
  return new StreamsError('MR-3002', {
    what: `The timestamp of ${place} is ${timestamp}.`,
    where: whereOf(node, place),
    why: 'Windows, joins and stream time need a time that is not negative.',
    fix: 'give the topic a timestamp extractor; a negative result of it skips the record',
  })
}

function whereOf(node: FailingNode, place: string): string {
  const declared = node.declaredAt === undefined ? '' : `  ${node.declaredAt}`
  return `'${node.name}', ${place}${declared}`
}

/** What engines say when a frozen object is changed. */
const frozenMessage = /read.only|not extensible|cannot (?:delete|add|redefine|assign)/i

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
