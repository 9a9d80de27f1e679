/** Reads DER (X.690): a value at a time, of definite length, never past the end of what holds it. */

export interface DerValue {
  /** The identifier octet: 0x30 is a sequence, 0x04 an octet string, 0xa0 what is tagged [0]. */
  readonly tag: number
  readonly content: Uint8Array
}

export const derTags = { integer: 0x02, octets: 0x04, oid: 0x06, sequence: 0x30, context0: 0xa0 } as const

/** The values that stand one after the other in `bytes`. Throws a `RangeError` where there is no DER. */
export function derValues(bytes: Uint8Array): readonly DerValue[] {
  const values: DerValue[] = []
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at]!
    const { length, start } = lengthAt(bytes, at + 1)
    const end = start + length
    if ((tag & 0x1f) === 0x1f || end > bytes.length) throw new RangeError('this is no DER')
    values.push({ tag, content: bytes.subarray(start, end) })
    at = end
  }
  return values
}

/** The parts of a value that must have this tag. */
export function derParts(value: DerValue | undefined, tag: number): readonly DerValue[] {
  return derValues(derContent(value, tag))
}

/** The content of a value that must have this tag. */
export function derContent(value: DerValue | undefined, tag: number): Uint8Array {
  if (value?.tag !== tag) throw new RangeError('this is other DER than it should be')
  return value.content
}

/** An object identifier as hexadecimal digits: what it is compared by. */
export function derOid(value: DerValue | undefined): string {
  return Buffer.from(derContent(value, derTags.oid)).toString('hex')
}

/** A positive integer of 32 bits. */
export function derInteger(value: DerValue | undefined): number {
  const content = derContent(value, derTags.integer)
  if (content.length === 0 || content.length > 5) throw new RangeError('an integer is out of range')
  return content.reduce((sum, byte) => sum * 256 + byte, 0)
}

function lengthAt(bytes: Uint8Array, at: number): { readonly length: number; readonly start: number } {
  const first = bytes[at]
  if (first === undefined) throw new RangeError('DER ends within a length')
  if (first < 0x80) return { length: first, start: at + 1 }
  const count = first & 0x7f
  if (count === 0 || count > 4 || at + count >= bytes.length) throw new RangeError('a length is out of range')
  let length = 0
  for (let index = 1; index <= count; index++) length = length * 256 + bytes[at + index]!
  return { length, start: at + 1 + count }
}
