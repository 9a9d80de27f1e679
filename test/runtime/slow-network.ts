/** A broker whose answers come late or are refusals, for one instance: what usually goes well must not be relied upon. */
import { setTimeout as pause } from 'node:timers/promises'
import type { EmbeddedBroker } from '../../runtime/index.ts'
import type { Api } from '../../src/protocol/api.ts'
import type { Connection } from '../../src/protocol/connection.ts'

export interface SlowRequests {
  /** Milliseconds that a request waits before the broker gets it, by the API's name. */
  readonly before?: Readonly<Record<string, number>>
  /** Milliseconds that an answer waits before the instance gets it, by the API's name. */
  readonly after?: Readonly<Record<string, number>>
  /** Rewrites an answer, by the API's name; the broker has acted. */
  readonly rewrite?: (api: string, answer: unknown) => unknown
}

/** The broker as an instance sees it over a slow network. */
export function slowed(broker: EmbeddedBroker, options: SlowRequests): EmbeddedBroker {
  const { before = {}, after = {}, rewrite } = options
  const slow = (inner: Connection): Connection => ({
    versions: api => inner.versions(api),
    send: async <Request, Response>(api: Api<Request, Response>, version: number, request: Request) => {
      if (before[api.name] !== undefined) await pause(before[api.name])
      const answer = await inner.send(api, version, request)
      if (after[api.name] !== undefined) await pause(after[api.name])
      return rewrite === undefined ? answer : (rewrite(api.name, answer) as Response)
    },
    close: () => inner.close(),
    closed: inner.closed,
  })
  return {
    bootstrap: broker.bootstrap,
    network: { connect: async (host, port) => slow(await broker.network.connect(host, port)) },
    onStorageFailure: listener => broker.onStorageFailure(listener),
    close: () => broker.close(),
    [Symbol.asyncDispose]: () => broker.close(),
  }
}
