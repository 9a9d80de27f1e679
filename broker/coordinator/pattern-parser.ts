/**
 * Reads a pattern of RE2, as RE2/J has it in Apache Kafka, into its parts: the whole syntax, and what is refused in the same words.
 *
 * Literals, `.`, classes (`[a-z]`, `[:alpha:]`, `\d \w \s`, `\p{L}` and their opposites), groups, named or not, the flags `i`,
 * `m`, `s` and `U`, `|`, `* + ? {n,m}`, lazy or not, `^ $ \A \z \b \B`, escapes, `\Q...\E`. How lazy a repetition is does not matter
 * where whole texts are matched.
 */
import { isWordUnit, perlClass, posixClass, unicodeClass } from './pattern-classes.ts'
import type { Assertion, UnitTest } from './step-matcher.ts'

const repeatMax = 1000
const nestingMax = 100

/** A part of a pattern, before it has places in the list. */
export type Part =
  | { readonly kind: 'unit'; readonly test: UnitTest }
  | { readonly kind: 'assertion'; readonly holds: Assertion }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly min: number; readonly max: number }

export const nothing: Part = { kind: 'sequence', parts: [] }

/** What is wrong with a pattern, in RE2/J's words where it refuses it too. */
export class Unreadable extends Error {}

export const tooLarge = 'it is too large'
const faults = {
  charRange: 'invalid character class range',
  escape: 'invalid escape sequence',
  namedCapture: 'invalid named capture',
  perlSyntax: 'invalid or unsupported Perl syntax',
  nestedRepeat: 'invalid nested repetition operator',
  repeatCount: 'invalid repeat count',
  bracket: 'missing closing ]',
  paren: 'missing closing )',
  argument: 'missing argument to repetition operator',
  backslash: 'trailing backslash at end of expression',
  duplicateName: 'duplicate capture group name',
  internal: 'regexp/syntax: internal error',
} as const

interface Flags {
  /** `i`: the case of letters counts for nothing. */
  readonly anyCase: boolean
  /** `s`: `.` is any unit, the end of a line too. */
  readonly dotAll: boolean
  /** `m`: `^` and `$` are the ends of lines, too. */
  readonly lines: boolean
}

const assertions: Readonly<Record<string, Assertion>> = {
  A: before => before === undefined,
  z: (_, after) => after === undefined,
  b: (before, after) => isWordUnit(before) !== isWordUnit(after),
  B: (before, after) => isWordUnit(before) === isWordUnit(after),
}
const lineStart: Assertion = before => before === undefined || before === '\n'
const lineEnd: Assertion = (_, after) => after === undefined || after === '\n'

const controls: Readonly<Record<string, string>> = {
  a: '\x07',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

export class PatternParser {
  readonly #units: readonly string[]
  readonly #names = new Set<string>()
  #at = 0
  #nesting = 0
  #flags: Flags = { anyCase: false, dotAll: false, lines: false }

  constructor(pattern: string) {
    this.#units = Array.from(pattern)
  }

  /** Throws `Unreadable`. */
  parse(): Part {
    const part = this.#choice()
    if (this.#at < this.#units.length) throw new Unreadable(faults.internal)
    return part
  }

  #choice(): Part {
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
  }

  #sequence(): Part {
    const parts: Part[] = []
    let isRepeated = false
    while (this.#at < this.#units.length && this.#peek() !== '|' && this.#peek() !== ')') {
      const bounds = this.#bounds()
      if (bounds === undefined) {
        // RE2/J takes a brace that counts nothing for a repetition, too, when another follows.
        isRepeated = this.#peek() === '{'
        parts.push(...this.#atoms())
        continue
      }
      this.#take('?')
      const part = parts.pop()
      if (isRepeated) throw new Unreadable(faults.nestedRepeat)
      if (part === undefined) throw new Unreadable(faults.argument)
      const repeat: Part = { kind: 'repeat', part, ...bounds }
      if ((bounds.min >= 2 || (bounds.max >= 2 && bounds.max !== Infinity)) && !isFewTimes(repeat, repeatMax))
        throw new Unreadable(faults.repeatCount)
      parts.push(repeat)
      isRepeated = true
    }
    return { kind: 'sequence', parts }
  }

  #bounds(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Infinity }
    if (this.#take('+')) return { min: 1, max: Infinity }
    if (this.#take('?')) return { min: 0, max: 1 }
    if (this.#peek() !== '{') return undefined
    const counted = /^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/.exec(this.#rest())
    if (counted === null) return undefined
    this.#at += counted[0].length
    const min = Number(counted[1])
    const open = counted[2] === undefined ? min : Infinity
    const max = counted[3] === undefined ? open : Number(counted[3])
    if (min > repeatMax || (max !== Infinity && (max > repeatMax || max < min)))
      throw new Unreadable(faults.repeatCount)
    return { min, max }
  }

  /** What stands next: one part mostly, none for flags, one for each unit of `\Q...\E`. */
  #atoms(): readonly Part[] {
    const { dotAll, lines } = this.#flags
    const unit = this.#next()
    switch (unit) {
      case '(':
        return this.#group()
      case '[':
        return [{ kind: 'unit', test: this.#class() }]
      case '.':
        return [{ kind: 'unit', test: each => dotAll || each !== '\n' }]
      case '^':
        return [{ kind: 'assertion', holds: lines ? lineStart : assertions['A']! }]
      case '$':
        return [{ kind: 'assertion', holds: lines ? lineEnd : assertions['z']! }]
      case '\\':
        return this.#escaped()
      default:
        return [this.#literal(unit)]
    }
  }

  #literal(unit: string): Part {
    return { kind: 'unit', test: this.#cased(each => each === unit) }
  }

  #escaped(): readonly Part[] {
    const letter = this.#peek()
    if (letter === 'Q') return this.#quoted()
    if (letter !== undefined && Object.hasOwn(assertions, letter)) {
      this.#at++
      return [{ kind: 'assertion', holds: assertions[letter]! }]
    }
    const test = this.#escapedClass()
    return [test === undefined ? this.#literal(this.#escapedUnit()) : { kind: 'unit', test }]
  }

  /** From `\Q` to `\E`, or to the end. */
  #quoted(): readonly Part[] {
    this.#at++
    const parts: Part[] = []
    while (this.#at < this.#units.length) {
      if (this.#peek() === '\\' && this.#units[this.#at + 1] === 'E') {
        this.#at += 2
        break
      }
      parts.push(this.#literal(this.#next()))
    }
    return parts
  }

  #group(): readonly Part[] {
    const before = this.#flags
    if (this.#take('?') && this.#opening() === 'flags') return []
    if (++this.#nesting > nestingMax) throw new Unreadable(tooLarge)
    const part = this.#choice()
    this.#nesting--
    if (!this.#take(')')) throw new Unreadable(faults.paren)
    this.#flags = before
    return [part]
  }

  /** What stands after `(?`: a name, flags for the group, or flags for the rest of the group around it. */
  #opening(): 'group' | 'flags' {
    const rest = this.#rest()
    if (/^P?</.test(rest)) {
      const named = /^P?<(\w+)>/.exec(rest)
      if (named === null) throw new Unreadable(faults.namedCapture)
      const name = named[1]!
      if (this.#names.has(name)) throw new Unreadable(faults.duplicateName)
      this.#names.add(name)
      this.#at += named[0].length
      return 'group'
    }
    const flags = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest)
    if (flags === null) throw new Unreadable(faults.perlSyntax)
    const [all, on = '', off = '', end] = flags
    this.#at += all.length
    const is = (flag: string, before: boolean) => (before || on.includes(flag)) && !off.includes(flag)
    const { anyCase, dotAll, lines } = this.#flags
    this.#flags = { anyCase: is('i', anyCase), dotAll: is('s', dotAll), lines: is('m', lines) }
    return end === ':' ? 'group' : 'flags'
  }

  #cased(test: UnitTest): UnitTest {
    if (!this.#flags.anyCase) return test
    return unit => test(unit) || test(unit.toLowerCase()) || test(unit.toUpperCase())
  }

  #class(): UnitTest {
    const negated = this.#take('^')
    const tests: UnitTest[] = []
    while (tests.length === 0 || this.#peek() !== ']') tests.push(this.#classItem())
    this.#at++
    return unit => tests.some(test => test(unit)) !== negated
  }

  #classItem(): UnitTest {
    if (this.#peek() === '[' && this.#units[this.#at + 1] === ':') {
      const named = this.#posixClass()
      if (named !== undefined) return named
    }
    if (this.#peek() === '\\') {
      this.#at++
      const test = this.#escapedClass()
      if (test !== undefined) return test
      this.#at--
    }
    const first = this.#classUnit()
    if (this.#peek() !== '-' || this.#units[this.#at + 1] === ']') return this.#cased(unit => unit === first)
    this.#at++
    const [low, high] = [first.codePointAt(0)!, this.#classUnit().codePointAt(0)!]
    if (low > high) throw new Unreadable(faults.charRange)
    return this.#cased(unit => unit.codePointAt(0)! >= low && unit.codePointAt(0)! <= high)
  }

  #classUnit(): string {
    const unit = this.#units[this.#at++]
    if (unit === undefined) throw new Unreadable(faults.bracket)
    return unit === '\\' ? this.#escapedUnit() : unit
  }

  /** Such as `[:alpha:]`, within a class; `undefined` where it does not end, and the bracket is one of the units. */
  #posixClass(): UnitTest | undefined {
    const rest = this.#rest()
    const end = rest.indexOf(':]')
    if (end < 2) return undefined
    const test = posixClass(rest.slice(2, end))
    if (test === undefined) throw new Unreadable(faults.charRange)
    this.#at += Array.from(rest.slice(0, end)).length + 2
    return this.#cased(test)
  }

  /** What is meant by `\d` or `\p{L}`, after the backslash; `undefined` if it is one unit. */
  #escapedClass(): UnitTest | undefined {
    const letter = this.#peek()
    if (letter === undefined) return undefined
    if (letter === 'p' || letter === 'P') return this.#unicodeClass(letter === 'P')
    const test = perlClass(letter)
    if (test !== undefined) this.#at++
    return test === undefined ? undefined : this.#cased(test)
  }

  #unicodeClass(isNegated: boolean): UnitTest {
    this.#at++
    const named = /^(?:\{(\^?)([^}]*)\}|([^{]))/su.exec(this.#rest())
    const test = named === null ? undefined : unicodeClass(named[2] ?? named[3]!)
    if (named === null || test === undefined) throw new Unreadable(faults.charRange)
    this.#at += Array.from(named[0]).length
    const isOpposite = isNegated !== (named[1] === '^')
    const cased = this.#cased(test)
    return unit => cased(unit) !== isOpposite
  }

  /** The unit that an escape stands for, after the backslash. */
  #escapedUnit(): string {
    const letter = this.#peek()
    if (letter === undefined) throw new Unreadable(faults.backslash)
    if (Object.hasOwn(controls, letter)) {
      this.#at++
      return controls[letter]!
    }
    const coded = /^(?:x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2}))/.exec(
      this.#rest(),
    )
    if (coded !== null) {
      const code = Number.parseInt(coded[1] ?? coded[2] ?? coded[3]!, coded[3] === undefined ? 16 : 8)
      if (code > 0x10ffff) throw new Unreadable(faults.escape)
      this.#at += coded[0].length
      return String.fromCodePoint(code)
    }
    // A letter or a digit may mean something elsewhere (\1, \G) and is not guessed at.
    if (/[a-zA-Z0-9]/.test(letter)) throw new Unreadable(faults.escape)
    return this.#next()
  }

  #rest(): string {
    return this.#units.slice(this.#at).join('')
  }

  #peek(): string | undefined {
    return this.#units[this.#at]
  }

  #next(): string {
    return this.#units[this.#at++]!
  }

  #take(unit: string): boolean {
    if (this.#peek() !== unit) return false
    this.#at++
    return true
  }
}

/** Whether repetitions within repetitions come to no more than `most` copies. */
function isFewTimes(part: Part, most: number): boolean {
  if (part.kind === 'unit' || part.kind === 'assertion') return true
  if (part.kind !== 'repeat') return part.parts.every(each => isFewTimes(each, most))
  const times = part.max === Infinity ? part.min : part.max
  if (part.max === 0) return true
  if (times > most) return false
  return isFewTimes(part.part, times > 0 ? Math.floor(most / times) : most)
}
