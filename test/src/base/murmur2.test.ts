/** Murmur2 against Apache Kafka's own answers (semantics G11, O6). */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { murmur2, partitionForKey } from '../../../src/base/murmur2.ts'
import { utf8Bytes } from '../../../src/base/text.ts'

const golden = JSON.parse(
  readFileSync(new URL('../../golden/record-batches.json', import.meta.url), 'utf8'),
) as { readonly hashes: readonly { readonly key: string; readonly murmur2: number }[] }

describe('murmur2', () => {
  it.each(golden.hashes)('hashes $key as Kafka does', ({ key, murmur2: expected }) => {
    expect(murmur2(utf8Bytes(key))).toBe(expected)
  })

  it('hashes a range like the bytes in it', () => {
    expect(murmur2(utf8Bytes('xxfoobarx'), 2, 8)).toBe(murmur2(utf8Bytes('foobar')))
  })
})

describe('partitionForKey', () => {
  it.each(golden.hashes)('puts $key where Kafka puts it', ({ key, murmur2: hash }) => {
    expect(partitionForKey(utf8Bytes(key), 12)).toBe((hash & 0x7fff_ffff) % 12)
    expect(partitionForKey(utf8Bytes(key), 1)).toBe(0)
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses %d partitions', count => {
    expect(() => partitionForKey(utf8Bytes('a'), count)).toThrow(RangeError)
  })
})
