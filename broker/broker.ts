/**
 * A running broker: its parts put together over one data directory, its connections, its end.
 *
 *   opening   lock the directory, recover the logs, read the registry, replay the coordinators
 *   open      answers requests; maintenance runs on the Clock
 *   closing   connections end, parked requests are let go, coordinators and logs close, the clean stop is written
 *   closed
 *
 * A broker that is killed instead of closed loses nothing that it acknowledged; its next start recovers.
 */
import { deferred, type Deferred } from '../src/base/deferred.ts'
import type { Clock } from '../src/base/clock.ts'
import { partitionKey } from '../src/base/topic-partition.ts'
import { StreamsError } from '../src/base/errors.ts'
import type { Random } from '../src/base/random.ts'
import { registerAllCodecs } from '../src/codecs/index.ts'
import type { Connection, Network } from '../src/protocol/connection.ts'
import { iterationsMin } from '../src/protocol/scram.ts'
import { assemble } from './assemble.ts'
import type { BrokerConfigInput } from './config.ts'
import type { BrokerContext } from './handlers/handler.ts'
import type { FileSystem } from './log/files.ts'
import { NodeFiles } from './log/node-files.ts'
import { damageFound, lostFound, straysFound } from './log/damage-report.ts'
import type { PartitionLog } from './log/partition-log.ts'
import { WatchedFiles } from './log/watched-files.ts'
import { Maintenance } from './maintenance.ts'
import { Dispatch } from './net/dispatch.ts'
import { isInternalTopic, metadataLogName } from './metadata/topic-name.ts'
import { InProcessConnection } from './net/in-process.ts'
import { Listener } from './net/listener.ts'
import { networkLimits, type NetworkLimits } from './net/network-limits.ts'
import { systemSend } from './net/system-send.ts'

import { Login, type SaslOptions } from './security/login.ts'
import { ownProcess } from './security/principal.ts'
import { deriveCredential, iterationsMax, type ScramPassword } from './security/scram-credentials.ts'
import { loginSession, openSession } from './security/session.ts'
import type { TlsOptions } from './security/tls.ts'
import { systemClock } from '../system/clock.ts'
import { systemRandom } from '../system/random.ts'

/** How a broker is started. */
export interface BrokerOptions {
  /** The data directory; made if it does not exist. One process at a time may use it. */
  readonly directory: string
  /** Default: the disk. */
  readonly files?: FileSystem | undefined
  /** Default: the system's. */
  readonly clock?: Clock | undefined
  /** Default: the system's. Makes ids, and decides nothing else. */
  readonly random?: Random | undefined
  /** Keys by Kafka's names; what is not given has its default. */
  readonly config?: BrokerConfigInput | undefined
  /**
   * Aborted by who does not want the broker any more before it has started: `startBroker` rejects with the signal's reason,
   * and leaves the directory as it was found. Once it has started, `close` ends it.
   */
  readonly signal?: AbortSignal | undefined
  /** Told why a connection was ended that the client did not end: malformed requests, unknown versions. Default: nobody. */
  readonly onRefused?: ((reason: StreamsError, peer: { readonly clientHost: string }) => void) | undefined
  /** Told of faults and of maintenance that failed. Default: a warning of the process. */
  readonly onFault?: ((fault: StreamsError) => void) | undefined
  /** Told of every write that the disk refuses (MR-4003, MR-4004), while clients are told to ask again. */
  readonly onStorageFailure?: ((failure: StreamsError) => void) | undefined
}

/** Where a broker listens. */
export interface ListenOptions {
  /** Default: the loopback interface. '' for all interfaces. */
  readonly host?: string | undefined
  /** Default: `advertised.port` of the configuration. 0 for any that is free. */
  readonly port?: number | undefined
  /** What clients that come this way are told to connect to; port 0 is the one that was found. Default: the configuration's. */
  readonly advertised?: ListenAddress | undefined
  /** Keys for TLS. Default: none, the connections are plain. */
  readonly tls?: TlsOptions | undefined
  /** How clients log in. Default: not at all. */
  readonly sasl?: SaslOptions | undefined
}

/** An address that is listened on. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** How a connection in this process is opened. */
export interface ConnectOptions {
  /** Names the client in logs and quotas. */
  readonly clientId?: string | undefined
  /** On whose behalf, as "User:name", where access is controlled. Default: this process, which may do everything. */
  readonly principal?: string | undefined
}

/** Starts a broker over `directory`; recovers what a killed one left. MR-4001 if another process uses the directory. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { directory, clock = systemClock, random = systemRandom, onStorageFailure, signal } = options
  const given = options.files ?? new NodeFiles()
  const files = onStorageFailure === undefined ? given : new WatchedFiles(given, onStorageFailure)
  registerAllCodecs()
  const context = await assemble({ directory, files, clock, random, config: options.config, signal })
  const { onFault = warn, onRefused = () => undefined } = options
  for (const damage of damageFound(context.logs.partitions())) onFault(damage)
  for (const stray of straysFound(context.logs.strays)) onFault(stray)
  for (const lost of lostFound(context.logs.lost)) onFault(lost)
  for (const failure of [...context.groups.failures, ...context.transactions.failures]) onFault(failure)
  return new Broker(context, { onFault, onRefused })
}

/** Who is told of what. */
interface BrokerReports {
  readonly onFault: (fault: StreamsError) => void
  readonly onRefused: NonNullable<BrokerOptions['onRefused']>
}

export class Broker {
  /** Opens connections to this broker by the address that its metadata tells. */
  readonly network: Network
  readonly #context: BrokerContext
  readonly #dispatch: Dispatch
  readonly #maintenance: Maintenance
  readonly #connections = new Map<InProcessConnection, number>()
  readonly #listeners = new Set<Listener>()
  readonly #limits: NetworkLimits
  readonly #onFault: (fault: StreamsError) => void
  readonly #onRefused: NonNullable<BrokerOptions['onRefused']>
  #connectionCount = 0
  #closing: Deferred<void> | undefined

  /** @internal Use `startBroker`. */
  constructor(context: BrokerContext, { onFault, onRefused }: BrokerReports) {
    this.#context = context
    this.#onFault = onFault
    this.#onRefused = onRefused
    this.#dispatch = new Dispatch(context, onFault)
    const { config, clock } = context
    this.#limits = networkLimits(context)
    this.#maintenance = new Maintenance(clock, () => this.#maintain(), {
      intervalMs: Math.min(
        config['log.cleaner.backoff.ms'],
        config['log.retention.check.interval.ms'],
        config['log.flush.offset.checkpoint.interval.ms'],
      ),
    })
    context.logs.onUpkeepDue = () => this.#maintenance.hurry()
    this.network = { connect: (host, port, clientId) => this.#connectTo({ host, port }, clientId) }
  }

  get clusterId(): string {
    return this.#context.identity.clusterId
  }

  /** The address that metadata tells, and that `network` takes. */
  get host(): string {
    return this.#context.identity.host
  }

  get port(): number {
    return this.#context.identity.port
  }

  /** A connection within this process. */
  connect({ clientId, principal = ownProcess }: ConnectOptions = {}): Connection {
    if (this.#closing !== undefined) throw new StreamsError('MR-5001', { what: 'the broker is closed' })
    const connectionId = ++this.#connectionCount
    const connection = new InProcessConnection({
      dispatch: this.#dispatch,
      peer: {
        connectionId,
        clientId: clientId ?? null,
        clientHost: 'in-process',
        advertised: this.#context.identity,
        session: openSession(principal),
        answerMemory: undefined,
      },
      queuedMax: this.#context.config['queued.max.requests'],
      onClosed: closed => {
        this.#connections.delete(closed)
        this.#context.groups.connectionClosed(connectionId)
      },
    })
    this.#connections.set(connection, connectionId)
    return connection
  }

  /** Takes connections over TCP, until the broker is closed. Rejects with MR-5026 if the address cannot be had. */
  async listen({
    host = '127.0.0.1',
    port = this.port,
    advertised,
    tls,
    sasl,
  }: ListenOptions = {}): Promise<ListenAddress> {
    if (this.#closing !== undefined) throw new StreamsError('MR-5001', { what: 'the broker is closed' })
    const { config, groups, credentials, clock } = this.#context
    const listener = await Listener.open({
      host,
      port,
      backlog: config['socket.listen.backlog.size'],
      advertised: found => {
        const told = advertised ?? { host: this.host, port: port === 0 ? 0 : this.port }
        return told.port === 0 ? { host: told.host, port: found } : told
      },
      tls,
      session: principal =>
        sasl === undefined
          ? openSession(principal)
          : loginSession(new Login({ options: sasl, credentials, clock })),
      dispatch: this.#dispatch,
      clock,
      send: tls === undefined ? systemSend() : undefined,
      loginFrameBytesMax: Math.min(
        config['sasl.server.max.receive.size'],
        config['socket.request.max.bytes'],
      ),
      failedLoginDelayMs: config['connection.failed.authentication.delay.ms'],
      frameBytesMax: config['socket.request.max.bytes'],
      requestMemoryMax: config['request.memory.max.bytes'],
      idleMs: config['connections.max.idle.ms'],
      ...this.#limits,
      nextConnectionId: () => ++this.#connectionCount,
      onRefused: this.#onRefused,
      onClosed: connectionId => groups.connectionClosed(connectionId),
    })
    this.#listeners.add(listener)
    return { host, port: listener.port }
  }

  /**
   * Sets the password of a user for SCRAM, as AlterUserScramCredentials does over the network: how the first user comes to be
   * where every listener asks for a login. `RangeError` for an empty name or password, or rounds out of range.
   */
  async setPassword(password: ScramPassword): Promise<void> {
    const { user, iterations = iterationsMin } = password
    if (user === '' || password.password === '') throw new RangeError('user and password must not be empty')
    if (!Number.isInteger(iterations) || iterations < iterationsMin || iterations > iterationsMax) {
      throw new RangeError(`iterations must be from ${iterationsMin} to ${iterationsMax}, not ${iterations}`)
    }
    const { credentials, topics } = this.#context
    credentials.put(password.mechanism, user, await deriveCredential(password))
    await topics.durable()
  }

  /** Ends connections, lets requests under way reject, and writes the clean stop. Idempotent. */
  async close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.promise
    this.#closing = deferred()
    try {
      const { delayed, groups, transactions, logs } = this.#context
      this.#maintenance.close()
      await Promise.all(Array.from(this.#connections.keys(), connection => connection.close()))
      await Promise.all(Array.from(this.#listeners, listener => listener.close()))
      delayed.close()
      groups.close()
      transactions.close()
      await logs.close()
      this.#closing.resolve()
    } catch (error) {
      this.#closing.reject(error)
    }
    return this.#closing.promise
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #connectTo({ host, port }: ListenAddress, clientId: string | undefined): Promise<Connection> {
    if (host === this.host && port === this.port && this.#closing === undefined) {
      return Promise.resolve(this.connect({ clientId }))
    }
    const what = `nothing answers at ${host}:${port}`
    return Promise.reject(
      new StreamsError('MR-5001', { what, why: `The broker is ${this.host}:${this.port}.` }),
    )
  }

  /** One round of upkeep; whether there is more to do at once. */
  #maintain(): boolean {
    const { logs, clock } = this.#context
    const { busy, faults } = logs.maintain(clock.now())
    for (const { log, error } of faults) this.#report(log, error)
    this.#mendRegistry()
    for (const log of logs.partitions()) {
      if (log.state === 'failed') this.#revive(log)
    }
    return busy
  }

  /**
   * A log whose disk failed is recovered from what the disk has, as a restart would; the registry mends itself. Not those of
   * the coordinators: they hold in memory what the log may have lost, so they stay refused until the broker is started anew.
   */
  #revive(log: PartitionLog): void {
    if (log.topic === metadataLogName) return
    if (isInternalTopic(log.topic)) {
      this.#report(log, new Error('the log failed and needs a restart of the broker'))
      return
    }
    try {
      log.reopen(this.#context.clock.now())
    } catch (error) {
      this.#report(log, error)
    }
  }

  #mendRegistry(): void {
    const { topics, logs } = this.#context
    try {
      topics.mend()
    } catch (error) {
      this.#report(logs.get(metadataLogName, 0), error)
    }
  }

  #report(log: PartitionLog | undefined, cause: unknown): void {
    const where = log === undefined ? undefined : partitionKey(log.topic, log.partition)
    const what = `upkeep of the logs failed: ${String(cause)}`
    this.#onFault(
      new StreamsError('MR-5025', { what, where, why: 'It is tried again at its next turn.', cause }),
    )
  }
}

function warn(fault: StreamsError): void {
  process.emitWarning(fault)
}
