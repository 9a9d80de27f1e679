/**
 * The orders in which asynchronous results go on: what may begin, and what may be forwarded.
 *
 *   partition  calls overlap; results go on in the order of the records
 *   key        calls of one key follow one another, so their results do too; those of different keys overlap
 *   none       calls overlap; results go on as they come
 *
 * All three hold calls in lists that grow with what is held, which the node bounds.
 */
import { assert } from '../base/assert.ts'
import type { KeyIdentity } from '../state/store.ts'
import type { AsyncCall } from './async-call.ts'

export interface CallOrder {
  add(call: AsyncCall): void
  /** Takes the next call that may begin. */
  takeStartable(): AsyncCall | undefined
  /** Told of every call that has come to its end. */
  ended(call: AsyncCall): void
  /** Takes the next call that may be forwarded. */
  takeForwardable(): AsyncCall | undefined
  /** All that is held. */
  held(): Iterable<AsyncCall>
}

/** Results in the order of the records. */
export class PartitionOrder implements CallOrder {
  private readonly calls: AsyncCall[] = []
  private startedCount = 0

  add(call: AsyncCall): void {
    this.calls.push(call)
  }

  takeStartable(): AsyncCall | undefined {
    const call = this.calls[this.startedCount]
    if (call !== undefined) this.startedCount++
    return call
  }

  ended(): void {
    // Looked for at the head.
  }

  takeForwardable(): AsyncCall | undefined {
    const head = this.calls[0]
    if (head === undefined || (head.state !== 'done' && head.state !== 'failed')) return undefined
    this.startedCount--
    return this.calls.shift()
  }

  held(): Iterable<AsyncCall> {
    return this.calls
  }
}

/** Results as they come; each call may begin at once. */
export class NoOrder implements CallOrder {
  private readonly waiting: AsyncCall[] = []
  private readonly finished: AsyncCall[] = []
  private readonly all = new Set<AsyncCall>()

  add(call: AsyncCall): void {
    this.waiting.push(call)
    this.all.add(call)
  }

  takeStartable(): AsyncCall | undefined {
    return this.waiting.shift()
  }

  ended(call: AsyncCall): void {
    this.finished.push(call)
  }

  takeForwardable(): AsyncCall | undefined {
    const call = this.finished.shift()
    if (call !== undefined) this.all.delete(call)
    return call
  }

  held(): Iterable<AsyncCall> {
    return this.all
  }
}

/** Results as they come, but the calls of a key wait for one another; records without a key wait for none. */
export class KeyOrder implements CallOrder {
  private readonly identity: (key: unknown) => KeyIdentity
  private readonly order = new NoOrder()
  /** Of each key with a call that has not been forwarded: the calls behind that one. */
  private readonly behind = new Map<KeyIdentity, AsyncCall[]>()
  private readonly keyOf = new Map<AsyncCall, KeyIdentity>()

  constructor(identity: (key: unknown) => KeyIdentity) {
    this.identity = identity
  }

  add(call: AsyncCall): void {
    const { key } = call.record
    if (key === undefined || key === null) return this.order.add(call)
    const id = this.identity(key)
    this.keyOf.set(call, id)
    const line = this.behind.get(id)
    if (line !== undefined) {
      line.push(call)
      return
    }
    this.behind.set(id, [])
    this.order.add(call)
  }

  takeStartable(): AsyncCall | undefined {
    return this.order.takeStartable()
  }

  ended(call: AsyncCall): void {
    this.order.ended(call)
  }

  takeForwardable(): AsyncCall | undefined {
    const call = this.order.takeForwardable()
    if (call !== undefined) this.letNext(call)
    return call
  }

  *held(): Iterable<AsyncCall> {
    yield* this.order.held()
    for (const line of this.behind.values()) yield* line
  }

  private letNext(call: AsyncCall): void {
    const id = this.keyOf.get(call)
    if (id === undefined) return
    this.keyOf.delete(call)
    const line = this.behind.get(id)
    assert(line !== undefined, 'a call of a key that is not known has ended')
    const next = line.shift()
    if (next === undefined) this.behind.delete(id)
    else this.order.add(next)
  }
}
