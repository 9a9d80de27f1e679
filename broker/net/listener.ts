/**
 * A listening socket, plain or with TLS, and the connections that came through it.
 *
 * How many there may be is counted for all listeners together (`connection-counts.ts`): a connection beyond that is closed
 * at once, and the others are not touched.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { StreamsError } from '../../src/base/errors.ts'
import type { Peer } from '../handlers/handler.ts'
import { anonymous } from '../security/principal.ts'
import type { Session } from '../security/session.ts'
import { serverOptions, tlsPrincipal, type TlsOptions } from '../security/tls.ts'
import type { ConnectionCounts } from './connection-counts.ts'
import { TcpConnection, type ConnectedPeer, type TcpConnectionOptions } from './tcp-connection.ts'

export interface ListenerOptions extends Omit<TcpConnectionOptions, 'socket' | 'peer' | 'onClosed'> {
  /** '' for all interfaces. */
  readonly host: string
  /** Connections that may wait to be taken. */
  readonly backlog: number
  /** 0 for any that is free: see `port`. */
  readonly port: number
  /** What clients that come this way are told; called once the port is known. */
  readonly advertised: (port: number) => Peer['advertised']
  readonly counts: ConnectionCounts
  readonly nextConnectionId: () => number
  /** `undefined` for plain connections. */
  readonly tls: TlsOptions | undefined
  /** The session of a connection whose certificate, if it has one, is this principal's. */
  readonly session: (principal: string) => Session
  readonly onClosed: (connectionId: number) => void
}

export class Listener {
  readonly #server: Server
  readonly #options: ListenerOptions
  readonly #connections = new Set<TcpConnection>()
  /** Every socket that was let in, also those that are not through with TLS. */
  readonly #sockets = new Set<Socket>()
  #advertised: Peer['advertised'] | undefined

  private constructor(server: Server, options: ListenerOptions) {
    this.#server = server
    this.#options = options
    server.on('connection', (socket: Socket) => {
      if (this.#admit(socket) && options.tls === undefined) this.#accept(socket, anonymous)
    })
    if (options.tls !== undefined) this.#acceptSecured(server, options.tls)
  }

  /** Binds the address. Rejects with MR-5026 if that fails. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const { host, port } = options
    const sockets = { noDelay: true, keepAlive: true }
    const server =
      options.tls === undefined
        ? createServer(sockets)
        : createTlsServer({ ...sockets, ...serverOptions(options.tls) })
    const listener = new Listener(server, options)
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(host, port, cause)))
      server.listen({ ...(host !== '' && { host }), port, backlog: options.backlog }, () => {
        server.removeAllListeners('error')
        // Running out of descriptors fails single accepts; the listener stays.
        server.on('error', () => undefined)
        resolve()
      })
    })
    return listener
  }

  /** The port that is listened on. */
  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : this.#options.port
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** Takes no more connections and ends those that there are. */
  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    await Promise.all(Array.from(this.#connections, connection => connection.close()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  /** Counts a socket in; one beyond the bounds is closed. */
  #admit(socket: Socket): boolean {
    const { counts, dispatch } = this.#options
    const clientHost = socket.remoteAddress ?? 'unknown'
    if (!dispatch.quotas.admitsConnection(clientHost) || !counts.admit(clientHost)) {
      socket.destroy()
      return false
    }
    this.#sockets.add(socket)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      counts.release(clientHost)
    })
    return true
  }

  #acceptSecured(server: Server, tls: TlsOptions): void {
    server.on('secureConnection', (socket: TLSSocket) => {
      const principal = tlsPrincipal(socket, tls)
      if (principal !== undefined) {
        this.#accept(socket, principal)
        return
      }
      this.#refuseSecured(socket, 'the certificate of the client stands for nobody')
      socket.destroy()
    })
    // The socket is destroyed by then; `close` follows.
    server.on('tlsClientError', (error: Error & { readonly reason?: string }, socket: TLSSocket) =>
      // OpenSSL's whole message has addresses and lines of its sources.
      this.#refuseSecured(socket, error.reason ?? error.message.trim()),
    )
  }

  #refuseSecured(socket: Socket, why: string): void {
    const peer = this.#peerOf(socket, anonymous)
    const what = `TLS was not agreed with ${peer.clientHost}: ${why}`
    this.#options.onRefused(new StreamsError('MR-5032', { what }), peer)
  }

  #peerOf(socket: Socket, principal: string): ConnectedPeer {
    this.#advertised ??= this.#options.advertised(this.port)
    return {
      connectionId: this.#options.nextConnectionId(),
      clientHost: socket.remoteAddress ?? 'unknown',
      advertised: this.#advertised,
      encrypted: this.#options.tls !== undefined,
      session: this.#options.session(principal),
    }
  }

  #accept(socket: Socket, principal: string): void {
    const peer = this.#peerOf(socket, principal)
    const connection = new TcpConnection({
      ...this.#options,
      socket,
      peer,
      onClosed: closed => {
        this.#connections.delete(closed)
        this.#options.onClosed(peer.connectionId)
      },
    })
    this.#connections.add(connection)
  }
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): StreamsError {
  const isTaken = cause.code === 'EADDRINUSE'
  return new StreamsError('MR-5026', {
    what: `cannot listen on ${host}:${port}: ${cause.message}`,
    why: isTaken ? 'Another process listens there.' : undefined,
    fix: isTaken
      ? 'Stop it, or choose another port.'
      : 'Choose an address of this machine and a port above 1023.',
    cause,
  })
}
