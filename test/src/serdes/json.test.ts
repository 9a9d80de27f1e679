/** JSON values with and without a schema. */
import { describe, expect, it } from 'vitest'
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import { json } from '../../../src/serdes/json.ts'
import type { StandardResult, StandardSchema } from '../../../src/serdes/standard-schema.ts'

interface Order {
  id: string
  amount: number
}

/** A schema as libraries implement them. */
function schema<I, O = I>(validate: (value: unknown) => StandardResult<O> | Promise<StandardResult<O>>) {
  return { '~standard': { version: 1, vendor: 'own', validate } } satisfies StandardSchema as StandardSchema<
    I,
    O
  >
}

const orderSchema = schema<Order>(value => {
  const { amount } = value as Order
  if (typeof amount === 'number') return { value: value as Order }
  return { issues: [{ message: 'not a number', path: ['lines', { key: 0 }, 'amount'] }] }
})

describe('json', () => {
  it('writes and reads UTF-8', () => {
    const serde = json<Order>()
    const bytes = serde.serialize({ id: 'é', amount: 3 })
    expect(utf8Slice(bytes)).toBe('{"id":"é","amount":3}')
    expect(serde.deserialize(bytes)).toEqual({ id: 'é', amount: 3 })
  })

  it.each([undefined, () => 1, 5n])('refuses to write %s', value => {
    expect(() => json<unknown>().serialize(value)).toThrow(TypeError)
  })

  it('refuses text that is not JSON', () => {
    expect(() => json<unknown>().deserialize(utf8Bytes('{'))).toThrow(SyntaxError)
  })
})

describe('json(schema)', () => {
  it('says where and why what was read does not fit', () => {
    const read = () => json(orderSchema).deserialize(utf8Bytes('{"amount":"3"}'))
    expect(read).toThrow('the value does not fit the schema: lines.0.amount: not a number')
  })

  it('checks what is written only if it is asked to', () => {
    const wrong = { id: 'a' } as unknown as Order
    expect(json(orderSchema).serialize(wrong)).toEqual(utf8Bytes('{"id":"a"}'))
    expect(() => json(orderSchema, { validateOnWrite: true }).serialize(wrong)).toThrow(/does not fit/)
  })

  it('goes back through encode where the schema transforms', () => {
    const dated = schema<{ at: string }, { at: Date }>(value => ({
      value: { at: new Date((value as { at: string }).at) },
    }))
    const serde = json(dated, { encode: ({ at }) => ({ at: at.toISOString() }) })
    const value = { at: new Date('2026-01-02T03:04:05.000Z') }
    const bytes = serde.serialize(value)
    expect(utf8Slice(bytes)).toBe('{"at":"2026-01-02T03:04:05.000Z"}')
    expect(serde.deserialize(bytes)).toEqual(value)
  })

  it('refuses promises, which JSON would write as empty objects', () => {
    const serde = json<unknown>()
    expect(() => serde.serialize(Promise.resolve(1))).toThrow(/cannot express a promise/)
    expect(utf8Slice(serde.serialize({}))).toBe('{}')
  })

  it('refuses schemas that validate asynchronously', () => {
    const later = schema<Order>(value => Promise.resolve({ value: value as Order }))
    expect(() => json(later).deserialize(utf8Bytes('{}'))).toThrow(/own schema validates asynchronously/)
  })

  it('refuses what is not a schema', () => {
    expect(() => json({} as unknown as StandardSchema)).toThrow(/does not implement Standard Schema/)
  })
})
