/** Which partition of an internal topic holds what (semantics G12). */
import { describe, expect, it } from 'vitest'
import { javaHash, partitionForId } from '../../../broker/coordinator/internal-topic.ts'

describe('the partition of an id', () => {
  it.each([
    ['', 0],
    ['a', 97],
    ['hello', 99_162_322],
    ['polygenelubricants', -(2 ** 31)],
    ['日本', 835_047],
  ])('hashes "%s" as Java does', (id, hash) => {
    expect(javaHash(id)).toBe(hash)
  })

  it.each([
    ['hello', 50, 22],
    // The one hash without a positive twin counts as 0.
    ['polygenelubricants', 50, 0],
    ['', 50, 0],
  ])('puts "%s" of %i partitions into %i', (id, count, partition) => {
    expect(partitionForId(id, count)).toBe(partition)
  })
})
