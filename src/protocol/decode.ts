/**
 * Reads messages: a decoder is compiled from a declaration once for each version and then never asks which
 * version it is.
 *
 * The bytes come from a stranger. A list may not claim more elements than the bytes that are left could hold,
 * and its memory grows with what was really read, never with the claim; unknown tagged fields are skipped,
 * not kept, and a struct may have 1000 at most. What all of it weighs in memory is bounded too (`Reader.memoryLeft`). Structs start as copies of their defaults, so every struct of
 * a type has one hidden class whatever the version.
 */
import { hashedLettersMax } from '../base/text.ts'
import { assert } from '../base/assert.ts'
import { StreamsError } from '../base/errors.ts'
import { Reader, weights } from './reader.ts'
import { hasField, type FieldShape, type MessageType, type StructShape, type WireType } from './schema.ts'
import { WireFault, within } from './wire-fault.ts'

type ReadValue = (reader: Reader) => unknown

/** A compiled type: how to read it, and the fewest bytes it takes. */
interface Decoder {
  readonly read: ReadValue
  readonly bytesMin: number
}

/** What holds of every field of one version of one message. */
interface Dialect {
  readonly version: number
  /** Compact lengths and tagged sections. */
  readonly flexible: boolean
}

const decoders = new WeakMap<StructShape, ReadValue[]>()

/**
 * Reads a message as `version` of its type lays it out.
 *
 * Byte strings in it are views into the reader's bytes. What follows the message is left unread. Throws
 * MR-5010 if the bytes are no such message.
 */
export function readMessage<M>(reader: Reader, type: MessageType<M>, version: number): M {
  const decode = decoderOf(type, version)
  try {
    return decode(reader) as M
  } catch (error) {
    if (!(error instanceof WireFault)) throw error
    throw malformed(`${type.name} version ${version}`, error, reader)
  }
}

/** Reads a message that is alone in `bytes`. */
export function messageOf<M>(type: MessageType<M>, version: number, bytes: Uint8Array): M {
  return readMessage(new Reader(bytes), type, version)
}

/** The error for bytes of which no `what` can be made. */
export function malformed(what: string, fault: WireFault, reader: Reader): StreamsError {
  const field = fault.place === '' ? '' : `${fault.place}, `
  return new StreamsError('MR-5010', {
    what: `${what} cannot be read: ${fault.message}`,
    where: `${field}byte ${reader.position} of ${reader.bytes.length}`,
    cause: fault,
  })
}

function decoderOf(type: MessageType<unknown>, version: number): ReadValue {
  let compiled = decoders.get(type)
  if (compiled === undefined) decoders.set(type, (compiled = []))
  return (compiled[version] ??= compile(type, version))
}

function compile(type: MessageType<unknown>, version: number): ReadValue {
  const [min, max] = type.versions
  if (!Number.isInteger(version) || version < min || version > max) {
    throw new RangeError(`${type.name} has the versions ${min} to ${max}, not ${version}`)
  }
  const flexible = type.flexibleSince !== undefined && version >= type.flexibleSince
  return structDecoder(type, { version, flexible }).read
}

function structDecoder(shape: StructShape, dialect: Dialect): Decoder {
  const defaults: Record<string, unknown> = {}
  const names: string[] = []
  const reads: ReadValue[] = []
  let bytesMin = dialect.flexible ? 1 : 0
  for (const [name, field] of Object.entries(shape.fields)) {
    defaults[name] = field.defaultValue
    if (field.tag !== undefined || !hasField(field, dialect.version)) continue
    const decoder = fieldDecoder(field, dialect)
    names.push(name)
    reads.push(decoder.read)
    bytesMin += decoder.bytesMin
  }
  const count = names.length
  const readTagged = dialect.flexible ? taggedReader(shape, dialect) : undefined
  const weight = weightOf(shape)
  const read: ReadValue = reader => {
    reader.weigh(weight)
    const message = { ...defaults }
    let index = 0
    try {
      for (; index < count; index++) message[names[index]!] = reads[index]!(reader)
    } catch (error) {
      throw within(error, names[index]!)
    }
    readTagged?.(reader, message)
    return message
  }
  return { read, bytesMin }
}

/** What one struct weighs without what its lists, strings and structs weigh. */
function weightOf({ fields }: StructShape): number {
  let weight: number = weights.object
  for (const { type } of Object.values(fields)) {
    weight += weights.field
    if (type.kind === 'int64' || type.kind === 'float64') weight += weights.number
    if (type.kind === 'uuid') weight += weights.uuid
  }
  return weight
}

/** Reads the section that ends every struct of a flexible version. */
function taggedReader(
  shape: StructShape,
  dialect: Dialect,
): (reader: Reader, message: Record<string, unknown>) => void {
  const known = new Map<number, { readonly name: string; readonly read: ReadValue }>()
  for (const [name, field] of Object.entries(shape.fields)) {
    if (field.tag === undefined || !hasField(field, dialect.version)) continue
    known.set(field.tag, { name, read: fieldDecoder(field, dialect).read })
  }
  if (known.size === 0) return reader => reader.skipTaggedFields()
  return (reader, message) => {
    for (let left = reader.taggedFieldCount(); left > 0; left--) {
      const field = known.get(reader.unsignedVarint())
      const size = reader.unsignedVarint()
      if (field === undefined) reader.skip(size)
      else message[field.name] = readWithin(reader, size, field)
    }
  }
}

/** Reads a tagged field, which must take exactly the bytes it was given. */
function readWithin(
  reader: Reader,
  size: number,
  { name, read }: { readonly name: string; readonly read: ReadValue },
): unknown {
  const { end } = reader
  const last = reader.position + size
  try {
    if (last > end) throw new WireFault(`${size} bytes are needed where ${reader.remaining} are left`)
    reader.end = last
    const value = read(reader)
    if (reader.position !== last)
      throw new WireFault(`${last - reader.position} of its ${size} bytes are spare`)
    return value
  } catch (error) {
    throw within(error, name)
  } finally {
    reader.end = end
  }
}

function fieldDecoder(field: FieldShape, dialect: Dialect): Decoder {
  const nullable = field.nullableSince !== undefined && dialect.version >= field.nullableSince
  const { type } = field
  if (type.kind !== 'struct' || !nullable) return typeDecoder(type, nullable, dialect)
  const { read } = structDecoder(type.struct, dialect)
  return { read: reader => (reader.int8() < 0 ? null : read(reader)), bytesMin: 1 }
}

function typeDecoder(type: WireType, nullable: boolean, dialect: Dialect): Decoder {
  const { flexible } = dialect
  const { kind } = type
  if (kind === 'array') return arrayDecoder(typeDecoder(type.element, false, dialect), nullable, flexible)
  if (kind === 'struct') return structDecoder(type.struct, dialect)
  if (kind === 'string') return stringDecoder(nullable, flexible)
  if (kind === 'bytes' || kind === 'records') return bytesDecoder(nullable, flexible)
  return { read: reader => reader[kind](), bytesMin: scalarBytes[kind] }
}

function stringDecoder(nullable: boolean, flexible: boolean): Decoder {
  const read: ReadValue = reader => {
    const length = reader.stringLength(flexible)
    if (length < 0) return nullIf(nullable)
    reader.weigh(length > hashedLettersMax ? weights.longString : weights.string + length)
    return reader.utf8(length)
  }
  return { read, bytesMin: flexible ? 1 : 2 }
}

function bytesDecoder(nullable: boolean, flexible: boolean): Decoder {
  const read: ReadValue = reader => {
    const length = reader.bytesLength(flexible)
    if (length < 0) return nullIf(nullable)
    reader.weigh(weights.bytes)
    return reader.view(length)
  }
  return { read, bytesMin: flexible ? 1 : 4 }
}

const scalarBytes = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
} as const

function arrayDecoder(element: Decoder, nullable: boolean, flexible: boolean): Decoder {
  const { read, bytesMin } = element
  assert(bytesMin > 0, 'an element takes bytes, so that a count is bounded by them')
  const readList: ReadValue = reader => {
    const count = reader.count(flexible, bytesMin)
    if (count < 0) return nullIf(nullable)
    reader.weigh(weights.list + count * weights.slot)
    const list: unknown[] = []
    let index = 0
    try {
      for (; index < count; index++) list.push(read(reader))
    } catch (error) {
      throw within(error, index)
    }
    return list
  }
  return { read: readList, bytesMin: flexible ? 1 : 4 }
}

function nullIf(nullable: boolean): null {
  if (!nullable) throw new WireFault('null is not allowed')
  return null
}
