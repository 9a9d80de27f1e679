/** What travels on table edges: the new value of a key and, where somebody below needs it, the old one (semantics K1). */

export class Change<out V = unknown> {
  /** `undefined` deletes. */
  readonly newValue: V | undefined
  /** Always `undefined` unless the sender was asked to send old values. */
  readonly oldValue: V | undefined

  constructor(newValue: V | undefined, oldValue: V | undefined) {
    this.newValue = newValue
    this.oldValue = oldValue
  }
}
