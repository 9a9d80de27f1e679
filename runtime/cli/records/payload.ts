/**
 * Keys and values between bytes and what people read and write, in the forms of `--key` and `--value`.
 *
 * `string` leaves bytes as they are wherever bytes can be printed, and is UTF-8 in JSON (what is none becomes U+FFFD);
 * `hex` and `base64` take all bytes. Numbers are big-endian, as Kafka's serializers write them.
 */
import { unreachable } from '../../../src/base/assert.ts'
import { StreamsError } from '../../../src/base/errors.ts'
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import { payloadForms, type PayloadForm } from './payload-forms.ts'

/** A record's key or value as a value of JSON; `undefined` bytes do not occur, null is null. MR-6205 if it has not the form. */
export function valueOf(bytes: Uint8Array, form: PayloadForm, place: string): unknown {
  switch (form) {
    case 'string':
      return utf8Slice(bytes)
    case 'json':
      return parsedJson(utf8Slice(bytes), place)
    case 'hex':
    case 'base64':
      return Buffer.from(bytes).toString(form)
    default:
      return numberOf(bytes, form, place)
  }
}

/** The same as bytes to be printed. */
export function shownBytes(bytes: Uint8Array, form: PayloadForm, place: string): Uint8Array {
  if (form === 'string') return bytes
  const value = valueOf(bytes, form, place)
  return utf8Bytes(form === 'json' ? JSON.stringify(value) : String(value))
}

/** The bytes of a key or value that was written as text. MR-6205 if the text has not the form. */
export function bytesOf(text: string, form: PayloadForm, place: string): Uint8Array {
  switch (form) {
    case 'string':
      return utf8Bytes(text)
    case 'json':
      parsedJson(text, place)
      return utf8Bytes(text)
    case 'hex':
      if (text.length % 2 !== 0 || !/^[\da-f]*$/i.test(text)) throw wrong('text', form, place)
      return Buffer.from(text, 'hex')
    case 'base64':
      if (!/^[A-Za-z\d+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw wrong('text', form, place)
      return Buffer.from(text, 'base64')
    default:
      return numberBytes(text, form, place)
  }
}

type NumberForm = 'int16' | 'int32' | 'int64' | 'float' | 'double'

const sizes: Readonly<Record<NumberForm, number>> = { int16: 2, int32: 4, int64: 8, float: 4, double: 8 }

function numberOf(bytes: Uint8Array, form: NumberForm, place: string): number | string {
  if (bytes.length !== sizes[form]) throw wrong(`${bytes.length} bytes`, form, place)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  switch (form) {
    case 'int16':
      return view.getInt16(0)
    case 'int32':
      return view.getInt32(0)
    case 'int64': {
      const value = view.getBigInt64(0)
      const exact = Number(value)
      return Number.isSafeInteger(exact) ? exact : String(value)
    }
    case 'float':
      return view.getFloat32(0)
    case 'double':
      return view.getFloat64(0)
    default:
      return unreachable(form)
  }
}

function numberBytes(text: string, form: NumberForm, place: string): Uint8Array {
  const bytes = new Uint8Array(sizes[form])
  const view = new DataView(bytes.buffer)
  if (form === 'float' || form === 'double') {
    const value = text.trim() === '' ? NaN : Number(text)
    if (Number.isNaN(value)) throw wrong('text', form, place)
    if (form === 'float') view.setFloat32(0, value)
    else view.setFloat64(0, value)
    return bytes
  }
  const bits = sizes[form] * 8
  const value = /^-?\d{1,20}$/.test(text) ? BigInt(text) : undefined
  if (value === undefined || BigInt.asIntN(bits, value) !== value) throw wrong('text', form, place)
  if (form === 'int16') view.setInt16(0, Number(value))
  else if (form === 'int32') view.setInt32(0, Number(value))
  else view.setBigInt64(0, value)
  return bytes
}

function parsedJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new StreamsError('MR-6205', {
      what: `not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      where: place,
      fix: 'Choose another form: string, or hex, which takes all bytes.',
      cause,
    })
  }
}

function wrong(found: string, form: PayloadForm, place: string): StreamsError {
  return new StreamsError('MR-6205', {
    what: `${found} cannot be ${form}`,
    where: place,
    fix: `Choose another form: ${payloadForms.join(', ')}.`,
  })
}
