/**
 * Writes messages: an encoder is compiled from a declaration once for each version and then never asks which
 * version it is.
 *
 * A compiled encoder is a closure for each field. Fields that the version lacks are only checked: one that is
 * not ignorable must hold its default. Tagged fields follow every struct of a flexible version, in order of
 * their tags, each with its size, and only those that are not their default.
 */
import { assert } from '../base/assert.ts'
import { StreamsError } from '../base/errors.ts'
import { hasField, type FieldShape, type MessageType, type StructShape, type WireType } from './schema.ts'
import { isDefault } from './defaults.ts'
import { WireFault, within } from './wire-fault.ts'
import { Writer } from './writer.ts'

type WriteValue = (writer: Writer, value: unknown) => void

/** What holds of every field of one version of one message. */
interface Dialect {
  readonly version: number
  /** Compact lengths and tagged sections. */
  readonly flexible: boolean
}

/** Thrown inside where a version cannot carry a value; becomes MR-5012. */
class Inexpressible extends WireFault {}

const encoders = new WeakMap<StructShape, WriteValue[]>()

/**
 * Appends `message` as `version` of its type lays it out.
 *
 * Throws MR-5012 if it holds a value, other than the default, in a field that the version lacks and that may
 * not be dropped (unless the writer `dropsUnsayable`); `RangeError` if a value is outside its type's range, or null where that is not allowed.
 */
export function writeMessage<M>(writer: Writer, type: MessageType<M>, version: number, message: M): void {
  const encode = encoderOf(type, version)
  try {
    encode(writer, message)
  } catch (error) {
    throw error instanceof WireFault ? refusal(error, type.name, version) : error
  }
}

/** The bytes of `message` alone. */
export function messageBytes<M>(type: MessageType<M>, version: number, message: M): Uint8Array {
  const writer = new Writer()
  writeMessage(writer, type, version, message)
  return writer.toBytes()
}

function encoderOf(type: MessageType<unknown>, version: number): WriteValue {
  let compiled = encoders.get(type)
  if (compiled === undefined) encoders.set(type, (compiled = []))
  return (compiled[version] ??= compile(type, version))
}

function compile(type: MessageType<unknown>, version: number): WriteValue {
  const [min, max] = type.versions
  if (!Number.isInteger(version) || version < min || version > max) {
    throw new RangeError(`${type.name} has the versions ${min} to ${max}, not ${version}`)
  }
  return structWriter(type, {
    version,
    flexible: type.flexibleSince !== undefined && version >= type.flexibleSince,
  })
}

function structWriter(shape: StructShape, dialect: Dialect): WriteValue {
  const plain = fieldWriter(shape, dialect)
  const absent = absenceCheck(shape, dialect)
  const tags = dialect.flexible ? taggedWriter(shape, dialect) : undefined
  return (writer, value) => {
    if (typeof value !== 'object' || value === null) {
      throw new WireFault(`${String(value)} is not a ${shape.name}`)
    }
    const message = value as Readonly<Record<string, unknown>>
    plain(writer, message)
    if (!writer.dropsUnsayable) absent?.(message)
    tags?.(writer, message)
  }
}

type WriteFields = (writer: Writer, message: Readonly<Record<string, unknown>>) => void

/** The untagged fields, in wire order. */
function fieldWriter(shape: StructShape, dialect: Dialect): WriteFields {
  const names: string[] = []
  const writes: WriteValue[] = []
  for (const [name, field] of Object.entries(shape.fields)) {
    if (field.tag !== undefined || !hasField(field, dialect.version)) continue
    names.push(name)
    writes.push(valueWriter(field, dialect))
  }
  const count = names.length
  return (writer, message) => {
    let index = 0
    try {
      for (; index < count; index++) writes[index]!(writer, message[names[index]!])
    } catch (error) {
      throw within(error, names[index]!)
    }
  }
}

/** Refuses what the version cannot say and may not leave out. */
function absenceCheck(
  shape: StructShape,
  { version }: Dialect,
): ((message: Readonly<Record<string, unknown>>) => void) | undefined {
  const absent = Object.entries(shape.fields).filter(
    ([, field]) => !hasField(field, version) && !field.ignorable,
  )
  if (absent.length === 0) return undefined
  return message => {
    for (const [name, field] of absent) {
      if (isDefault(field, message[name])) continue
      throw within(new Inexpressible('the field is set, and this version lacks it'), name)
    }
  }
}

/** The section that ends every struct of a flexible version. */
function taggedWriter(shape: StructShape, dialect: Dialect): WriteFields {
  const tags = Object.entries(shape.fields)
    .filter(([, field]) => field.tag !== undefined && hasField(field, dialect.version))
    .map(([name, field]) => ({ name, field, tag: field.tag!, write: valueWriter(field, dialect) }))
    .sort((left, right) => left.tag - right.tag)
  if (tags.length === 0) return writer => writer.unsignedVarint(0)
  return (writer, message) => {
    let count = 0
    for (const { name, field } of tags) if (!isDefault(field, message[name])) count++
    writer.unsignedVarint(count)
    if (count === 0) return
    for (const { name, field, tag, write } of tags) {
      if (isDefault(field, message[name])) continue
      const inner = new Writer()
      try {
        write(inner, message[name])
      } catch (error) {
        throw within(error, name)
      }
      writer.unsignedVarint(tag)
      writer.unsignedVarint(inner.size)
      for (const chunk of inner.chunks()) writer.raw(chunk)
    }
  }
}

function valueWriter(field: FieldShape, dialect: Dialect): WriteValue {
  const write = typeWriter(field.type, dialect)
  const writeNull = nullWriter(field, dialect)
  const prefixed = field.type.kind === 'struct' && writeNull !== undefined
  return (writer, value) => {
    if (value === null) {
      if (writeNull === undefined) throw new WireFault('null is not allowed')
      writeNull(writer)
      return
    }
    if (prefixed) writer.int8(1)
    write(writer, value)
  }
}

/** How the field says null; `undefined` where it may not. */
function nullWriter(
  field: FieldShape,
  { version, flexible }: Dialect,
): ((writer: Writer) => void) | undefined {
  if (field.nullableSince === undefined || version < field.nullableSince) return undefined
  const { kind } = field.type
  if (kind === 'string') return writer => writer.nullString(flexible)
  if (kind === 'struct') return writer => writer.int8(-1)
  assert(kind === 'bytes' || kind === 'records' || kind === 'array', `the wire has no null for ${kind}`)
  return writer => writer.count(-1, flexible)
}

function typeWriter(type: WireType, dialect: Dialect): WriteValue {
  const { flexible } = dialect
  const { kind } = type
  if (kind === 'array') return arrayWriter(typeWriter(type.element, dialect), flexible)
  if (kind === 'struct') return structWriter(type.struct, dialect)
  if (kind === 'string') return (writer, value) => writer.string(value as string, flexible)
  if (kind !== 'bytes' && kind !== 'records') return (writer, value) => writer[kind](value as never)
  return (writer, value) => {
    if (!(value instanceof Uint8Array)) throw new WireFault(`${String(value)} is not a Uint8Array`)
    writer.count(value.length, flexible)
    writer.raw(value)
  }
}

function arrayWriter(writeElement: WriteValue, flexible: boolean): WriteValue {
  return (writer, value) => {
    if (!Array.isArray(value)) throw new WireFault(`${String(value)} is not a list`)
    const list: readonly unknown[] = value
    writer.count(list.length, flexible)
    let index = 0
    try {
      for (; index < list.length; index++) writeElement(writer, list[index])
    } catch (error) {
      throw within(error, index)
    }
  }
}

function refusal(fault: WireFault, name: string, version: number): Error {
  const place = fault.place === '' ? name : `${name}.${fault.place}`
  if (!(fault instanceof Inexpressible)) {
    return new RangeError(`${place} cannot be written in version ${version}: ${fault.message}`)
  }
  return new StreamsError('MR-5012', {
    what: `${place} cannot be expressed in version ${version}: ${fault.message}`,
    fix: 'leave the field at its default, or use brokers that speak a later version',
  })
}
