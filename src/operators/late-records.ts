/** Records that come after their window has closed: counted, and handed to a node that was declared for them. */
import type { ProcessorContext } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { Window } from '../windows/window.ts'

/** A record that came too late for a window. */
export interface LateRecord<out V> {
  readonly value: V
  /** The window that had closed; of a session, what the session would have been. */
  readonly window: Window
  /** The time of the aggregate then: the greatest timestamp that it had seen. The grace is how far it is behind. */
  readonly streamTime: number
}

/** Drops a record that is late for `window`; `node` is the child that gets it, if there is one. */
export function dropLate(
  context: ProcessorContext,
  node: string | undefined,
  record: StreamRecord,
  late: Omit<LateRecord<unknown>, 'value'>,
): void {
  context.drop('late')
  if (node === undefined) return
  const value: LateRecord<unknown> = { value: record.value, ...late }
  context.forwardTo(node, record.withValue(value))
}
