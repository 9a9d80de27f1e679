/** A consumed record as it is printed: a line of JSON with kcat's field names, or what a format of kcat and rpk asks for. */
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import { isLogAppendTime } from '../../../src/record/batch-format.ts'
import type { RecordCursor } from '../../../src/record/batch-reader.ts'
import type { Headers } from '../../../src/record/record.ts'
import { invalid } from '../invalid.ts'
import { int64Text } from '../output/view.ts'
import { shownBytes, valueOf } from './payload.ts'
import type { PayloadForm } from './payload-forms.ts'

/** The forms in which keys and values are read. */
export interface RecordForms {
  readonly key: PayloadForm
  readonly value: PayloadForm
}

/** A record out of the batch that it came in. */
export interface ShownRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampType: 'create' | 'logappend'
  readonly timestamp: number
  readonly headers: Headers
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

export function recordAt(cursor: RecordCursor, topic: string, partition: number): ShownRecord {
  return {
    topic,
    partition,
    offset: cursor.offset,
    timestampType: isLogAppendTime(cursor.batchBytes, cursor.batchStart) ? 'logappend' : 'create',
    timestamp: cursor.timestamp,
    headers: cursor.headers(),
    key: cursor.key(),
    value: cursor.value(),
  }
}

/** Key and value as values of JSON: what filters see, and what is printed as JSON. */
export function decoded(record: ShownRecord, { key, value }: RecordForms) {
  return {
    key: record.key === null ? null : valueOf(record.key, key, placeOf(record, 'key')),
    value: record.value === null ? null : valueOf(record.value, value, placeOf(record, 'value')),
  }
}

/** The fields of kcat's `-J`, in its order; headers are names and values in turn. Offsets are text. */
export function kcatRecord(record: ShownRecord, forms: RecordForms) {
  const { key, value } = decoded(record, forms)
  return {
    topic: record.topic,
    partition: record.partition,
    offset: int64Text(record.offset),
    tstype: record.timestampType,
    ts: record.timestamp,
    headers: record.headers.flatMap(header => [
      header.key,
      header.value === null ? null : utf8Slice(header.value),
    ]),
    key,
    payload: value,
  }
}

type Piece = (record: ShownRecord, forms: RecordForms) => Uint8Array

const noBytes = new Uint8Array(0)
const number = (value: number): Uint8Array => utf8Bytes(String(value))

const tokens: Readonly<Record<string, Piece>> = {
  t: ({ topic }) => utf8Bytes(topic),
  p: ({ partition }) => number(partition),
  o: ({ offset }) => number(offset),
  T: ({ timestamp }) => number(timestamp),
  k: (record, forms) => keyBytes(record, forms),
  K: ({ key }) => number(key?.length ?? -1),
  v: (record, forms) => valueBytes(record, forms),
  V: ({ value }) => number(value?.length ?? -1),
  s: (record, forms) => valueBytes(record, forms),
  S: ({ value }) => number(value?.length ?? -1),
  h: ({ headers }) => utf8Bytes(headers.map(headerText).join(',')),
  '%': () => utf8Bytes('%'),
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', '0': '\0' }

/** A function that prints a record as `-f` says. MR-6201 for a token that does not exist. */
export function compileFormat(format: string): (record: ShownRecord, forms: RecordForms) => Uint8Array {
  const pieces: Piece[] = []
  for (const [part, token, hex, escape] of format.matchAll(
    /%([^])|\\x([\da-fA-F]{2})|\\([^])|%$|\\$|[^%\\]+/g,
  )) {
    if (token !== undefined) pieces.push(tokenPiece(token))
    else if (hex !== undefined) pieces.push(constant(Uint8Array.of(Number.parseInt(hex, 16))))
    else pieces.push(constant(utf8Bytes(escape === undefined ? part : (escapes[escape] ?? part))))
  }
  return (record, forms) => Buffer.concat(pieces.map(piece => piece(record, forms)))
}

function tokenPiece(token: string): Piece {
  const piece = Object.hasOwn(tokens, token) ? tokens[token] : undefined
  if (piece !== undefined) return piece
  throw invalid(
    `-f has %${token}, which stands for nothing`,
    'There are %t topic, %p partition, %o offset, %k key, %v or %s value, %h headers, %T timestamp, %K and %S sizes, %%.',
  )
}

function constant(bytes: Uint8Array): Piece {
  return () => bytes
}

function keyBytes(record: ShownRecord, forms: RecordForms): Uint8Array {
  return record.key === null ? noBytes : shownBytes(record.key, forms.key, placeOf(record, 'key'))
}

function valueBytes(record: ShownRecord, forms: RecordForms): Uint8Array {
  return record.value === null ? noBytes : shownBytes(record.value, forms.value, placeOf(record, 'value'))
}

function headerText({ key, value }: Headers[number]): string {
  return `${key}=${value === null ? 'NULL' : utf8Slice(value)}`
}

/** For errors: `the key of orders-0@12`. */
export function placeOf({ topic, partition, offset }: ShownRecord, part: 'key' | 'value' | 'record'): string {
  return `the ${part} of ${topic}-${partition}@${offset}`
}
