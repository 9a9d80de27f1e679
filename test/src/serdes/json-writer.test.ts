/** JSON that is written as bytes is what `JSON.stringify` makes of the same value. */
import { describe, expect, it } from 'vitest'
import { ByteSink } from '../../../src/base/byte-sink.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { utf8Slice } from '../../../src/base/text.ts'
import { json } from '../../../src/index.ts'

/** Behind other bytes, in a sink that has to grow. */
function written(value: unknown): string {
  const sink = new ByteSink(4)
  sink.append(Uint8Array.of(1, 2))
  json<unknown>().serializeInto!(value, sink)
  return utf8Slice(sink.bytes, 2, sink.length)
}

class Point {
  x = 1
}

const ordinary: readonly (readonly [string, unknown])[] = [
  ['no members', {}],
  ['members that are undefined', { a: undefined, b: 1, c: undefined }],
  ['only such', { a: undefined }],
  ['an empty list', []],
  ['a list with holes', Object.assign(Array(3), { 1: undefined, 2: null })],
  ['names that are numbers', { b: 1, 2: 2, 1: 1 }],
  ['a name that inherits', JSON.parse('{"__proto__":{"a":1},"a":2}')],
  ['what has no prototype', Object.assign(Object.create(null), { a: 1 })],
  ['what is frozen', Object.freeze({ a: Object.freeze([1]) })],
  ['zeros', [0, -0]],
  ['integers', [1, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 978_307_260_000, -1, -(2 ** 31), -42]],
  ['the greatest integers', [2 ** 53 - 1, 2 ** 53, -(2 ** 53) + 1, 1e15, 999_999_999_999_999, 1e21, 1e300]],
  ['fractions', [0.1, -1.5, 1e-7, 5e-324, Number.MAX_VALUE]],
  ['what is no number', [NaN, Infinity, -Infinity]],
  ['quotes and control characters', 'a"b\\c\n\t\u0000\u001f\u007f'],
  ['umlauts, signs beyond 16 bits, and halves of such', ['ä€', '😀', '\ud800', '\udc00x', '\u2028']],
  ['long text', ['x'.repeat(64), 'x'.repeat(65), '"'.repeat(70), 'ü'.repeat(100)]],
  ['names that need escapes', { 'a"b': 1, '\n': 2, ü: 3 }],
  ['dates', { at: new Date(0) }],
  ['what has toJSON', { a: { toJSON: () => 'x' }, b: 1 }],
  ['what has a hidden toJSON', Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'x' })],
  ['a list with toJSON', Object.assign([1], { toJSON: () => 'x' })],
  ['a member of that name', { toJSON: 5, a: 1 }],
  ['objects of classes', { p: new Point() }],
  ['boxed values', [Object(1), Object('a'), Object(true)]],
  ['functions and symbols', { f: () => 1, s: Symbol('s'), l: [() => 1] }],
  ['maps and binary data', [new Map([[1, 2]]), Uint8Array.of(1)]],
  ['getters', Object.defineProperty({}, 'a', { get: () => 5, enumerable: true })],
  ['lists with more than elements', Object.assign([1, 2], { extra: 3 })],
  ['a string', 'x'],
  ['a number', 12],
  ['truth', [true, false, null]],
]

describe('json writes', () => {
  it.each(ordinary)('%s as JSON.stringify does', (_, value) => {
    expect(written(value)).toBe(JSON.stringify(value))
  })

  it('values deeper than it writes itself', () => {
    let value: unknown = 1
    for (let depth = 0; depth < 40; depth++) value = depth % 2 === 0 ? { value, depth } : [value]
    expect(written(value)).toBe(JSON.stringify(value))
  })

  it('any value as JSON.stringify does', () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const random = seededRandom(seed)
    for (let count = 0; count < 3_000; count++) {
      const value = randomValue(() => random.next(), 0)
      expect(written(value), `seed ${seed}, value ${count}`).toBe(JSON.stringify(value))
    }
  })
})

describe('json refuses to write', () => {
  it('what is circular, and appends nothing', () => {
    const circular: Record<string, unknown> = { a: 1, list: [1, 2] }
    circular['self'] = circular
    circular['again'] = circular
    const sink = new ByteSink()
    expect(() => json<unknown>().serializeInto!(circular, sink)).toThrow(/circular/)
    expect(sink.length).toBe(0)
  })

  it.each([
    ['bigint', 1n],
    ['a member that is one', { a: 1n }],
  ])('%s', (_, value) => {
    expect(() => written(value)).toThrow(TypeError)
  })

  it.each([['undefined'], ['a function'], ['a promise']])('%s', what => {
    const value = { undefined: undefined, 'a function': () => 1, 'a promise': Promise.resolve(1) }[what]
    expect(() => written(value)).toThrow(/JSON cannot express/)
  })
})

function randomValue(next: () => number, depth: number): unknown {
  const choice = next()
  if (depth < 5 && choice < 0.25)
    return Array.from({ length: Math.floor(next() * 5) }, () => randomValue(next, depth + 1))
  if (depth < 5 && choice < 0.6) {
    const members = Array.from({ length: Math.floor(next() * 6) }, () => [
      randomText(next),
      randomValue(next, depth + 1),
    ])
    return Object.fromEntries(members) as unknown
  }
  if (choice < 0.75) return randomText(next)
  if (choice < 0.85) return Math.floor((next() - 0.5) * 10 ** Math.floor(next() * 18))
  if (choice < 0.92) return (next() - 0.5) * 10 ** Math.floor(next() * 30 - 15)
  return [true, false, null][Math.floor(next() * 3)]
}

function randomText(next: () => number): string {
  const length = Math.floor(next() ** 4 * 90)
  const top = next() < 0.7 ? 0x80 : 0x1_0000
  return Array.from({ length }, () => String.fromCharCode(Math.floor(next() * top))).join('')
}
