/** Makes random messages out of a declaration: whatever a version can carry, absent fields at their defaults. */
import fc from 'fast-check'
import { hasField, type FieldShape, type StructShape, type WireType } from '../../../src/protocol/schema.ts'
import { readUuid } from '../../../src/base/uuid.ts'

/** Messages of `shape` that `version` can carry in full. */
export function arbitraryStruct(shape: StructShape, version: number): fc.Arbitrary<Record<string, unknown>> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {}
  for (const [name, field] of Object.entries(shape.fields)) {
    fields[name] = hasField(field, version) ? arbitraryField(field, version) : fc.constant(field.defaultValue)
  }
  return fc.record(fields, { noNullPrototype: true })
}

function arbitraryField(field: FieldShape, version: number): fc.Arbitrary<unknown> {
  const value = arbitraryValue(field.type, version)
  const mayBeNull = field.nullableSince !== undefined && version >= field.nullableSince
  const plain = mayBeNull ? fc.option(value, { nil: null, freq: 4 }) : value
  // A default sent as a tagged field is left out, and a null is as good as any other value.
  return field.tag === undefined ? plain : fc.oneof(fc.constant(field.defaultValue), plain)
}

function arbitraryValue(type: WireType, version: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'bool':
      return fc.boolean()
    case 'int8':
      return fc.integer({ min: -128, max: 127 })
    case 'int16':
      return fc.integer({ min: -0x8000, max: 0x7fff })
    case 'uint16':
      return fc.integer({ min: 0, max: 0xffff })
    case 'int32':
      return fc.integer()
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffffffff })
    case 'int64':
      return fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-(2 ** 63), 2 ** 63, -1, 0))
    case 'float64':
      return fc.double({ noNaN: true })
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 12 })
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytes => readUuid(bytes, 0))
    case 'bytes':
    case 'records':
      return fc.uint8Array({ maxLength: 24 })
    case 'array':
      return fc.array(arbitraryValue(type.element, version), { maxLength: 3 })
    case 'struct':
      return arbitraryStruct(type.struct, version)
    default:
      throw new Error('every kind of type is known')
  }
}
