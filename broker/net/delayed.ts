/**
 * Parked requests: they wait for an event or for their deadline, whichever is first (Kafka's purgatory, semantics G8).
 *
 * A parked request has a set of keys that may complete it and an `attempt` that answers its response, or `undefined`
 * while it must wait. `wake(key)` does not act inside the event that calls it (an append, most often): it marks the
 * requests and lets a microtask attempt them, so that one produce request to ten partitions wakes a fetch once.
 *
 * Bounded: when `parkedMax` requests wait, a further one is not parked but answered at once with what there is.
 */
import { assert } from '../../src/base/assert.ts'
import type { Clock, Timer } from '../../src/base/clock.ts'
import { deferred } from '../../src/base/deferred.ts'

/** A request that is to wait. */
export interface Parking<Response> {
  /** What may complete it: any objects, compared by identity (a partition's log). */
  readonly keys: Iterable<object>
  /** The longest wait from now, in milliseconds. */
  readonly waitMs: number
  /** The response, or `undefined` while the condition does not hold. Must have no effect in that case. */
  readonly attempt: () => Response | undefined
  /** The response when the deadline came first. */
  readonly expire: () => Response
}

interface Parked {
  readonly keys: readonly object[]
  readonly attempt: () => boolean
  readonly expire: () => void
  timer: Timer | undefined
  marked: boolean
}

export class DelayedRequests {
  readonly #clock: Clock
  readonly #parkedMax: number
  readonly #byKey = new Map<object, Set<Parked>>()
  readonly #parked = new Set<Parked>()
  #marked: Parked[] = []
  #closed = false

  constructor({ clock, parkedMax }: { readonly clock: Clock; readonly parkedMax: number }) {
    this.#clock = clock
    this.#parkedMax = parkedMax
  }

  /** Whether the broker is closing. */
  get isClosed(): boolean {
    return this.#closed
  }

  /** How many requests wait. */
  get count(): number {
    return this.#parked.size
  }

  /** Answers at once if `attempt` does, or the time is up, or too many wait; else parks. */
  park<Response>({ keys, waitMs, attempt, expire }: Parking<Response>): Response | Promise<Response> {
    const first = attempt()
    if (first !== undefined) return first
    if (waitMs <= 0 || this.#closed || this.#parked.size >= this.#parkedMax) return expire()
    const { promise, resolve, reject } = deferred<Response>()
    const settle = (answer: () => Response | undefined): boolean => {
      try {
        const response = answer()
        if (response === undefined) return false
        resolve(response)
      } catch (error) {
        reject(error)
      }
      return true
    }
    const parked: Parked = {
      keys: [...new Set(keys)],
      attempt: () => settle(attempt),
      expire: () => settle(expire),
      timer: undefined,
      marked: false,
    }
    this.#enter(parked)
    parked.timer = this.#clock.setTimer(waitMs, () => this.#expire(parked))
    return promise
  }

  /** Lets the requests that wait for `key` try again, soon. */
  wake(key: object): void {
    const waiting = this.#byKey.get(key)
    if (waiting === undefined) return
    if (this.#marked.length === 0) queueMicrotask(() => this.#attemptMarked())
    for (const parked of waiting) {
      if (parked.marked) continue
      parked.marked = true
      this.#marked.push(parked)
    }
  }

  /** Answers everything that waits as if its time were up; later requests are not parked. Idempotent. */
  close(): void {
    this.#closed = true
    for (const parked of this.#parked) this.#expire(parked)
  }

  #enter(parked: Parked): void {
    this.#parked.add(parked)
    for (const key of parked.keys) {
      const waiting = this.#byKey.get(key)
      if (waiting === undefined) this.#byKey.set(key, new Set([parked]))
      else waiting.add(parked)
    }
  }

  #leave(parked: Parked): void {
    assert(this.#parked.delete(parked), 'a parked request left twice')
    parked.timer?.cancel()
    for (const key of parked.keys) {
      const waiting = this.#byKey.get(key)
      assert(waiting !== undefined, 'a parked request is not listed under its key')
      waiting.delete(parked)
      if (waiting.size === 0) this.#byKey.delete(key)
    }
  }

  #attemptMarked(): void {
    const marked = this.#marked
    this.#marked = []
    for (const parked of marked) {
      parked.marked = false
      if (this.#parked.has(parked) && parked.attempt()) this.#leave(parked)
    }
  }

  #expire(parked: Parked): void {
    if (!this.#parked.has(parked)) return
    this.#leave(parked)
    parked.expire()
  }
}
