/** What is behind a grouped stream: the stream, and the name that was given for its repartition topic. */
import { misuse } from '../base/misuse.ts'
import type { StreamState } from './handle.ts'

/** A stream, and the name that the repartition topic of its grouping was given. */
export interface Grouping extends StreamState {
  readonly name: string | undefined
}

/** Where a grouped stream keeps its grouping. */
export const groupingKey = Symbol('millrace.grouping')

/** The grouping of a grouped stream that a user handed in; MR-1010 if it is something else. */
export function groupingOf(grouped: object, operator: string): Grouping {
  const found = (grouped as { [groupingKey]?: Grouping } | null)?.[groupingKey]
  if (found !== undefined) return found
  throw misuse(`${operator}: expected a grouped stream of a StreamsBuilder`)
}
