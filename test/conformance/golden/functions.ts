/** The functions that scenarios name, from the tables of the format. Null in, null out, unless said there. */
import type { Windowed } from 'millrace'

type Value = unknown

/** Numbers and windowed keys as the text that the functions work on; absence is `undefined`. */
export function textOf(value: Value): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  const { key, window } = value as Windowed<unknown>
  return `${textOf(key)}@${window.start}/${window.end === Infinity ? 'inf' : window.end}`
}

export function predicate(name: string): (value: Value, key: Value) => boolean {
  if (name.startsWith('len>')) {
    const least = Number(name.slice(4))
    return value => (textOf(value)?.length ?? -1) > least
  }
  if (name.startsWith('k<')) {
    const limit = name.slice(2)
    return (_value, key) => key !== undefined && key !== null && textOf(key)! < limit
  }
  const part = argument(name, 'has')
  return value => textOf(value)?.includes(part) ?? false
}

export function valueMapper(name: string): (value: Value, key: Value) => string | undefined {
  const map = valueMap(name)
  return (value, key) => {
    const text = textOf(value)
    return text === undefined ? undefined : map(text, textOf(key) ?? 'null')
  }
}

function valueMap(name: string): (text: string, key: string) => string | undefined {
  switch (name) {
    case 'upper':
      return text => text.toUpperCase()
    case 'rev':
      return text => text.split('').reverse().join('')
    case 'dup':
      return text => text + text
    case 'str':
      return text => text
    case 'len':
      return text => String(text.length)
    case 'withKey':
      return (text, key) => `${key}:${text}`
  }
  if (name.startsWith('suffix:')) {
    const suffix = argument(name, 'suffix')
    return text => text + suffix
  }
  const part = argument(name, 'nullIf')
  return text => (text.includes(part) ? undefined : text)
}

export function pairMapper(
  name: string,
): (value: Value, key: Value) => readonly [string, string | undefined] {
  if (name === 'swap') return (value, key) => [textOf(value) ?? 'null', textOf(key)]
  if (name === 'keyFirst') return value => [textOf(value)?.charAt(0) || 'none', textOf(value)]
  throw new Error(`unknown map function ${name}`)
}

export function keyMapper(name: string): (value: Value, key: Value) => Value {
  switch (name) {
    case 'first':
      return value => textOf(value)?.charAt(0) || undefined
    case 'last':
      return value => textOf(value)?.at(-1) || undefined
    case 'key':
      return (_value, key) => textOf(key)
    case 'inner':
      return (_value, key) => (isWindowed(key) ? textOf(key.key) : textOf(key))
    case 'start':
      return (_value, key) => (isWindowed(key) ? String(key.window.start) : textOf(key))
  }
  const constant = argument(name, 'const')
  return () => constant
}

export function valuesMapper(name: string): (value: Value) => Iterable<string> {
  if (name === 'chars') return value => (textOf(value) ?? '').split('')
  if (name === 'twice') {
    return value => {
      const text = textOf(value)
      return text === undefined ? [] : [text, `${text}'`]
    }
  }
  throw new Error(`unknown flatMapValues function ${name}`)
}

export function pairsMapper(name: string): (value: Value, key: Value) => Iterable<readonly [string, string]> {
  if (name !== 'explode') throw new Error(`unknown flatMap function ${name}`)
  return (value, key) => (textOf(value) ?? '').split('').map(c => [c, (textOf(key) ?? 'null') + c] as const)
}

export function joiner(name: string): (left: Value, right: Value, key: Value) => string {
  const cat = (left: Value, right: Value): string => `${textOf(left) ?? 'null'}+${textOf(right) ?? 'null'}`
  if (name === 'cat') return cat
  if (name === 'catKey') return (left, right, key) => `${textOf(key) ?? 'null'}:${cat(left, right)}`
  throw new Error(`unknown join function ${name}`)
}

const operators: Readonly<Record<string, string>> = { cat: ',', plus: '+', minus: '-', star: '*' }

export function fold(name: string): (accumulator: Value, value: Value) => string | undefined {
  const operator = operators[name]
  if (operator !== undefined) return (acc, value) => `${say(acc)}${operator}${say(value)}`
  switch (name) {
    case 'last':
      return (_acc, value) => textOf(value)
    case 'max':
      return (acc, value) => (say(acc) >= say(value) ? textOf(acc) : textOf(value))
    case 'plusDrop':
      return (acc, value) => {
        const text = `${say(acc)}+${say(value)}`
        return text.length > 14 ? undefined : text
      }
    case 'add':
      return (acc, value) => String(numberOf(acc) + numberOf(value))
    case 'sub':
      return (acc, value) => String(numberOf(acc) - numberOf(value))
    default:
      throw new Error(`unknown fold ${name}`)
  }
}

export function merger(name: string): (left: Value, right: Value) => string {
  if (name !== 'amp') throw new Error(`unknown merger ${name}`)
  return (left, right) => `${say(left)}&${say(right)}`
}

export function timestampRule(
  name: string,
): (record: { value: Value; timestamp: number }, partitionTime: number) => number {
  if (name.startsWith('shift:')) {
    const shift = Number(argument(name, 'shift'))
    return record => record.timestamp + shift
  }
  const [kind, part] = name.split(':') as [string, string]
  return (record, partitionTime) => {
    if (!(textOf(record.value)?.includes(part) ?? false)) return record.timestamp
    return kind === 'skip' ? -1 : partitionTime
  }
}

export function isWindowed(key: Value): key is Windowed<unknown> {
  return typeof key === 'object' && key !== null && 'window' in key
}

function numberOf(value: Value): number {
  const text = say(value)
  return /^-?[0-9]{1,9}$/.test(text) ? Number(text) : text.length
}

function say(value: Value): string {
  return textOf(value) ?? 'null'
}

function argument(name: string, kind: string): string {
  if (!name.startsWith(`${kind}:`)) throw new Error(`unknown function ${name}`)
  return name.slice(kind.length + 1)
}
