/**
 * Avro values, with schema resolution: what was written with another version of the schema is read as this one says.
 *
 * Avro's bytes do not say which schema they were written with, so something around them must. Three framings are
 * usual, and `framing` chooses. Every earlier schema is checked against this one when the serde is declared, not when
 * the first old record turns up.
 */
import type { Type } from 'avsc'
import { ByteSink } from '../base/byte-sink.ts'
import { hexOf, readInt32, writeInt32 } from '../base/bytes.ts'
import { StreamsError } from '../base/errors.ts'
import type { Serde } from '../serdes/serde.ts'
import { appendAvro, canonicalForm, compileSchema, readerOf } from './avro-type.ts'
import type { AvroSchema, LongForm, ReadAvro } from './avro-type.ts'
import { rabinFingerprint } from './rabin.ts'

export type { AvroSchema } from './avro-type.ts'

/** Options of `avro`. */
export type AvroOptions = AvroCommonOptions & (PlainFraming | SingleObjectFraming | ConfluentFraming)

interface AvroCommonOptions {
  /** How numbers of Avro's type `long` look. Default `number`, which refuses those beyond 2^53. */
  readonly long?: LongForm
}

/** The value alone. All records of the topic must have been written with one schema. */
interface PlainFraming {
  readonly framing?: 'none'
  /** The schema that the records were written with. Default: the serde's own. */
  readonly writer?: AvroSchema
}

/** Avro's own framing: two marker bytes and the fingerprint of the writer's schema in front. */
interface SingleObjectFraming {
  readonly framing: 'single-object'
  /** Schemas besides the serde's own that records may have been written with. Default none. */
  readonly writers?: readonly AvroSchema[]
}

/** The framing of Confluent's serialisers: a zero byte and the schema's number in a registry in front. */
interface ConfluentFraming {
  readonly framing: 'confluent'
  /** The number of the serde's own schema, 0 to 2^31 - 1. */
  readonly id: number
  /**
   * The schema of a number other than `id`, `undefined` for one that is not known; asked once for each number and
   * answered at once, so whatever must be fetched is fetched before.
   */
  readonly schemaOf?: (id: number) => AvroSchema | undefined
}

/**
 * Values in Avro's binary form, by the package `avsc` (install it beside `millrace`).
 *
 * What is written must fit the schema (MR-3003 otherwise). What is read is resolved from the writer's schema to this
 * one: fields in any order, defaults for missing ones, aliases, numbers widened. A writer's schema that cannot be
 * resolved is refused when the serde is declared (MR-3012); under the Confluent framing, when the first record of its
 * number is read. A fingerprint or number that nobody knows (MR-3013), bytes that end early or go on behind the value
 * are deserialisation errors (MR-3001). Records come out as objects with the schema's fields.
 *
 * @example
 * ```ts
 * import { string, topic } from 'millrace'
 * import { avro } from 'millrace/avro'
 *
 * interface Order {
 *   id: string
 *   cents: number
 *   currency: string
 * }
 *
 * const version1 = { type: 'record', name: 'Order', fields: [
 *   { name: 'id', type: 'string' },
 *   { name: 'cents', type: 'int' },
 * ] }
 * const version2 = { ...version1, fields: [
 *   { name: 'id', type: 'string' },
 *   { name: 'cents', type: 'long' },
 *   { name: 'currency', type: 'string', default: 'EUR' },
 * ] }
 *
 * export const orders = topic('orders', {
 *   key: string(),
 *   value: avro<Order>(version2, { framing: 'single-object', writers: [version1] }),
 * })
 * ```
 */
export function avro<T = never>(schema: AvroSchema, options: AvroOptions = {}): Serde<T> {
  const long = options.long ?? 'number'
  const type = compileSchema(schema, long)
  const { header, read } = frameOf(type, options, writer => compileSchema(writer, long))
  const serializeInto = (value: T, sink: ByteSink): void => {
    const start = sink.length
    sink.append(header)
    try {
      appendAvro(type, value, sink)
    } catch (error) {
      sink.length = start
      throw error
    }
  }
  return Object.freeze({
    name: 'avro',
    serialize: value => {
      const sink = new ByteSink(256)
      serializeInto(value, sink)
      return sink.toBytes()
    },
    serializeInto,
    deserialize: source => read(source, 0, source.length) as T,
    deserializeRange: (source, start, end) => read(source, start, end) as T,
  } satisfies Serde<T>)
}

/** What goes in front of a value, and how values behind such a thing are read. */
interface Frame {
  readonly header: Uint8Array
  readonly read: ReadAvro
}

type Compile = (schema: AvroSchema) => Type

function frameOf(type: Type, options: AvroOptions, compile: Compile): Frame {
  switch (options.framing) {
    case undefined:
    case 'none': {
      const writer = options.writer === undefined ? type : compile(options.writer)
      return { header: new Uint8Array(0), read: readerOf(type, writer, 'the writer') }
    }
    case 'single-object':
      return singleObjectFrame(type, options, compile)
    case 'confluent':
      return confluentFrame(type, options, compile)
    default:
      throw new TypeError(
        `avro: framing ${JSON.stringify((options as AvroOptions).framing)} is none of none, single-object, confluent`,
      )
  }
}

const marker = [0xc3, 0x01]

function singleObjectFrame(type: Type, { writers = [] }: SingleObjectFraming, compile: Compile): Frame {
  const own = rabinFingerprint(canonicalForm(type))
  const readers = new Map<string, ReadAvro>([[hexOf(own), readerOf(type, type, 'itself')]])
  writers.forEach((schema, index) => {
    const writer = compile(schema)
    readers.set(hexOf(rabinFingerprint(canonicalForm(writer))), readerOf(type, writer, `writers[${index}]`))
  })
  return {
    header: new Uint8Array([...marker, ...own]),
    read: (source, start, end) => {
      if (end - start < 10 || source[start] !== marker[0] || source[start + 1] !== marker[1]) {
        throw new RangeError('avro: no single-object header (c3 01 and a fingerprint) in front')
      }
      const fingerprint = hexOf(source.subarray(start + 2, start + 10))
      const read = readers.get(fingerprint)
      if (read === undefined)
        throw unknownSchema(`the fingerprint ${fingerprint}`, 'Add its schema to `writers`.')
      return read(source, start + 10, end)
    },
  }
}

function confluentFrame(type: Type, { id, schemaOf }: ConfluentFraming, compile: Compile): Frame {
  if ((id | 0) !== id || id < 0)
    throw new RangeError(`avro: id is ${id}, not a whole number from 0 to 2^31 - 1`)
  const header = new Uint8Array(5)
  writeInt32(header, 1, id)
  const readers = new Map<number, ReadAvro>([[id, readerOf(type, type, 'itself')]])
  const readerFor = (number: number): ReadAvro => {
    const known = readers.get(number)
    if (known !== undefined) return known
    const schema = schemaOf?.(number)
    if (schema === undefined) throw unknownSchema(`the number ${number}`, 'Let `schemaOf` answer its schema.')
    const read = readerOf(type, compile(schema), `the schema of number ${number}`)
    readers.set(number, read)
    return read
  }
  return {
    header,
    read: (source, start, end) => {
      if (end - start < 5 || source[start] !== 0) {
        throw new RangeError('avro: no registry header (a zero byte and a number) in front')
      }
      return readerFor(readInt32(source, start + 1))(source, start + 5, end)
    },
  }
}

function unknownSchema(what: string, fix: string): StreamsError {
  return new StreamsError('MR-3013', {
    what: `avro: a record was written with a schema that is not known: ${what}`,
    fix,
  })
}
