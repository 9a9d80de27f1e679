/** Keys and values in the forms of `--key` and `--value`, both ways. */
import { describe, expect, it } from 'vitest'
import { bytesOfHex, hexOf } from '../../../../src/base/bytes.ts'
import { utf8Bytes, utf8Slice } from '../../../../src/base/text.ts'
import type { PayloadForm } from '../../../../runtime/cli/records/payload-forms.ts'
import { bytesOf, shownBytes, valueOf } from '../../../../runtime/cli/records/payload.ts'

const place = 'the value of orders-0@1'

describe('payloads', () => {
  it.each<[PayloadForm, text: string, hex: string, value: unknown]>([
    ['string', 'café', '636166c3a9', 'café'],
    ['json', '{"a":[1,null]}', hexOf(utf8Bytes('{"a":[1,null]}')), { a: [1, null] }],
    ['hex', '00ff', '00ff', '00ff'],
    ['base64', 'AP8=', '00ff', 'AP8='],
    ['int16', '-2', 'fffe', -2],
    ['int32', '258', '00000102', 258],
    ['int64', '9007199254740991', '001fffffffffffff', 9_007_199_254_740_991],
    ['int64', '-9223372036854775808', '8000000000000000', '-9223372036854775808'],
    ['float', '0.5', '3f000000', 0.5],
    ['double', '-1.5', 'bff8000000000000', -1.5],
  ])('%s: %s', (form, text, hex, value) => {
    const bytes = bytesOf(text, form, place)
    expect(hexOf(bytes)).toBe(hex)
    expect(valueOf(bytes, form, place)).toEqual(value)
    expect(utf8Slice(shownBytes(bytes, form, place))).toBe(text)
  })

  it('leaves bytes as they are that are no text', () => {
    const bytes = bytesOfHex('ff00fe')
    expect(shownBytes(bytes, 'string', place)).toBe(bytes)
    expect(valueOf(bytes, 'string', place)).toBe('\uFFFD\u0000\uFFFD')
  })

  it.each<[PayloadForm, string]>([
    ['json', '{'],
    ['hex', 'abc'],
    ['hex', 'xy'],
    ['base64', '?'],
    ['base64', 'abc'],
    ['int16', '32768'],
    ['int32', '1.5'],
    ['int64', '9223372036854775808'],
    ['int64', ''],
    ['double', 'much'],
    ['double', ' '],
  ])('refuses to write %s from %j', (form, text) =>
    expect(() => bytesOf(text, form, place)).toThrow(/MR-6205[^]*the value of orders-0@1/),
  )

  it.each<[PayloadForm, string]>([
    ['json', 'ff'],
    ['int32', '00'],
    ['int64', '00000000'],
    ['double', ''],
  ])('refuses to read %s from bytes %s', (form, hex) =>
    expect(() => valueOf(bytesOfHex(hex), form, place)).toThrow(/MR-6205[^]*the value of orders-0@1/),
  )
})
