/** What records are forwarded to, and the forwarding itself: depth-first, synchronous, in the children's order. */
import type { StreamRecord } from '../processor/record.ts'
import { deepFreeze } from './deep-freeze.ts'

/** A compiled node that receives records. */
export interface Receiver {
  readonly name: string
  /** Whether it receives only what is forwarded to it by name. */
  readonly side?: boolean
  /** Whether a record is bytes once it has been received: none of the application's code sees it any more. */
  readonly serializes?: boolean
  process(record: StreamRecord): void
}

/** The children of a node. */
export class Children {
  private readonly freezes: boolean
  /** Whether what is forwarded to all is seen by code that might change it. */
  private freezesForAll = false
  /** The only child: most nodes have one, and a direct call is all it takes. */
  private only: Receiver | undefined
  private all: readonly Receiver[] = []
  /** Those that are reached by name alone, too. */
  private reachable: readonly Receiver[] = []
  /** As they were connected, whatever is around them now. */
  private connected: readonly Receiver[] = []

  constructor(freezes: boolean) {
    this.freezes = freezes
  }

  connect(children: readonly Receiver[]): void {
    this.connected = children
    this.wrap(child => child)
  }

  /** Puts something around each child, in place of what was put there before. */
  wrap(around: (child: Receiver) => Receiver): void {
    this.reachable = this.connected.map(around)
    this.all = this.reachable.filter((_, index) => this.connected[index]!.side !== true)
    this.only = this.all.length === 1 ? this.all[0] : undefined
    this.freezesForAll = this.freezes && this.connected.some(child => child.serializes !== true)
  }

  named(name: string): Receiver | undefined {
    return this.reachable.find(child => child.name === name)
  }

  get names(): readonly string[] {
    return this.reachable.map(child => child.name)
  }

  forward(record: StreamRecord): void {
    if (this.freezesForAll) freezeRecord(record)
    const { only } = this
    if (only !== undefined) {
      only.process(record)
      return
    }
    const { all } = this
    for (let index = 0; index < all.length; index++) all[index]!.process(record)
  }

  forwardTo(child: Receiver, record: StreamRecord): void {
    if (this.freezes) freezeRecord(record)
    child.process(record)
  }
}

function freezeRecord({ key, value }: StreamRecord): void {
  deepFreeze(value)
  if (typeof key === 'object') deepFreeze(key)
}
