/** A broker whose answers to some requests come late, for one instance: what is usually fast must not be relied upon. */
import { setTimeout as pause } from 'node:timers/promises'
import type { EmbeddedBroker } from '../../runtime/index.ts'
import type { Api } from '../../src/protocol/api.ts'
import type { Connection } from '../../src/protocol/connection.ts'

export interface SlowRequests {
  /** Milliseconds that a request waits before the broker gets it, by the API's name. */
  readonly before?: Readonly<Record<string, number>>
  /** Told of each request, before it is sent. */
  readonly onSend?: (api: string) => void | Promise<void>
}

/** The broker as an instance sees it over a slow network. */
export function slowed(broker: EmbeddedBroker, { before = {}, onSend }: SlowRequests): EmbeddedBroker {
  const slow = (inner: Connection): Connection => ({
    versions: api => inner.versions(api),
    send: async <Request, Response>(api: Api<Request, Response>, version: number, request: Request) => {
      await onSend?.(api.name)
      if (before[api.name] !== undefined) await pause(before[api.name])
      return inner.send(api, version, request)
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
