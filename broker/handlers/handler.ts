/**
 * What a handler is: one per API key, given the broker's parts and one request, answering one response.
 *
 * A handler decides per topic or partition which error code to put into the response. For what concerns the request as
 * a whole it may throw a `BrokerError`: dispatch turns it into a response through the handler's `refuse`. Anything else
 * that is thrown is a fault: the connection is closed, as Kafka does, and the fault is reported to whoever runs the
 * broker.
 *
 * A handler that cannot answer yet (a fetch that waits for records, a join that waits for members) answers a promise;
 * its connection takes no further request until it settles (semantics G3), other connections go on.
 */
import type { Clock } from '../../src/base/clock.ts'
import type { Random } from '../../src/base/random.ts'
import type { Api } from '../../src/protocol/api.ts'
import type { BrokerConfig } from '../config.ts'
import type { GroupCoordinator } from '../coordinator/group/coordinator.ts'
import type { TransactionCoordinator } from '../coordinator/transaction/coordinator.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import type { BufferPool } from '../net/buffer-pool.ts'
import type { ClusterIdentity } from '../metadata/cluster.ts'
import type { LiveConfigs } from '../metadata/live-config.ts'
import type { Topics } from '../metadata/topics.ts'
import type { AnswerMemory } from '../net/answer-memory.ts'
import type { DelayedRequests } from '../net/delayed.ts'
import type { FetchSessions } from '../net/fetch-sessions.ts'
import type { Authorizer } from '../security/authorizer.ts'
import type { Quotas } from '../security/quotas.ts'
import type { ScramCredentials } from '../security/scram-credentials.ts'
import type { Session } from '../security/session.ts'

/** The parts of a running broker that handlers use. */
export interface BrokerContext {
  readonly config: BrokerConfig
  /** The data directory. */
  readonly directory: string
  readonly clock: Clock
  readonly random: Random
  /** Cluster id, node id and the address that clients are told. */
  readonly identity: ClusterIdentity
  readonly logs: LogDirectory
  /** Where large requests, and records of answers, lie. */
  readonly recordMemory: BufferPool
  /** The registry of topics; also makes the internal ones on demand. */
  readonly topics: Topics
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  /** Configuration that was set while the broker ran. */
  readonly liveConfigs: LiveConfigs
  /** Where fetches wait. */
  readonly delayed: DelayedRequests
  readonly fetchSessions: FetchSessions
  /** Who may do what. */
  readonly authorizer: Authorizer
  /** What clients may use. */
  readonly quotas: Quotas
  /** What users log in with by SCRAM. */
  readonly credentials: ScramCredentials
  /** Every API that this broker answers, for ApiVersions. */
  readonly apis: ReadonlyMap<number, AnyApiHandler>
}

/** Thrown by a handler to end the connection without an answer: not a fault, but all that Kafka offers here. */
export class Disconnect extends Error {
  override readonly name = 'Disconnect'
}

/** Whose request it is, and by which way it came. */
export interface Peer {
  /** Unique among the connections of this broker's life. */
  readonly connectionId: number
  readonly clientId: string | null
  /** The address of the peer; 'in-process' for one in this process. */
  readonly clientHost: string
  /** Where the peer is told to find this broker: what its listener advertises. */
  readonly advertised: { readonly host: string; readonly port: number }
  /** Whether the connection is under TLS. */
  readonly encrypted?: boolean
  /** Who the peer is, and the login of its connection. */
  readonly session: Session
  /**
   * Over a socket: what records of an answer may be read into, until the answer has left; and the records of a Produce
   * request are lent in turn, until it is answered. `undefined` in process, where both change their owner.
   */
  readonly answerMemory: AnswerMemory | undefined
}

/** One request on its way through the broker. */
export interface RequestContext<Request> extends Peer {
  readonly version: number
  readonly request: Request
}

export type Handler<Request, Response> = (
  broker: BrokerContext,
  context: RequestContext<Request>,
) => Response | Promise<Response>

/** The response to a request that failed as a whole with a Kafka error code. */
export type Refusal<Request, Response> = (
  request: Request,
  kafkaCode: number,
  message: string | null,
  version: number,
) => Response

/** A handler together with the API and the versions that it speaks. */
export interface ApiHandler<Request, Response> {
  readonly api: Api<Request, Response>
  /** First and last version answered. */
  readonly versions: readonly [min: number, max: number]
  readonly handle: Handler<Request, Response>
  readonly refuse: Refusal<Request, Response>
}

/** An `ApiHandler` whose messages are not known to who holds it: the table of dispatch. */
export interface AnyApiHandler {
  readonly api: Api<unknown, unknown>
  readonly versions: readonly [min: number, max: number]
  readonly handle: Handler<never, unknown>
  readonly refuse: Refusal<never, unknown>
}

/** Declares a handler; the types of its messages come from the API. */
export function apiHandler<Request, Response>(
  api: Api<Request, Response>,
  parts: Omit<ApiHandler<Request, Response>, 'api'>,
): ApiHandler<Request, Response> {
  return { api, ...parts }
}
