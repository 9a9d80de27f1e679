/** CRC-32C: published answers, and the native implementation against the table. */
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { crc32c, installCrc32c, tableCrc32c } from '../../../src/base/crc32c.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { installNativeCrc32c } from '../../../src/codecs/crc32c-native.ts'

afterEach(() => installCrc32c(undefined))

describe('crc32c', () => {
  // RFC 3720, B.4, and the check value of the catalogue of CRCs.
  it.each([
    ['nothing', new Uint8Array(0), 0],
    ['123456789', utf8Bytes('123456789'), 0xe306_9283],
    ['32 zeros', new Uint8Array(32), 0x8a91_36aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8_ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd_794e],
    ['31 to 0', Uint8Array.from({ length: 32 }, (_, index) => 31 - index), 0x113f_db5c],
  ])('answers as published for %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })

  it('is the same from the native implementation, for every range', () => {
    expect(installNativeCrc32c()).toBe(true)
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 0, maxLength: 3000 }),
        fc.nat(40),
        fc.nat(40),
        (bytes, head, tail) => {
          const start = Math.min(head, bytes.length)
          const end = Math.max(start, bytes.length - tail)
          expect(crc32c(bytes, start, end)).toBe(tableCrc32c(bytes, start, end))
        },
      ),
    )
  })

  it('asks the accelerator only for ranges of the size it was installed for', () => {
    const asked: number[] = []
    installCrc32c((_, start, end) => {
      asked.push(end - start)
      return 1
    }, 100)
    expect(crc32c(new Uint8Array(100))).toBe(1)
    expect(crc32c(new Uint8Array(99))).not.toBe(1)
    expect(asked).toEqual([100])
  })
})
