/** A record that was dropped: by the rules (late, without a key), or by a policy for errors. */
import type { DropReason } from '../processor/processor.ts'

export interface Drop {
  /** `<sub-topology>_<partition>` */
  readonly task: string
  readonly node: string
  readonly reason: DropReason
  /** `undefined` during a punctuation. */
  readonly topic: string | undefined
  readonly partition: number
  readonly offset: number
}

/** As a node tells its task of it. */
export type DropAtNode = Omit<Drop, 'task'>
