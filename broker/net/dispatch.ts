/**
 * From a request to its handler: API key and version are checked, failures become what Kafka makes of them.
 *
 * Every transport goes through here, so a version is refused alike in process and over TCP. The table:
 *
 *   unknown key or version        the connection is closed (ApiVersions: answered with UNSUPPORTED_VERSION, v0 body)
 *   not for this client           the handler's own refusal, as for a BrokerError (`handlers/demands.ts`)
 *   handler threw a BrokerError   the handler's own refusal: a response that carries the code
 *   or a StreamsError (the disk)  the same, with the code that stands for it
 *   handler threw Disconnect      the connection is closed (a failed produce with acks 0, semantics G4)
 *   handler threw anything else   a fault: reported, and the connection is closed
 */
import type { Clock } from '../../src/base/clock.ts'
import type { Api } from '../../src/protocol/api.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { BrokerError, kafkaCodeOf } from '../broker-error.ts'
import { checkDemand } from '../handlers/demands.ts'
import { Disconnect, type AnyApiHandler, type ApiHandler, type BrokerContext } from '../handlers/handler.ts'
import type { Peer, RequestContext } from '../handlers/handler.ts'
import type { Quotas } from '../security/quotas.ts'

const apiVersionsKey = 18

export interface VersionRange {
  readonly min: number
  readonly max: number
}

export class Dispatch {
  readonly #broker: BrokerContext
  readonly #onFault: (fault: StreamsError) => void

  constructor(broker: BrokerContext, onFault: (fault: StreamsError) => void) {
    this.#broker = broker
    this.#onFault = onFault
  }

  get quotas(): Quotas {
    return this.#broker.quotas
  }

  get clock(): Clock {
    return this.#broker.clock
  }

  /** The versions answered, or `undefined` for an API that is not. */
  versions(api: Api<unknown, unknown>): VersionRange | undefined {
    const handler = this.#broker.apis.get(api.key)
    if (handler === undefined) return undefined
    const [min, max] = handler.versions
    return { min, max }
  }

  /**
   * Answers one request. Throws (or rejects with) a `StreamsError` after which the connection must be closed: MR-5020
   * for a version that is not spoken, MR-5001 for what else ends a connection.
   */
  handle<Request, Response>(
    api: Api<Request, Response>,
    version: number,
    request: Request,
    peer: Peer,
  ): Response | Promise<Response> {
    const handler = this.#handler(api)
    const spoken = handler !== undefined && version >= handler.versions[0] && version <= handler.versions[1]
    // A client that speaks a newer ApiVersions than the broker must be told which versions to fall back to (KIP-511).
    if (handler === undefined || (!spoken && api.key !== apiVersionsKey)) throw unsupported(api, version)
    const context: RequestContext<Request> = { version, request, ...peer }
    try {
      if (this.#broker.authorizer.isOn) checkDemand(api.key, this.#broker, context)
      const answer = handler.handle(this.#broker, context)
      if (!(answer instanceof Promise)) return answer
      return answer.catch((error: unknown) => this.#failed(handler, context, error))
    } catch (error) {
      return this.#failed(handler, context, error)
    }
  }

  #handler<Request, Response>(api: Api<Request, Response>): ApiHandler<Request, Response> | undefined {
    const handler: AnyApiHandler | undefined = this.#broker.apis.get(api.key)
    // The table is keyed by API, and an API has one pair of messages: the types are those of `api`.
    return handler as unknown as ApiHandler<Request, Response> | undefined
  }

  #failed<Request, Response>(
    { api, refuse }: ApiHandler<Request, Response>,
    { request, version }: RequestContext<Request>,
    error: unknown,
  ): Response {
    if (error instanceof BrokerError || error instanceof StreamsError) {
      return refuse(request, kafkaCodeOf(error), error.message, version)
    }
    if (error instanceof Disconnect) {
      throw new StreamsError('MR-5001', { what: `the broker closed the connection: ${error.message}` })
    }
    const fault = new StreamsError('MR-5023', {
      what: `the broker failed to answer ${api.name} v${version}: ${String(error)}`,
      why: 'This is a fault of the broker, not of the request.',
      cause: error,
    })
    this.#onFault(fault)
    throw new StreamsError('MR-5001', {
      what: `the broker closed the connection without an answer to ${api.name}`,
      cause: fault,
    })
  }
}

function unsupported({ name, key }: { readonly name: string; readonly key: number }, version: number) {
  return new StreamsError('MR-5020', {
    what: `the broker does not answer ${name} (API key ${key}) in version ${version}`,
    fix: 'ask ApiVersions first and use a version of both ends',
  })
}
