/**
 * The logical nodes of a join of two streams: what keeps the records of each side, and the join itself.
 *
 * `Stream` is the union of all nodes that make streams, which has the join among it and so is declared after this
 * (`node.ts`).
 */
import type { JoinCallback } from '../operators/callbacks.ts'
import type { JoinWindows } from '../windows/join-windows.ts'
import type { HeldRecords, JoinSide, NodeBase, StorePlan } from './node-base.ts'

/** What keeps the records of one side of a stream-stream join for the other; its records go on to the join alone. */
export interface JoinWindowNodeOf<Stream> extends NodeBase {
  readonly kind: 'join-window'
  readonly parent: Stream
  readonly store: StorePlan
  readonly windows: JoinWindows
  /** The name of the node that gets the records that come too late to be kept; absent: they are only counted. */
  readonly late: string | undefined
}

/** A join of two streams; `name` is the node that unites the results of both sides. */
export interface StreamStreamJoinNodeOf<Stream> extends NodeBase {
  readonly kind: 'stream-stream-join'
  readonly operator: 'join' | 'leftJoin' | 'outerJoin'
  /** The streams that are joined; one, if a stream is joined with itself. */
  readonly parents: readonly Stream[]
  readonly left: JoinSide
  readonly right: JoinSide
  readonly windows: JoinWindows
  readonly joiner: JoinCallback
  /** Of the records that wait for a match: absent from inner joins. */
  readonly held: HeldRecords | undefined
  /** That of `held`, here because it is named here. */
  readonly store: StorePlan | undefined
  /** How long both streams are silent before time goes on by the clock; absent: only records move it. */
  readonly idleMs: number | undefined
}
