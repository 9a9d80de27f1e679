/** Uuids as Kafka writes them: 22 characters of base64url. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { isUuid, randomUuid, readUuid, writeUuid, zeroUuid } from '../../../src/base/uuid.ts'

describe('uuids', () => {
  it('round-trip, and are spelled as base64url spells them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), bytes => {
        const text = readUuid(bytes, 0)
        expect(text).toBe(Buffer.from(bytes).toString('base64url'))
        const written = new Uint8Array(20)
        writeUuid(text, written, 2)
        expect(written.slice(2, 18)).toEqual(bytes)
      }),
    )
  })

  it('is zero for sixteen zero bytes', () => {
    expect(readUuid(new Uint8Array(16), 0)).toBe(zeroUuid)
  })

  it.each(['', 'AAAA', `${zeroUuid}A`, 'AAAAAAAAAAAAAAAAAAAAAB', 'AAAAAAAAAA+AAAAAAAAAAA'])(
    'refuses %j',
    text => {
      expect(isUuid(text)).toBe(false)
      expect(() => writeUuid(text, new Uint8Array(16), 0)).toThrow(TypeError)
    },
  )

  it('are made of chance as version 4, never starting with a dash', () => {
    const random = seededRandom(3)
    const made = Array.from({ length: 500 }, () => randomUuid(random))
    expect(new Set(made).size).toBe(made.length)
    for (const text of made) {
      expect(isUuid(text) && !text.startsWith('-')).toBe(true)
      const bytes = new Uint8Array(16)
      writeUuid(text, bytes, 0)
      expect([bytes[6]! >> 4, bytes[8]! >> 6]).toEqual([4, 2])
    }
  })
})
