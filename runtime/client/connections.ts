/**
 * Connections to the brokers of a cluster, one for each broker and lane, opened when first needed.
 *
 * Requests on one connection are answered in order (semantics G3), so whatever may be held back by a broker (a fetch, a
 * join) has a lane of its own: heartbeats and produce requests never wait behind it. A request that is not answered in
 * time has stopped its connection, so the connection is closed: nothing behind it could be answered either.
 */
import type { Clock } from '../../src/base/clock.ts'
import { deferred } from '../../src/base/deferred.ts'
import { StreamsError } from '../../src/base/errors.ts'
import type { Api } from '../../src/protocol/api.ts'
import type { Connection, Network } from '../../src/protocol/connection.ts'

/** Requests of one lane to one broker share a connection. */
export type Lane = 'main' | 'produce' | 'group' | 'heartbeat' | 'transaction' | `fetch-${number}`

/** Address of a broker. */
export interface BrokerAddress {
  readonly host: string
  readonly port: number
}

const connectTimeoutMs = 10_000

export class Connections {
  readonly #network: Network
  readonly #clientId: string
  readonly #clock: Clock
  /** Open ones and ones being opened, by address and lane. */
  readonly #open = new Map<string, Promise<Connection>>()
  #closed = false

  constructor(network: Network, clock: Clock, clientId: string) {
    this.#network = network
    this.#clientId = clientId
    this.#clock = clock
  }

  /** The connection of a lane to an address. Rejects with MR-5001 if it cannot be opened. */
  to(address: BrokerAddress, lane: Lane): Promise<Connection> {
    if (this.#closed) return Promise.reject(closedError())
    const key = `${lane}@${address.host}:${address.port}`
    const known = this.#open.get(key)
    if (known !== undefined) return known
    const opening = this.#connect(address)
    this.#open.set(key, opening)
    const forget = (): void => {
      if (this.#open.get(key) === opening) this.#open.delete(key)
    }
    opening.then(connection => connection.closed.then(forget, forget), forget)
    return opening
  }

  /** Sends a request; closes the connection and rejects with MR-5001 if there is no answer in time. */
  async send<Request, Response>(
    connection: Connection,
    api: Api<Request, Response>,
    version: number,
    request: Request,
    timeoutMs: number,
  ): Promise<Response> {
    const timedOut = deferred<never>()
    const timer = this.#clock.setTimer(timeoutMs, () => {
      timedOut.reject(
        new StreamsError('MR-5001', {
          what: `${api.name} was not answered within ${timeoutMs} ms, so its connection was closed`,
          why: 'Whether the broker acted on it is not known.',
        }),
      )
      void connection.close()
    })
    const answer = connection.send(api, version, request)
    timedOut.promise.catch(() => undefined) // It may lose the race below after `close` has rejected the answer.
    try {
      return await Promise.race([answer, timedOut.promise])
    } finally {
      timer.cancel()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const closing = [...this.#open.values()].map(async opening => {
      const connection = await opening.catch(() => undefined)
      await connection?.close()
    })
    await Promise.all(closing)
  }

  async #connect({ host, port }: BrokerAddress): Promise<Connection> {
    const timedOut = deferred<never>()
    timedOut.promise.catch(() => undefined)
    const timer = this.#clock.setTimer(connectTimeoutMs, () => {
      timedOut.reject(
        new StreamsError('MR-5001', {
          what: `no connection to ${host}:${port} within ${connectTimeoutMs} ms`,
        }),
      )
    })
    const connecting = this.#network.connect(host, port, this.#clientId)
    try {
      const connection = await Promise.race([connecting, timedOut.promise])
      if (!this.#closed) return connection
      await connection.close()
      throw closedError()
    } catch (error) {
      // One that opens too late is not leaked.
      connecting.then(
        late => late.close(),
        () => undefined,
      )
      if (error instanceof StreamsError) throw error
      throw new StreamsError('MR-5001', { what: `could not connect to ${host}:${port}`, cause: error })
    } finally {
      timer.cancel()
    }
  }
}

function closedError(): StreamsError {
  return new StreamsError('MR-5049', { what: 'the client was closed' })
}
