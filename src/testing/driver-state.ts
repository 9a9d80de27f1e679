/**
 * The states of a tested application, and what leads from one to the next.
 *
 *     state   | crash   | an error in processing | restart            | close
 *     running | crashed | failed                 | running, made anew | closed
 *     crashed | refused | -                      | running, made anew | closed
 *     failed  | refused | -                      | running, made anew | closed
 *     closed  | refused | -                      | refused            | closed
 */
import { assert } from '../base/assert.ts'

export type ApplicationState = 'running' | 'crashed' | 'failed' | 'closed'

const nextStates: Readonly<Record<ApplicationState, readonly ApplicationState[]>> = {
  running: ['crashed', 'failed', 'running', 'closed'],
  crashed: ['running', 'closed'],
  failed: ['running', 'closed'],
  closed: ['closed'],
}

/** The state `to`, if it may follow `from`. */
export function moved(from: ApplicationState, to: ApplicationState): ApplicationState {
  assert(nextStates[from].includes(to), `a tested application cannot go from ${from} to ${to}`)
  return to
}
