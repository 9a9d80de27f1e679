/**
 * A record as a line of input has it.
 *
 *   lines    the value; with `-K`, key and value with the delimiter between
 *   ndjson   an object with the field names of kcat, as `topic consume` prints it: `key`, `payload` (or `value`),
 *            `headers`, `partition`, `ts` (or `timestamp`). Keys and values that are no text are taken as JSON
 *
 * Bytes stay as they are in the form `string`. With `-Z` an empty key or value is null; in ndjson null is null.
 */
import { noHeaders, type Header, type Headers } from '../../../src/record/record.ts'
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import { invalid } from '../invalid.ts'
import { bytesOf } from './payload.ts'
import type { PayloadForm } from './payload-forms.ts'

export interface InputRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Headers
  /** `undefined`: the input does not say. */
  readonly partition: number | undefined
  readonly timestamp: number | undefined
}

export interface InputForms {
  readonly input: 'lines' | 'ndjson'
  readonly key: PayloadForm
  readonly value: PayloadForm
  /** Between key and value; `undefined` where lines have no keys. */
  readonly delimiter: string | undefined
  /** Whether an empty key or value is null. */
  readonly emptyIsNull: boolean
}

/** Reads a line; `place` is for errors. MR-6201 or MR-6205 if it is not what `forms` say. */
export function recordOf(line: Uint8Array, forms: InputForms, place: string): InputRecord {
  return forms.input === 'lines' ? plainRecord(line, forms, place) : jsonRecord(line, forms, place)
}

function plainRecord(line: Uint8Array, forms: InputForms, place: string): InputRecord {
  const { delimiter } = forms
  const at =
    delimiter === undefined ? -1 : Buffer.from(line.buffer, line.byteOffset, line.length).indexOf(delimiter)
  if (delimiter !== undefined && at < 0) {
    throw invalid(`${place} has no ${JSON.stringify(delimiter)} between key and value`)
  }
  const payload = (bytes: Uint8Array, form: PayloadForm, part: string): Uint8Array | null => {
    if (bytes.length === 0 && forms.emptyIsNull) return null
    return form === 'string' ? bytes : bytesOf(utf8Slice(bytes), form, `the ${part} of ${place}`)
  }
  const valueAt = delimiter === undefined ? 0 : at + utf8Bytes(delimiter).length
  return {
    key: at < 0 ? null : payload(line.subarray(0, at), forms.key, 'key'),
    value: payload(line.subarray(valueAt), forms.value, 'value'),
    headers: noHeaders,
    partition: undefined,
    timestamp: undefined,
  }
}

function jsonRecord(line: Uint8Array, forms: InputForms, place: string): InputRecord {
  const fields = objectOf(line, place)
  const payload = (value: unknown, form: PayloadForm, part: string): Uint8Array | null => {
    if (value === undefined || value === null || (value === '' && forms.emptyIsNull)) return null
    if (typeof value !== 'string' && (form === 'string' || form === 'json')) {
      return utf8Bytes(JSON.stringify(value))
    }
    // Text in the form `json` is a text of JSON, as `topic consume --value json` prints it.
    if (typeof value === 'string' && form === 'json') return utf8Bytes(JSON.stringify(value))
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    if (!isPlain) throw invalid(`the ${part} of ${place} cannot be ${form}`)
    return bytesOf(String(value), form, `the ${part} of ${place}`)
  }
  if (!('payload' in fields) && !('value' in fields) && !('key' in fields)) {
    throw invalid(
      `${place} has neither "key" nor "payload"`,
      'Write {"key":"k","payload":"v"}, or use --input lines.',
    )
  }
  return {
    key: payload(fields.key, forms.key, 'key'),
    value: payload('payload' in fields ? fields.payload : fields.value, forms.value, 'value'),
    headers: headersOf(fields.headers, place),
    partition: countOf(fields.partition, 'partition', place),
    // -1 is how a record without a time is printed.
    timestamp: countOf(fields.ts ?? fields.timestamp, 'ts', place, -1),
  }
}

function objectOf(line: Uint8Array, place: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(utf8Slice(line))
  } catch (cause) {
    throw invalid(`${place} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw invalid(`${place} is not an object`, 'Write {"key":"k","payload":"v"}, or use --input lines.')
}

/** Names and values in turn, as kcat has them, or an object of them. */
function headersOf(value: unknown, place: string): Headers {
  if (value === undefined || value === null) return noHeaders
  const pairs: (readonly unknown[])[] = []
  if (Array.isArray(value)) for (let at = 0; at < value.length; at += 2) pairs.push(value.slice(at, at + 2))
  else if (typeof value === 'object') pairs.push(...Object.entries(value))
  else throw invalid(`${place} has headers that are no list`)
  return pairs.map(([name, text]): Header => {
    const fits = typeof name === 'string' && (typeof text === 'string' || text === null)
    if (!fits) throw invalid(`${place} has headers that are not names and values in turn`)
    return { key: name, value: text === null ? null : utf8Bytes(text) }
  })
}

function countOf(value: unknown, field: string, place: string, least = 0): number | undefined {
  if (value === undefined || value === null) return undefined
  const count = Number(value)
  if (Number.isSafeInteger(count) && count >= least) return count
  throw invalid(`${place} has a ${field} that is no number`)
}
