/**
 * How a table of configuration keys is declared: Kafka's name, type, default, range and a sentence for each.
 *
 * One table drives validation, the typed values that the broker reads, and what DescribeConfigs answers. Values arrive
 * as the text of the protocol or, from code, as JavaScript values; both go through `parse`.
 */

/** Kafka's numbers for the types of configuration values (DescribeConfigs v3). */
export const configTypes = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
} as const

export type ConfigTypeName = keyof typeof configTypes

/** One key: what it takes, what it means, and what it is when nobody says otherwise. */
export interface ConfigRow<Value> {
  readonly type: ConfigTypeName
  readonly default: Value
  readonly about: string
  /** Answers the value, or a sentence that says what is allowed. */
  readonly parse: (given: unknown) => { readonly value: Value } | { readonly refusal: string }
}

export type ConfigTable = Readonly<Record<string, ConfigRow<unknown>>>

/** The typed values of a table, by Kafka's names. */
export type ConfigValues<Table extends ConfigTable> = {
  readonly [Name in keyof Table]: Table[Name] extends ConfigRow<infer Value> ? Value : never
}

/** What code may hand in for a table: some of its keys, as values or as text. */
export type ConfigInput<Table extends ConfigTable> = {
  readonly [Name in keyof Table]?: ConfigValues<Table>[Name] | string | undefined
}

interface Range {
  readonly min?: number
  readonly max?: number
}

/** Java's Long.MAX_VALUE as a number: "no limit" in Kafka's tables. */
export const longMax: number = 2 ** 63

const longest = 2n ** 63n - 1n

/** A 32-bit integer. */
export function int(value: number, about: string, range: Range = {}): ConfigRow<number> {
  const { min = -(2 ** 31), max = 2 ** 31 - 1 } = range
  return { type: 'int', default: value, about, parse: given => parseInteger(given, min, max) }
}

/** A 64-bit integer. */
export function long(value: number, about: string, range: Range = {}): ConfigRow<number> {
  const { min = -longMax, max = longMax } = range
  return { type: 'long', default: value, about, parse: given => parseInteger(given, min, max) }
}

/** A number that may have a fraction. */
export function double(value: number, about: string, { min = -Infinity, max = Infinity }: Range = {}) {
  return {
    type: 'double',
    default: value,
    about,
    parse(given) {
      const number = typeof given === 'string' ? readDouble(given) : given
      const inRange = typeof number === 'number' && number >= min && number <= max
      return inRange ? { value: number } : { refusal: `must be a number from ${min} to ${max}` }
    },
  } as const satisfies ConfigRow<number>
}

/** `true` or `false`. */
export function boolean(value: boolean, about: string): ConfigRow<boolean> {
  return {
    type: 'boolean',
    default: value,
    about,
    parse(given) {
      const text = trimmed(String(given)).toLowerCase()
      if (text === 'true') return { value: true }
      return text === 'false' ? { value: false } : { refusal: 'must be true or false' }
    },
  }
}

/** Free text, but for blanks around it. */
export function string(value: string, about: string): ConfigRow<string> {
  return {
    type: 'string',
    default: value,
    about,
    parse: given => (typeof given === 'string' ? { value: trimmed(given) } : { refusal: 'must be a string' }),
  }
}

/** One word of a set. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  value: NoInfer<Word>,
  about: string,
): ConfigRow<Word> {
  return {
    type: 'string',
    default: value,
    about,
    parse(given) {
      const text = typeof given === 'string' ? trimmed(given) : given
      const word = words.find(each => each === text)
      return word === undefined ? { refusal: `must be one of ${words.join(', ')}` } : { value: word }
    },
  }
}

/** The same, written in any case. */
export function inAnyCase<Word extends string>(row: ConfigRow<Word>): ConfigRow<Word> {
  return { ...row, parse: given => row.parse(typeof given === 'string' ? given.toLowerCase() : given) }
}

/** Words of a set, separated by commas on the wire. */
export function listOf<const Word extends string>(
  words: readonly Word[],
  value: readonly NoInfer<Word>[],
  about: string,
): ConfigRow<readonly Word[]> {
  return {
    type: 'list',
    default: value,
    about,
    parse(given) {
      const parts =
        typeof given === 'string' ? given.split(',') : Array.isArray(given) ? given.map(String) : []
      const chosen = new Set<Word>()
      if (parts.length === 1 && trimmed(parts[0]!) === '') return { value: [] }
      for (const part of parts) {
        const text = trimmed(part)
        const word = words.find(each => each === text)
        if (word === undefined) return { refusal: `must be a list of ${words.join(', ')}` }
        chosen.add(word)
      }
      return { value: [...chosen] }
    },
  }
}

/** The text that the protocol carries for a value. */
export function formatConfigValue(value: unknown, type?: ConfigTypeName): string {
  if (Array.isArray(value)) return value.join(',')
  if (type === 'double' && typeof value === 'number') return formatDouble(value)
  if (typeof value === 'number' && value >= longMax) return '9223372036854775807'
  return String(value)
}

/** What is wrong with one key of an input. */
export interface ConfigRefusal {
  readonly name: string
  readonly reason: string
}

/** Reads `input` over the defaults of `table`: the values, and every key that is refused. */
export function readConfig<Table extends ConfigTable>(
  table: Table,
  input: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>> = {},
): { readonly values: ConfigValues<Table>; readonly refusals: readonly ConfigRefusal[] } {
  const values: Record<string, unknown> = {}
  const refusals: ConfigRefusal[] = []
  for (const [name, row] of Object.entries(table)) values[name] = defaults[name] ?? row.default
  for (const [name, given] of Object.entries(input)) {
    if (given === undefined) continue
    const row = Object.hasOwn(table, name) ? table[name] : undefined
    if (row === undefined) {
      refusals.push({ name, reason: 'is not a known configuration key' })
      continue
    }
    const parsed = row.parse(given)
    if ('refusal' in parsed)
      refusals.push({ name, reason: `${parsed.refusal}, not ${JSON.stringify(given)}` })
    else values[name] = parsed.value
  }
  return { values: values as ConfigValues<Table>, refusals }
}

/** The text without what Java's `String.trim` takes away, which is less than JavaScript's does, and control characters. */
export function trimmed(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && text.charCodeAt(start) <= 0x20) start++
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--
  return text.slice(start, end)
}

function parseInteger(given: unknown, min: number, max: number) {
  const text = typeof given === 'string' ? trimmed(given) : ''
  const number = /^[-+]?\d+$/.test(text) ? Number(text) : given
  const inRange = typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
  // 2 ** 63 stands for the greatest of 64 bits, which it is one more than.
  const isBeyond = number === longMax && text !== '' && BigInt(text.replace('+', '')) > longest
  if (inRange && !isBeyond) return { value: number }
  return { refusal: `must be an integer from ${formatConfigValue(min)} to ${formatConfigValue(max)}` }
}

/** As Java writes decimal numbers, which may end in the letter of their type; not NaN, which is in no range. */
function readDouble(given: string): number {
  const [, text] =
    /^([-+]?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))[dDfF]?$/.exec(trimmed(given)) ?? []
  return text === undefined ? Number.NaN : Number(text)
}

/** As Java does: always with a fraction, and with an exponent from 10,000,000 on and below 0.001. */
function formatDouble(value: number): string {
  const size = Math.abs(value)
  const withFraction = (text: string) => (text.includes('.') ? text : `${text}.0`)
  if (!Number.isFinite(value)) return String(value)
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return withFraction(String(value))
  const [digits, exponent] = value.toExponential().split('e')
  return `${withFraction(digits!)}E${Number(exponent)}`
}
