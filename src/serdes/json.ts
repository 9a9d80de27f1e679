/**
 * JSON values, unchecked or checked with any Standard Schema.
 *
 * A schema that gives another type than it takes (a transform) needs `encode`, the way back: without it what was
 * written could not be read again. The type demands it. Schemas that validate asynchronously are refused, because
 * records are read and written synchronously.
 */
import { misuse } from '../base/misuse.ts'
import type { ByteSink } from '../base/byte-sink.ts'
import { utf8Bytes, utf8Slice, utf8Write } from '../base/text.ts'
import { writeJson } from './json-writer.ts'
import type { Serde } from './serde.ts'
import type { SchemaInput, SchemaOutput, StandardIssue, StandardSchema } from './standard-schema.ts'

/** Options of `json(schema)`. */
export interface JsonOptions<Input, Output> {
  /** From the value that the topology sees to the one that is written; needed when the schema transforms. */
  readonly encode?: (value: Output) => Input
  /** Whether values are checked before they are written as well as after they are read. Default false. */
  readonly validateOnWrite?: boolean
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** Optional as long as what the schema takes is what it gives. */
type JsonArguments<Input, Output> =
  Same<Input, Output> extends true
    ? [options?: JsonOptions<Input, Output>]
    : [options: JsonOptions<Input, Output> & { readonly encode: (value: Output) => Input }]

/**
 * JSON in UTF-8.
 *
 * `json<T>()` trusts that what is read is a `T`. `json(schema)` checks every value that is read, and what does not
 * fit is a deserialisation error (MR-3001) that says where and why. Values that JSON cannot express (`undefined`, a
 * function, a `bigint`) are refused when written.
 *
 * JSON is for values. A key never defaults to it: `"a"` in quotes is in another partition than `a`.
 *
 * @example
 * ```ts
 * import { json, string, topic } from 'millrace'
 *
 * interface Order { id: string; amount: number }
 *
 * export const orders = topic('orders', { key: string(), value: json<Order>() })
 * ```
 */
export function json<T = never>(): Serde<T>
export function json<S extends StandardSchema>(
  schema: S,
  ...options: JsonArguments<SchemaInput<S>, SchemaOutput<S>>
): Serde<SchemaOutput<S>>
export function json(schema?: StandardSchema, options?: JsonOptions<unknown, unknown>): Serde<unknown> {
  return schema === undefined ? plainJson : checkedJson(schema, options ?? {})
}

const plainJson: Serde<unknown> = Object.freeze({
  name: 'json',
  serialize: (value: unknown) => utf8Bytes(textOf(value)),
  serializeInto: writeValue,
  deserialize: source => JSON.parse(utf8Slice(source)) as unknown,
  deserializeRange: (source, start, end) => JSON.parse(utf8Slice(source, start, end)) as unknown,
} satisfies Serde<unknown>)

function checkedJson(schema: StandardSchema, options: JsonOptions<unknown, unknown>): Serde<unknown> {
  if (typeof schema?.['~standard']?.validate !== 'function') {
    throw misuse('json(schema): the schema does not implement Standard Schema, version 1', {
      fix: 'hand in a schema of a library that does, such as zod, valibot or arktype',
    })
  }
  const { encode, validateOnWrite = false } = options
  const encoded = (value: unknown): unknown => {
    const input = encode === undefined ? value : encode(value)
    if (validateOnWrite) validate(schema, input)
    return input
  }
  return Object.freeze({
    name: 'json',
    serialize: value => utf8Bytes(textOf(encoded(value))),
    serializeInto: (value, sink) => writeValue(encoded(value), sink),
    deserialize: source => validate(schema, JSON.parse(utf8Slice(source))),
    deserializeRange: (source, start, end) => validate(schema, JSON.parse(utf8Slice(source, start, end))),
  } satisfies Serde<unknown>)
}

function writeValue(value: unknown, sink: ByteSink): void {
  if (!writeJson(value, sink)) utf8Write(textOf(value), sink)
}

function textOf(value: unknown): string {
  // Typed as string, but undefined for what JSON has no words for.
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError(`JSON cannot express a value of type ${typeof value}`)
  // In JSON a promise is an empty object, and what it promised is lost.
  if (text === '{}' && value instanceof Promise)
    throw new TypeError('JSON cannot express a promise: make values of promises with mapValuesAsync')
  return text
}

function validate(schema: StandardSchema, value: unknown): unknown {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    throw new TypeError(
      `the ${schema['~standard'].vendor} schema validates asynchronously; records are read synchronously`,
    )
  }
  if (result.issues !== undefined)
    throw new TypeError(`the value does not fit the schema: ${result.issues.map(sayIssue).join('; ')}`)
  return result.value
}

function sayIssue({ message, path = [] }: StandardIssue): string {
  const place = path.map(part => String(typeof part === 'object' ? part.key : part)).join('.')
  return place === '' ? message : `${place}: ${message}`
}
