/**
 * Refusals of wrong arguments: a `StreamsError` MR-1010 that says what is wrong, at which line of the application, and what
 * is asked for instead.
 *
 * Most of them say it in one sentence already: `suppress: maxRecords must be an integer of at least 0, not -1`. The
 * remedy is that sentence's, in the imperative, unless the caller has a better one.
 */
import { declaredAt } from './declared-at.ts'
import { StreamsError } from './errors.ts'

export interface Misuse {
  /** The line that hands the argument in. Default: the nearest one outside the library. */
  readonly where?: string | undefined
  readonly why?: string | undefined
  readonly fix?: string | undefined
  readonly cause?: unknown
}

const whyRefused =
  'Arguments are checked where they are handed in: later the mistake would show with some record, or not at all.'

/** What each refusal was made of, for those who know more of it than who has refused. */
const refusals = new WeakMap<StreamsError, { readonly what: string; readonly misuse: Misuse }>()

/** What is thrown for a wrong argument; `what` names the operator, the argument, what is asked for and what came. */
export function misuse(what: string, given: Misuse = {}): StreamsError {
  const where = given.where ?? declaredAt()
  const fix = given.fix ?? remedyOf(what)
  const error = new StreamsError('MR-1010', {
    what,
    where,
    why: given.why ?? whyRefused,
    fix,
    cause: given.cause,
  })
  refusals.set(error, { what, misuse: { ...given, where } })
  return error
}

/** The refusal with the operator's name before it, unless it begins with that; any other error as it is. */
export function misuseOf(operator: string, error: unknown): unknown {
  const refusal = error instanceof StreamsError ? refusals.get(error) : undefined
  if (refusal === undefined || refusal.what.startsWith(operator)) return error
  return misuse(`${operator}: ${refusal.what}`, refusal.misuse)
}

/** What a sentence about an argument asks for. */
function remedyOf(what: string): string | undefined {
  const [sentence = what, advice] = what.split('; ')
  if (advice !== undefined && !advice.startsWith('not ')) return advice
  const expected = /(?:^|: )expected (.+?)(?:, not .*)?$/.exec(sentence)?.[1]
  if (expected !== undefined) return `hand in ${expected}`
  const [, argument, demanded] = /(?:^|: )([^:]+?) must be (.+?)(?:, not .*)?$/.exec(sentence) ?? []
  return argument === undefined ? undefined : `let ${argument} be ${demanded}`
}
