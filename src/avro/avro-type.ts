/**
 * Avro types of the package `avsc`, over our byte arrays: schemas compiled, values encoded into a sink, values decoded out
 * of a range, with the resolver that leads from a writer's schema to the reader's.
 */
import { Buffer } from 'node:buffer'
import avsc from 'avsc'
import type { ByteSink } from '../base/byte-sink.ts'
import { StreamsError } from '../base/errors.ts'

/** An Avro schema as JSON has it: an object, a union as a list, or the name of a type. */
export type AvroSchema =
  | string
  | readonly AvroSchema[]
  | { readonly type: unknown; readonly [attribute: string]: unknown }

/** How numbers of the type `long` look in JavaScript. */
export type LongForm = 'number' | 'bigint'

/** A schema made ready; MR-3011 if it is none. */
export function compileSchema(schema: AvroSchema, long: LongForm): avsc.Type {
  try {
    return avsc.Type.forSchema(schema as avsc.Schema, {
      omitRecordMethods: true,
      ...(long === 'bigint' ? { registry: { long: bigintType() } } : {}),
    })
  } catch (cause) {
    throw new StreamsError('MR-3011', {
      what: `avro(schema): ${(cause as Error).message}`,
      why: 'What is given is not an Avro schema.',
      fix: 'Give the schema as an object, as the JSON of a .avsc file has it.',
      cause,
    })
  }
}

function bigintType(): avsc.Type {
  // oxlint-disable-next-line no-underscore-dangle -- the package's name for it
  return avsc.types.LongType.__with({
    fromBuffer: (source: Buffer) => source.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const target = Buffer.alloc(8)
      target.writeBigInt64LE(value)
      return target
    },
    fromJSON: BigInt,
    toJSON: Number,
    isValid: (value: unknown) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
    compare: (left: bigint, right: bigint) => (left === right ? 0 : left < right ? -1 : 1),
  })
}

/** The schema in Avro's canonical form, of which fingerprints are made. */
export function canonicalForm(type: avsc.Type): string {
  return JSON.stringify(type.schema())
}

/** Reads what one writer wrote, as the reader's schema says. */
export type ReadAvro = (source: Uint8Array, start: number, end: number) => unknown

/** How `reader` reads what `writer` wrote; MR-3012 if its schema cannot. */
export function readerOf(reader: avsc.Type, writer: avsc.Type, whose: string): ReadAvro {
  const resolver =
    canonicalForm(reader) === canonicalForm(writer) ? undefined : resolverOf(reader, writer, whose)
  return (source, start, end) => {
    const { value, offset } = reader.decode(bufferOf(source), start, resolver) as {
      readonly value: unknown
      readonly offset: number
    }
    if (offset < 0 || offset > end) throw new RangeError('avro: the bytes end within the value')
    if (offset < end) throw new RangeError(`avro: ${end - offset} bytes behind the value`)
    return value
  }
}

function resolverOf(
  reader: avsc.Type,
  writer: avsc.Type,
  whose: string,
): ReturnType<avsc.Type['createResolver']> {
  try {
    return reader.createResolver(writer)
  } catch (cause) {
    throw new StreamsError('MR-3012', {
      what: `avro(schema) cannot read what ${whose} wrote: ${(cause as Error).message}`,
      why: 'Fields that the writer did not have need a default; types may only be widened.',
      fix: 'Change the schema by the rules of schema resolution, or take a new topic.',
      cause,
    })
  }
}

/** Appends `value` to the sink, which grows as it must. */
export function appendAvro(type: avsc.Type, value: unknown, sink: ByteSink): void {
  for (;;) {
    const end = type.encode(value, bufferOf(sink.bytes), sink.length)
    if (end >= 0) {
      sink.length = end
      return
    }
    // What does not fit is counted all the same: the answer is how much was missing.
    sink.reserve(sink.bytes.length - sink.length - end)
  }
}

/** Records are read out of a batch one after the other: the last array's `Buffer` is mostly the next one's. */
let lastBytes: Uint8Array | undefined
let lastBuffer: Buffer | undefined

function bufferOf(bytes: Uint8Array): Buffer {
  if (bytes === lastBytes) return lastBuffer!
  lastBuffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  lastBytes = bytes
  return lastBuffer
}
