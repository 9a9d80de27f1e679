/**
 * Regular expressions from the wire, matched in time linear in the text.
 *
 * JavaScript's own may take time exponential in the text, so one request could stop a broker (reliability.md 2.2). This is
 * the part of RE2 that names of things need: literals, `.`, classes, also such as `[:alpha:]`, `\d \w \s` and their
 * opposites, groups, named or not, `(?i)`, `|`, `* + ? {n,m}`, `^ $`. It is compiled into a list of steps, which `step-matcher.ts`
 * reads a text by. Both the pattern and the steps are bounded.
 */
import { stepMatcher, type Matcher, type Step, type UnitTest } from './step-matcher.ts'

const patternLengthMax = 1000
const stepsMax = 2000
const repeatMax = 1000
const nestingMax = 100

/** A part of a pattern, before it has places in the list. */
type Part =
  | { readonly kind: 'unit'; readonly test: UnitTest }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly min: number; readonly max: number }

/**
 * Compiles a pattern; `undefined` if it is not one of those above, or too large. A text is matched in at most `mostSteps` times
 * its length.
 */
export function linearPattern(pattern: string, mostSteps = stepsMax): Matcher | undefined {
  if (pattern.length > patternLengthMax) return undefined
  try {
    const steps: Step[] = []
    emit(steps, new Parser(pattern).parse())
    if (steps.length > mostSteps) return undefined
    return stepMatcher(steps)
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

class Unreadable extends Error {}

class Parser {
  readonly #units: readonly string[]
  #at = 0
  #nesting = 0
  /** Whether the case of letters counts for nothing: from `(?i)` to the end of its group. */
  #anyCase = false

  constructor(pattern: string) {
    this.#units = Array.from(pattern)
  }

  parse(): Part {
    const part = this.#choice()
    if (this.#at < this.#units.length) throw new Unreadable()
    return part
  }

  #choice(): Part {
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
  }

  #sequence(): Part {
    const parts: Part[] = []
    while (this.#at < this.#units.length && this.#peek() !== '|' && this.#peek() !== ')') {
      parts.push(this.#repeated())
    }
    return { kind: 'sequence', parts }
  }

  #repeated(): Part {
    const part = this.#atom()
    const bounds = this.#bounds()
    if (bounds === undefined) return part
    // Lazy or not, a whole text matches or does not.
    this.#take('?')
    if (this.#bounds() !== undefined) throw new Unreadable()
    return { kind: 'repeat', part, ...bounds }
  }

  #bounds(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Infinity }
    if (this.#take('+')) return { min: 1, max: Infinity }
    if (this.#take('?')) return { min: 0, max: 1 }
    const counted = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/.exec(
      this.#units.slice(this.#at, this.#at + 12).join(''),
    )
    if (counted === null) return undefined
    this.#at += counted[0].length
    const min = Number(counted[1])
    const open = counted[2] === undefined ? min : Infinity
    const max = counted[3] === undefined ? open : Number(counted[3])
    if (min > repeatMax || (max !== Infinity && (max > repeatMax || max < min))) throw new Unreadable()
    return { min, max }
  }

  #atom(): Part {
    const unit = this.#next()
    switch (unit) {
      case '(':
        return this.#group()
      case '[':
        return { kind: 'unit', test: this.#class() }
      case '.':
        return { kind: 'unit', test: each => each !== '\n' }
      case '^':
        return { kind: 'start' }
      case '$':
        return { kind: 'end' }
      case '\\':
        return { kind: 'unit', test: escape(this.#next()) }
      case '*':
      case '+':
      case '?':
        throw new Unreadable()
      default:
        return { kind: 'unit', test: this.#cased(each => each === unit) }
    }
  }

  #group(): Part {
    const before = this.#anyCase
    if (this.#take('?') && this.#opening() === 'flags') return nothing
    if (++this.#nesting > nestingMax) throw new Unreadable()
    const part = this.#choice()
    this.#nesting--
    if (!this.#take(')')) throw new Unreadable()
    this.#anyCase = before
    return part
  }

  /** What stands after `(?`: a name, `i` for the group, or `i` for the rest of the group around it. */
  #opening(): 'group' | 'flags' {
    const rest = this.#units.slice(this.#at, this.#at + 40).join('')
    const named = /^P?<[A-Za-z_]\w*>/.exec(rest)
    const flags = named === null ? /^(?<on>i?)(?:-i)?(?<end>[:)])/.exec(rest) : null
    if (named === null && flags === null) throw new Unreadable()
    this.#at += (named ?? flags!)[0].length
    if (flags === null) return 'group'
    if (flags[0].includes('i')) this.#anyCase = !flags[0].includes('-')
    return flags.groups!['end'] === ':' ? 'group' : 'flags'
  }

  #cased(test: UnitTest): UnitTest {
    if (!this.#anyCase) return test
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
    const first = this.#next()
    if (first === '\\') return escape(this.#next())
    if (first === '[' && this.#peek() === ':') return this.#namedClass()
    if (this.#peek() !== '-' || this.#units[this.#at + 1] === ']') return this.#cased(unit => unit === first)
    this.#at++
    const last = this.#next()
    const [low, high] = [first.codePointAt(0)!, last.codePointAt(0)!]
    if (last === '\\' || low > high) throw new Unreadable()
    return this.#cased(unit => unit.codePointAt(0)! >= low && unit.codePointAt(0)! <= high)
  }

  /** Such as `[:alpha:]`, within a class. */
  #namedClass(): UnitTest {
    const found = /^:([a-z]+):\]/.exec(this.#units.slice(this.#at, this.#at + 12).join(''))
    const kind = found === null ? undefined : namedClasses.get(found[1]!)
    if (found === null || kind === undefined) throw new Unreadable()
    this.#at += found[0].length
    return this.#cased(unit => kind.test(unit))
  }

  #peek(): string | undefined {
    return this.#units[this.#at]
  }

  #next(): string {
    const unit = this.#units[this.#at++]
    if (unit === undefined) throw new Unreadable()
    return unit
  }

  #take(unit: string): boolean {
    if (this.#peek() !== unit) return false
    this.#at++
    return true
  }
}

function escape(unit: string): UnitTest {
  if ('dws'.includes(unit)) return each => kinds[unit]!.test(each)
  if ('DWS'.includes(unit)) return each => !kinds[unit.toLowerCase()]!.test(each)
  // Letters and digits may mean something elsewhere (\b, \1, \p) and are not guessed at.
  if (/[a-zA-Z0-9]/.test(unit)) throw new Unreadable()
  return each => each === unit
}

const kinds: Readonly<Record<string, RegExp>> = { d: /^[0-9]$/, w: /^[0-9A-Za-z_]$/, s: /^[\t\n\f\r ]$/ }

const namedClasses: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /^[0-9A-Za-z]$/],
  ['alpha', /^[A-Za-z]$/],
  ['digit', /^[0-9]$/],
  ['lower', /^[a-z]$/],
  ['punct', /^[!-/:-@[-`{-~]$/],
  ['space', /^[\t\n\v\f\r ]$/],
  ['upper', /^[A-Z]$/],
  ['word', /^[0-9A-Za-z_]$/],
  ['xdigit', /^[0-9A-Fa-f]$/],
])

/** Appends the steps of a part; after them the list goes on. What has no steps is not repeated: nothing would end it. */
function emit(steps: Step[], part: Part): void {
  if (steps.length > stepsMax) throw new Unreadable()
  switch (part.kind) {
    case 'unit':
    case 'start':
    case 'end':
      steps.push(part)
      return
    case 'sequence':
      for (const each of part.parts) emit(steps, each)
      return
    case 'choice':
      emitChoice(steps, part.parts)
      return
    case 'repeat':
      for (let count = 0; count < part.min; count++) {
        const before = steps.length
        emit(steps, part.part)
        if (steps.length === before) return
      }
      if (part.max === Infinity) emitLoop(steps, part.part)
      else for (let count = part.min; count < part.max; count++) emitChoice(steps, [part.part, nothing])
  }
}

const nothing: Part = { kind: 'sequence', parts: [] }

function emitChoice(steps: Step[], parts: readonly Part[]): void {
  const fork = reserve(steps)
  const starts: number[] = []
  const ends: number[] = []
  for (const part of parts) {
    starts.push(steps.length)
    emit(steps, part)
    ends.push(reserve(steps))
  }
  steps[fork] = { kind: 'fork', to: starts }
  for (const end of ends) steps[end] = { kind: 'fork', to: [steps.length] }
}

function emitLoop(steps: Step[], part: Part): void {
  const fork = reserve(steps)
  emit(steps, part)
  steps.push({ kind: 'fork', to: [fork] })
  steps[fork] = { kind: 'fork', to: [fork + 1, steps.length] }
}

function reserve(steps: Step[]): number {
  return steps.push({ kind: 'fork', to: [] }) - 1
}
