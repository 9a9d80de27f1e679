/**
 * Connections within one process: requests and responses are handed over as objects, record batches as bytes.
 *
 * Nothing is encoded or copied, so what is handed over changes owner: the sender of a Produce gives its records away for
 * good (the broker writes offsets into them and may serve them from memory), and the receiver of a Fetch must not write
 * into the records it was given.
 *
 * Requests of a connection are handled one at a time, in order (semantics G3). A request that finds the connection idle
 * is handled within `send`; its answer, like any other, arrives by promise. As in Kafka a parked Fetch holds up what was
 * sent behind it on the same connection, so a client fetches and produces over different ones.
 */
import { deferred, type Deferred } from '../../src/base/deferred.ts'
import { StreamsError } from '../../src/base/errors.ts'
import type { Api } from '../../src/protocol/api.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import type { Peer } from '../handlers/handler.ts'
import type { Dispatch, VersionRange } from './dispatch.ts'

interface Waiting {
  /** Hands the request to dispatch; answers what to do with the outcome. */
  readonly handle: () => unknown
  readonly answer: Pick<Deferred<unknown>, 'resolve' | 'reject'>
}

interface InProcessOptions {
  readonly dispatch: Dispatch
  readonly peer: Peer
  /** How many requests may wait for their turn; a further one is refused with MR-5021. */
  readonly queuedMax: number
  readonly onClosed: (connection: InProcessConnection) => void
}

export class InProcessConnection implements Connection {
  readonly closed: Promise<void>
  readonly #dispatch: Dispatch
  readonly #peer: Peer
  readonly #queuedMax: number
  readonly #settleClosed: () => void
  readonly #queue: Waiting[] = []
  #underWay: Waiting | undefined
  #isClosed = false

  constructor({ dispatch, peer, queuedMax, onClosed }: InProcessOptions) {
    this.#dispatch = dispatch
    this.#peer = peer
    this.#queuedMax = queuedMax
    const { promise, resolve } = deferred()
    this.closed = promise
    this.#settleClosed = () => {
      resolve()
      onClosed(this)
    }
  }

  versions(api: Api<unknown, unknown>): VersionRange | undefined {
    return this.#dispatch.versions(api)
  }

  send<Request, Response>(api: Api<Request, Response>, version: number, request: Request): Promise<Response> {
    if (this.#isClosed) return Promise.reject(lost(api.name))
    if (this.#queue.length >= this.#queuedMax) {
      const what = `${this.#queuedMax} requests of this connection wait already`
      return Promise.reject(new StreamsError('MR-5021', { what, fix: 'await answers before sending more' }))
    }
    const { promise, resolve, reject } = deferred<Response>()
    this.#queue.push({
      handle: () => this.#dispatch.handle(api, version, request, this.#peer),
      // Only what `handle` answered reaches `resolve`, and that is a Response of this API.
      answer: { resolve: resolve as (value: unknown) => void, reject },
    })
    if (this.#underWay === undefined) this.#work()
    return promise
  }

  close(): Promise<void> {
    if (this.#isClosed) return this.closed
    this.#isClosed = true
    if (this.#underWay !== undefined) this.#queue.unshift(this.#underWay)
    for (const { answer } of this.#queue.splice(0)) answer.reject(lost('a request'))
    this.#settleClosed()
    return this.closed
  }

  /** Handles what waits, until nothing does or an answer must be awaited. */
  #work(): void {
    for (;;) {
      const next = this.#queue.shift()
      this.#underWay = next
      if (next === undefined) return
      try {
        const outcome = next.handle()
        if (outcome instanceof Promise) {
          this.#await(next, outcome)
          return
        }
        next.answer.resolve(outcome)
      } catch (error) {
        this.#fail(next, error)
        return
      }
    }
  }

  #await(request: Waiting, outcome: Promise<unknown>): void {
    outcome.then(
      response => {
        request.answer.resolve(response)
        if (!this.#isClosed) this.#work()
      },
      (error: unknown) => this.#fail(request, error),
    )
  }

  /** What dispatch throws always ends the connection. */
  #fail(request: Waiting, error: unknown): void {
    request.answer.reject(error)
    void this.close()
  }
}

function lost(request: string): StreamsError {
  return new StreamsError('MR-5001', {
    what: `the connection was closed before ${request} was answered`,
    why: 'Whether the broker acted on it is not known.',
  })
}
