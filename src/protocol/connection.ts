/**
 * The one seam between the client and a broker.
 *
 * Three implementations: over TCP (encodes), in process (hands the objects over, record batches as bytes), and
 * simulated (delays, drops, reorders by seed). So there is one client and one request path in the broker.
 *
 * Requests of one connection are answered in the order in which they were sent (semantics G3).
 */
import type { Api } from './api.ts'

export interface Connection {
  /** The versions that both ends speak, or `undefined` where the broker does not know the API. */
  versions(api: Api<unknown, unknown>): { readonly min: number; readonly max: number } | undefined
  /**
   * Sends a request and answers the response. Rejects with MR-5001 when the connection is lost before the answer (then it
   * is not known whether the broker acted) or closed. A produce request with `acks` 0 resolves with no topics.
   */
  send<Request, Response>(api: Api<Request, Response>, version: number, request: Request): Promise<Response>
  /** Idempotent. Requests under way reject. */
  close(): Promise<void>
  /** Settles once the connection is no longer usable, however it ended. */
  readonly closed: Promise<void>
}

/** Opens connections to brokers by address. */
export interface Network {
  /** `clientId` is what the client calls itself, for the broker's quotas and logs. */
  connect(host: string, port: number, clientId?: string): Promise<Connection>
}
