/**
 * How a message of the protocol is declared: its fields in wire order, each with the versions that have it.
 *
 * A declaration is frozen data and drives everything else: both directions of the codec (`encode.ts`,
 * `decode.ts`), the defaults of `create`, and the test that holds it against Kafka's own definitions. The
 * interface and the declaration bear the same name, and the compiler holds them to the same fields with the
 * same types:
 *
 *     export interface Lease { readonly owner: string; readonly untilMs: number; readonly note: string | null }
 *     export const Lease = message<Lease>('Lease', { versions: [0, 2], flexibleSince: 2 }, {
 *       owner: string,                                    // every version
 *       untilMs: between(0, 1, withDefault(-1, int64)),   // versions 0 and 1
 *       note: since(2, tagged(0, nullable(string))),      // only as tagged field 0
 *     })
 *
 * A field that a version lacks takes its default when it is read. When it is written, another value than the
 * default is refused with MR-5012, unless the field is `ignorable`: then it is left out.
 */
import { zeroUuid } from '../base/uuid.ts'

/** How a value is laid out. Lengths are compact in flexible versions, and fixed-width otherwise. */
export type WireType =
  | { readonly kind: Exclude<WireKind, 'array' | 'struct'> }
  | { readonly kind: 'array'; readonly element: WireType }
  | { readonly kind: 'struct'; readonly struct: StructShape }

export type WireKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'string'
  | 'uuid'
  | 'bytes'
  | 'records'
  | 'array'
  | 'struct'

/** A field, whatever its type. */
export interface FieldShape {
  readonly type: WireType
  /** First and last version that has it; `Infinity` for all later ones. */
  readonly since: number
  readonly until: number
  /** First version in which it may be null; `undefined` for none. */
  readonly nullableSince: number | undefined
  /** Its number, if it is a tagged field. */
  readonly tag: number | undefined
  /** What it is where a version lacks it, and what a tagged field is that was not sent. */
  readonly defaultValue: unknown
  /** Whether a value may be dropped silently on the way to a version without the field. */
  readonly ignorable: boolean
}

/**
 * A field whose value is a `T`. Invariant in `T`, so that an interface and its declaration cannot drift
 * apart.
 */
export interface Field<T> extends FieldShape {
  readonly defaultValue: T
  readonly '~value'?: (value: T) => T
}

/** A field for each property of `M`, in wire order. */
export type Fields<M> = { readonly [P in keyof M]-?: Field<M[P]> }

/** A struct, whatever its type. */
export interface StructShape {
  readonly name: string
  readonly fields: Readonly<Record<string, FieldShape>>
}

/** A struct inside messages. It is itself the plain field of its type: required, in every version. */
export interface StructType<M> extends Field<M> {
  readonly type: { readonly kind: 'struct'; readonly struct: StructShape }
  /** A whole struct out of the given fields; the others take their defaults. */
  create(fields?: Partial<M>): M
}

/** The declaration of a message; both directions of its codec are compiled from it, once per version. */
export interface MessageType<M> extends StructShape {
  /** First and last version spoken. */
  readonly versions: readonly [min: number, max: number]
  /** First version with compact lengths and tagged fields; `undefined` for none. */
  readonly flexibleSince: number | undefined
  /** A whole message out of the given fields; the others take their defaults. */
  create(fields?: Partial<M>): M
  readonly '~message'?: M
}

export const bool: Field<boolean> = scalar('bool', false)
export const int8: Field<number> = scalar('int8', 0)
export const int16: Field<number> = scalar('int16', 0)
export const uint16: Field<number> = scalar('uint16', 0)
export const int32: Field<number> = scalar('int32', 0)
export const uint32: Field<number> = scalar('uint32', 0)
/** 64 bits as a `number`: exact up to 2^53; the largest int64 reads as 2^63 and is written back as itself. */
export const int64: Field<number> = scalar('int64', 0)
export const float64: Field<number> = scalar('float64', 0)
export const string: Field<string> = scalar('string', '')
/** 16 bytes, as 22 characters of base64url. */
export const uuid: Field<string> = scalar('uuid', zeroUuid)
/** Read as a view into the frame; written as it is. */
export const bytes: Field<Uint8Array> = scalar<Uint8Array>('bytes', new Uint8Array(0))
/** Record batches, or null. On the wire like `bytes`. */
export const records: Field<Uint8Array | null> = Object.freeze({
  ...scalar<Uint8Array | null>('records', null),
  nullableSince: 0,
})

/** A list of what `element` declares. Empty by default. */
export function array<T>(element: Field<T>): Field<readonly T[]> {
  const none: readonly T[] = Object.freeze([])
  return field<readonly T[]>({ kind: 'array', element: element.type }, none)
}

/** Declares a struct: a field for every property of `M`. */
export function struct<M extends object>(name: string, fields: Fields<M>): StructType<M> {
  const shape: StructShape = Object.freeze({ name, fields: fieldShapes(fields) })
  const defaults = defaultsOf(shape) as M
  const type = Object.freeze({ kind: 'struct', struct: shape } as const)
  return Object.freeze({ ...field<M>(type, defaults), type, create: creatorOf(defaults) })
}

/** Declares a message. */
export function message<M extends object>(
  name: string,
  versions: Pick<MessageType<M>, 'versions' | 'flexibleSince'>,
  fields: Fields<M>,
): MessageType<M> {
  const shape: StructShape = { name, fields: fieldShapes(fields) }
  return Object.freeze({ ...shape, ...versions, create: creatorOf(defaultsOf(shape) as M) })
}

/** The field exists from `version` on. */
export function since<T>(version: number, field: Field<T>): Field<T> {
  return Object.freeze({ ...field, since: version })
}

/** The field exists in versions `first` to `last`. */
export function between<T>(first: number, last: number, field: Field<T>): Field<T> {
  return Object.freeze({ ...field, since: first, until: last })
}

/**
 * The field may be null, from `version` on if that is given. Its default becomes null only by `withDefault`.
 */
export function nullable<T>(field: Field<T>, version = 0): Field<T | null> {
  // Dropping the phantom property is what turns a field of T into one of T | null.
  return Object.freeze({ ...(field as FieldShape), defaultValue: field.defaultValue, nullableSince: version })
}

/** The field takes `value` where it is absent, instead of its type's zero. */
export function withDefault<T>(value: T, field: Field<T>): Field<T> {
  return Object.freeze({ ...field, defaultValue: value })
}

/** The field travels in the tagged section, under `tag`, and only if it is not its default. */
export function tagged<T>(tag: number, field: Field<T>): Field<T> {
  return Object.freeze({ ...field, tag })
}

/** The field is left out silently, whatever its value, of a version that lacks it. */
export function ignorable<T>(field: Field<T>): Field<T> {
  return Object.freeze({ ...field, ignorable: true })
}

/** Whether `version` has the field. */
export function hasField(field: FieldShape, version: number): boolean {
  return field.since <= version && version <= field.until
}

function scalar<T>(kind: Exclude<WireKind, 'array' | 'struct'>, zero: T): Field<T> {
  return field({ kind }, zero)
}

function field<T>(type: WireType, zero: T): Field<T> {
  return Object.freeze({
    type: Object.freeze(type),
    since: 0,
    until: Infinity,
    nullableSince: undefined,
    tag: undefined,
    defaultValue: zero,
    ignorable: false,
  })
}

function fieldShapes<M>(fields: Fields<M>): Readonly<Record<string, FieldShape>> {
  return Object.freeze({ ...(fields as Readonly<Record<string, FieldShape>>) })
}

/** An object of every field's default, in wire order: the one hidden class of the struct. */
function defaultsOf(shape: StructShape): Readonly<Record<string, unknown>> {
  const defaults: Record<string, unknown> = {}
  for (const name of Object.keys(shape.fields)) defaults[name] = shape.fields[name]!.defaultValue
  return Object.freeze(defaults)
}

function creatorOf<M extends object>(defaults: M): (fields?: Partial<M>) => M {
  return fields => ({ ...defaults, ...fields })
}
