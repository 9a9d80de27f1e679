/**
 * Regular expressions from the wire, matched in time linear in the text.
 *
 * JavaScript's own may take time exponential in the text, so one request could stop a broker (reliability.md 2.2). These are
 * the patterns of RE2, which Kafka takes (`pattern-parser.ts`), compiled into a list of steps, which `step-matcher.ts` reads a
 * text by. Both the pattern and the steps are bounded.
 */
import { nothing, PatternParser, tooLarge, Unreadable, type Part } from './pattern-parser.ts'
import { stepMatcher, type Matcher, type Step } from './step-matcher.ts'

const patternLengthMax = 1000
const stepsMax = 2000

export type Compiled = { readonly matches: Matcher } | { readonly fault: string }

/**
 * Compiles a pattern, or says what is wrong with it. A text is matched in at most `mostSteps` times its length.
 */
export function compilePattern(pattern: string, mostSteps = stepsMax): Compiled {
  if (pattern.length > patternLengthMax) return { fault: tooLarge }
  try {
    const steps: Step[] = []
    emit(steps, new PatternParser(pattern).parse())
    return steps.length > mostSteps ? { fault: tooLarge } : { matches: stepMatcher(steps) }
  } catch (error) {
    if (error instanceof Unreadable) return { fault: error.message }
    throw error
  }
}

/** The same; `undefined` if it is no pattern, or too large. */
export function linearPattern(pattern: string, mostSteps = stepsMax): Matcher | undefined {
  const compiled = compilePattern(pattern, mostSteps)
  return 'matches' in compiled ? compiled.matches : undefined
}

/** Appends the steps of a part; after them the list goes on. What has no steps is not repeated: nothing would end it. */
function emit(steps: Step[], part: Part): void {
  if (steps.length > stepsMax) throw new Unreadable(tooLarge)
  switch (part.kind) {
    case 'unit':
    case 'assertion':
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
