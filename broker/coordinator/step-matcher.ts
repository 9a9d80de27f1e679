/**
 * Reads texts by the steps of a pattern, each unit once (Thompson 1968).
 *
 * The set of steps that may come next is a state. States and what leads from one to another are kept, within bounds, so that
 * one pattern over many names is mostly a look-up for each unit; what is not kept is found anew in time linear in the steps.
 */

/** Whether a whole text matches. */
export type Matcher = (text: string) => boolean

export type UnitTest = (unit: string) => boolean

/** Whether a place is where the pattern says, by the units before and after it: `undefined` at the ends of the text. */
export type Assertion = (before: string | undefined, after: string | undefined) => boolean

export type Step =
  | { readonly kind: 'unit'; readonly test: UnitTest }
  | { readonly kind: 'fork'; readonly to: readonly number[] }
  | { readonly kind: 'assertion'; readonly holds: Assertion }

interface State {
  /** Those that read a unit or assert something of the place, and the place after the last. */
  readonly steps: readonly number[]
  readonly asserts: boolean
  /** What was read last, or one that assertions cannot tell from it. */
  readonly before: string | undefined
  readonly after: Map<string, State>
  matches: boolean | undefined
}

/** What may be kept of a pattern: steps in states, and transitions. */
const keptMax = 50_000

/** A matcher of the pattern that these steps are of. */
export function stepMatcher(steps: readonly Step[]): Matcher {
  const automaton = new Automaton(steps)
  return text => automaton.run(text)
}

class Automaton {
  readonly #steps: readonly Step[]
  readonly #first: State
  readonly #states = new Map<string, State>()
  #kept = 0
  /** In which search a step was found last. */
  readonly #found: Uint32Array
  #search = 0

  constructor(steps: readonly Step[]) {
    this.#steps = steps
    this.#found = new Uint32Array(steps.length + 1)
    const first = this.#reached([0])
    this.#first = {
      steps: first,
      asserts: this.#asserts(first),
      before: undefined,
      after: new Map(),
      matches: undefined,
    }
  }

  run(text: string): boolean {
    let state = this.#first
    for (const unit of text) {
      if (state.steps.length === 0) return false
      state = state.after.get(unit) ?? this.#next(state, unit)
    }
    state.matches ??= this.#passed(state, undefined).includes(this.#steps.length)
    return state.matches
  }

  #next(state: State, unit: string): State {
    // Copies of a part that is repeated share their test, which may be a long class.
    const tested = new Map<UnitTest, boolean>()
    const next: number[] = []
    for (const index of this.#passed(state, unit)) {
      const step = this.#steps[index]
      if (step?.kind !== 'unit') continue
      let passes = tested.get(step.test)
      if (passes === undefined) tested.set(step.test, (passes = step.test(unit)))
      if (passes) next.push(index + 1)
    }
    const found = this.#keep(this.#reached(next), unit)
    state.after.set(unit, found)
    return found
  }

  #keep(steps: readonly number[], unit: string): State {
    const asserts = this.#asserts(steps)
    const before = asserts ? representative(unit) : undefined
    const key = asserts ? `${before} ${steps.join()}` : steps.join()
    const known = this.#states.get(key)
    this.#kept++
    if (known !== undefined && this.#kept <= keptMax) return known
    this.#kept += steps.length
    if (this.#kept > keptMax) {
      for (const state of this.#states.values()) state.after.clear()
      this.#states.clear()
      this.#first.after.clear()
      this.#kept = steps.length
    }
    const state: State = { steps, asserts, before, after: new Map(), matches: undefined }
    this.#states.set(key, state)
    return state
  }

  #asserts(steps: readonly number[]): boolean {
    return steps.some(index => this.#steps[index]?.kind === 'assertion')
  }

  /** The steps of a state, and those behind what it asserts, if `unit` comes next; `undefined` at the end of the text. */
  #passed(state: State, unit: string | undefined): readonly number[] {
    return state.asserts ? this.#reached(state.steps, holds => holds(state.before, unit)) : state.steps
  }

  /** The steps that can be stood on without reading more. */
  #reached(from: readonly number[], isPassed?: (holds: Assertion) => boolean): readonly number[] {
    const search = ++this.#search
    const found: number[] = []
    const open = [...from]
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.#found[index] === search) continue
      this.#found[index] = search
      const step = this.#steps[index]
      if (step?.kind === 'fork') open.push(...step.to)
      else {
        found.push(index)
        if (step?.kind === 'assertion' && isPassed?.(step.holds) === true) open.push(index + 1)
      }
    }
    return found.sort((one, other) => one - other)
  }
}

/** Assertions ask whether a unit is of a word, or ends a line: few states are to differ by it. */
function representative(unit: string): string {
  if (unit === '\n') return unit
  return /^[0-9A-Za-z_]$/.test(unit) ? 'a' : ' '
}
