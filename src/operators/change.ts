/**
 * What travels on table edges: the new value of a key and, where somebody below needs it, the old one (semantics K1), and
 * whether it is the latest of its key: versions may come late (V6).
 */

export class Change<out V = unknown> {
  /** `undefined` deletes. */
  readonly newValue: V | undefined
  /** Always `undefined` unless the sender was asked to send old values. */
  readonly oldValue: V | undefined
  /** False for a version that came after one of a later time; what follows the latest rows leaves it out. */
  readonly isLatest: boolean

  constructor(newValue: V | undefined, oldValue: V | undefined, isLatest = true) {
    this.newValue = newValue
    this.oldValue = oldValue
    this.isLatest = isLatest
  }
}
