/**
 * Connections over TCP: requests are encoded, answers read off the socket in the order of the requests (semantics G3).
 *
 * A connection begins with ApiVersions, of which it keeps what both ends speak. The request goes out in version 3, the
 * first with a name for the client; a broker that does not know it answers in version 0 and is asked again in that. Then
 * comes the login, if there is one; where the broker's sessions end, requests wait while it is renewed (KIP-368).
 */
import { connect as openSocket, type Socket } from 'node:net'
import { connect as openSecured } from 'node:tls'
import { deferred, type Deferred } from '../../src/base/deferred.ts'
import { StreamsError } from '../../src/base/errors.ts'
import type { Api } from '../../src/protocol/api.ts'
import type { Connection, Network } from '../../src/protocol/connection.ts'
import { readMessage } from '../../src/protocol/decode.ts'
import { readResponse, requestFrame } from '../../src/protocol/envelope.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { readCorrelationId } from '../../src/protocol/header.ts'
import type { ProduceRequest } from '../../src/protocol/messages/00-produce.ts'
import { ApiVersions, type ApiVersionsResponse } from '../../src/protocol/messages/18-api-versions.ts'
import { commonVersions, type VersionRange } from '../../src/protocol/negotiate.ts'
import { Reader } from '../../src/protocol/reader.ts'
import { FrameIntake } from './frame-intake.ts'
import { logIn, type SaslLogin } from './sasl-login.ts'
import { connectOptions, type TlsTrust } from './tls-trust.ts'

const produceKey = 0
const namedSince = 3
/** The part of a session after which it is renewed: requests that are under way still come in time. */
const renewAfter = 0.85

export interface TcpNetworkOptions {
  /** Name and version of the software, told once a connection. */
  readonly software: { readonly name: string; readonly version: string }
  /** The largest answer taken, in bytes. Default 100 MiB; a fetch asks for less. */
  readonly frameBytesMax?: number
  /** How to talk TLS. Default: not at all. */
  readonly tls?: TlsTrust | undefined
  /** Whom to log in as. Default: nobody. */
  readonly sasl?: SaslLogin | undefined
}

export class TcpNetwork implements Network {
  readonly #options: TcpNetworkOptions

  constructor(options: TcpNetworkOptions) {
    this.#options = options
  }

  /**
   * Rejects with MR-5001 if nothing answers there, MR-5013 if what answers shares no version of
   * ApiVersions, MR-5031 if the login is refused, MR-5032 if TLS cannot be agreed.
   */
  async connect(host: string, port: number, clientId?: string): Promise<Connection> {
    const intake = new FrameIntake(this.#options.frameBytesMax ?? 100 << 20)
    const socket = await this.#open(host, port, intake)
    const address = `${host}:${port}`
    const connection = new TcpConnection(socket, intake, { address, clientId, options: this.#options })
    try {
      await connection.negotiate()
      await connection.logIn()
      return connection
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  async #open(host: string, port: number, intake: FrameIntake): Promise<Socket> {
    const { tls } = this.#options
    const address = { host, port, noDelay: true, keepAlive: true, onread: intake.onread }
    const isSecured = tls !== undefined
    const socket = isSecured ? openSecured({ ...address, ...connectOptions(host, tls) }) : openSocket(address)
    await new Promise<void>((resolve, reject) => {
      let isConnected = false
      socket.once('connect', () => (isConnected = true))
      socket.once(isSecured ? 'secureConnect' : 'connect', resolve)
      socket.once('error', (cause: NodeJS.ErrnoException) =>
        reject(isConnected ? notSecured(`${host}:${port}`, cause) : unreachable(host, port, cause)),
      )
    })
    socket.removeAllListeners('error')
    return socket
  }
}

interface Outstanding {
  readonly correlationId: number
  readonly name: string
  readonly read: (reader: Reader) => void
  readonly reject: Deferred<unknown>['reject']
}

class TcpConnection implements Connection {
  readonly closed: Promise<void>
  readonly #socket: Socket
  readonly #address: string
  readonly #clientId: string | null
  readonly #options: TcpNetworkOptions
  readonly #outstanding: Outstanding[] = []
  #ranges: ReadonlyMap<number, VersionRange> = new Map()
  #correlationId = 0
  #isClosed = false
  /** When the session should be renewed, by `performance.now()`. */
  #renewAtMs = Infinity
  /** A renewal under way: requests wait for it. */
  #renewal: Promise<void> | undefined

  constructor(
    socket: Socket,
    intake: FrameIntake,
    given: { address: string; clientId: string | undefined; options: TcpNetworkOptions },
  ) {
    this.#socket = socket
    this.#address = given.address
    this.#clientId = given.clientId ?? null
    this.#options = given.options
    const { promise, resolve } = deferred()
    this.closed = promise
    let cause: Error | undefined
    intake.deliver(
      frame => this.#receive(frame),
      error => {
        // What was promised to come next is not there: nothing that follows can be understood.
        this.#end(error)
        socket.destroy()
      },
    )
    // Bytes go to the intake; without this nothing is read.
    socket.resume()
    socket.on('error', error => (cause = error))
    socket.on('close', () => {
      this.#end(cause)
      resolve()
    })
  }

  versions(api: Api<unknown, unknown>): VersionRange | undefined {
    return commonVersions(api, this.#ranges.get(api.key))
  }

  send<Request, Response>(api: Api<Request, Response>, version: number, request: Request): Promise<Response> {
    const read = (reader: Reader) => readResponse(reader, api, version)
    if (this.#renewal === undefined && performance.now() < this.#renewAtMs) {
      return this.#send(api, version, request, read)
    }
    this.#renewal ??= this.logIn().finally(() => (this.#renewal = undefined))
    return this.#renewal.then(() => this.#send(api, version, request, read))
  }

  /** Logs in, or renews the session before it ends. Closes the connection if that fails. */
  async logIn(): Promise<void> {
    const { sasl } = this.#options
    if (sasl === undefined) return
    try {
      const { sessionMs } = await logIn(sasl, this.#address, (api, version, request) =>
        this.#send(api, version, request, reader => readResponse(reader, api, version)),
      )
      this.#renewAtMs = sessionMs > 0 ? performance.now() + sessionMs * renewAfter : Infinity
    } catch (error) {
      void this.close()
      throw error
    }
  }

  close(): Promise<void> {
    this.#isClosed = true
    this.#socket.destroy()
    return this.closed
  }

  /** Asks which versions the broker speaks. */
  async negotiate(): Promise<void> {
    const { name, version } = this.#options.software
    const request = ApiVersions.request.create({ clientSoftwareName: name, clientSoftwareVersion: version })
    let answer = await this.#send(ApiVersions, namedSince, request, readApiVersions)
    if (answer.errorCode === kafkaErrors.UNSUPPORTED_VERSION.code) {
      answer = await this.send(ApiVersions, 0, ApiVersions.request.create({}))
    }
    if (answer.errorCode !== 0) {
      throw new StreamsError('MR-5013', {
        what: `${this.#address} refuses to say which versions it speaks: error ${answer.errorCode}`,
        fix: 'use Apache Kafka 2.4 or later, or the embedded broker',
      })
    }
    this.#ranges = new Map(
      answer.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [
        apiKey,
        { min: minVersion, max: maxVersion },
      ]),
    )
  }

  #send<Request, Response>(
    api: Api<Request, Response>,
    version: number,
    request: Request,
    read: (reader: Reader) => Response,
  ): Promise<Response> {
    if (this.#isClosed) return Promise.reject(this.#lost(api.name))
    const correlationId = this.#correlationId
    this.#correlationId = (correlationId + 1) & 0x7fff_ffff
    const chunks = requestFrame(api, version, request, { correlationId, clientId: this.#clientId })
    const { promise, resolve, reject } = deferred<Response>()
    if (api.key === produceKey && (request as ProduceRequest).acks === 0) resolve(api.response.create({}))
    else
      this.#outstanding.push({ correlationId, name: api.name, read: reader => resolve(read(reader)), reject })
    this.#socket.cork()
    for (const chunk of chunks) this.#socket.write(chunk)
    this.#socket.uncork()
    return promise
  }

  #receive(frame: Uint8Array): void {
    const reader = new Reader(frame)
    const correlationId = readCorrelationId(reader)
    const expected = this.#outstanding.shift()
    if (expected?.correlationId !== correlationId) {
      if (expected !== undefined) this.#outstanding.unshift(expected)
      throw new StreamsError('MR-5010', {
        what: `${this.#address} answered request ${correlationId}, and ${expected?.correlationId ?? 'none'} was next`,
      })
    }
    try {
      expected.read(reader)
    } catch (error) {
      expected.reject(error)
      throw error
    }
  }

  #end(cause: Error | undefined): void {
    this.#isClosed = true
    for (const { name, reject } of this.#outstanding.splice(0)) reject(this.#lost(name, cause))
  }

  #lost(request: string, cause?: Error): StreamsError {
    // In TLS 1.3 a client's certificate is refused when the client thinks that all is agreed: before the first answer.
    const isFirst = this.#ranges.size === 0
    if (isFirst && isAlert(cause)) return notSecured(this.#address, cause)
    return new StreamsError('MR-5001', {
      what: `the connection to ${this.#address} was closed before ${request} was answered`,
      why: isFirst
        ? 'Something listens there that does not take this client as it is.'
        : 'Whether the broker acted on it is not known.',
      fix: isFirst
        ? 'check that Kafka listens on that port, and give this client TLS or a login if its listener wants them (on the command line: -X security.protocol=...)'
        : undefined,
      cause,
    })
  }
}

/** A version that the broker does not know is answered in version 0, whatever was asked in (KIP-511). */
function readApiVersions(reader: Reader): ApiVersionsResponse {
  const { position } = reader
  const errorCode = reader.int16()
  reader.position = position
  const version = errorCode === kafkaErrors.UNSUPPORTED_VERSION.code ? 0 : namedSince
  return readMessage(reader, ApiVersions.response, version)
}

function unreachable(host: string, port: number, cause: NodeJS.ErrnoException): StreamsError {
  return new StreamsError('MR-5001', {
    what: `nothing answers at ${host}:${port}: ${cause.message}`,
    fix: 'check the address, and that the broker runs and advertises one that can be reached from here',
    cause,
  })
}

/** Whether it is OpenSSL that ended the connection, or the other end's TLS by an alert. */
function isAlert(cause: NodeJS.ErrnoException | undefined): cause is Error {
  return cause?.code?.startsWith('ERR_SSL_') === true
}

function notSecured(address: string, cause: Error): StreamsError {
  return new StreamsError('MR-5032', {
    what: `TLS was not agreed with ${address}: ${cause.message.trim()}`,
    fix: 'check the certificates that are trusted, the name in the certificate, that it is a TLS listener, and the certificate of this client if it asks for one',
    cause,
  })
}
