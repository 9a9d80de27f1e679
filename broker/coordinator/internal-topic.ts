/**
 * The internal topics that coordinators keep their memory in, and which partition holds what.
 *
 * A group's or transaction's partition is the Java hash of its id, modulo the number of partitions (semantics G12):
 * clients never see it, but tools that read `__consumer_offsets` look for a group there, and a data directory must not
 * change its mind.
 */
import { assert } from '../../src/base/assert.ts'

export const offsetsTopic = '__consumer_offsets'
export const transactionsTopic = '__transaction_state'

/** The partition of an internal topic that holds `id`. */
export function partitionForId(id: string, partitionCount: number): number {
  assert(partitionCount > 0, 'an internal topic has no partitions')
  // Kafka's Utils.abs: the one number without a positive twin counts as 0.
  const hash = javaHash(id)
  return hash === -(2 ** 31) ? 0 : Math.abs(hash) % partitionCount
}

/** `String.hashCode` of Java, over UTF-16 units as there. */
export function javaHash(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0
  return hash
}
