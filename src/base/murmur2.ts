/**
 * Murmur2 as Kafka computes it, and the partition of a key (semantics G11, O6).
 *
 * The hash is a contract: other clients, repartition topics and the lookup of a key's owner must all agree on it.
 */

const seed = 0x9747_b28c
const multiplier = 0x5bd1_e995

/** The 32-bit hash of `bytes[start, end)`, signed as Kafka's is. */
export function murmur2(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const length = end - start
  let hash = seed ^ length
  let at = start
  for (const last = end - 4; at <= last; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    word = Math.imul(word, multiplier)
    word = Math.imul(word ^ (word >>> 24), multiplier)
    hash = Math.imul(hash, multiplier) ^ word
  }
  const rest = end - at
  if (rest >= 3) hash ^= bytes[at + 2]! << 16
  if (rest >= 2) hash ^= bytes[at + 1]! << 8
  if (rest >= 1) hash = Math.imul(hash ^ bytes[at]!, multiplier)
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return hash ^ (hash >>> 15)
}

/** The partition, of `partitionCount`, that Kafka's default partitioner sends a key to. */
export function partitionForKey(keyBytes: Uint8Array, partitionCount: number): number {
  if (!Number.isInteger(partitionCount) || partitionCount < 1) {
    throw new RangeError(`partitionCount must be an integer of at least 1, not ${partitionCount}`)
  }
  return (murmur2(keyBytes) & 0x7fff_ffff) % partitionCount
}
