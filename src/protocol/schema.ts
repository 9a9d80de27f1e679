/** How a message of the protocol is declared: its fields in wire order, each with the versions that have it. */

/** The declaration of a message; both directions of its codec are compiled from it, once per version. */
export interface MessageType<M> {
  readonly name: string
  /** First and last version spoken. */
  readonly versions: readonly [min: number, max: number]
  /** First version with compact lengths and tagged fields; `undefined` for none. */
  readonly flexibleSince: number | undefined
  readonly '~message'?: M
}
