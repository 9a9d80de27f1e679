/**
 * A listening socket and the connections that came through it.
 *
 * Bounded by `connectionsMax` and `connectionsPerHostMax`: a connection beyond them is closed at once, and the others are
 * not touched.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { StreamsError } from '../../src/base/errors.ts'
import type { Peer } from '../handlers/handler.ts'
import { TcpConnection, type TcpConnectionOptions } from './tcp-connection.ts'

export interface ListenerOptions extends Omit<TcpConnectionOptions, 'socket' | 'peer' | 'onClosed'> {
  /** '' for all interfaces. */
  readonly host: string
  /** Connections that may wait to be taken. */
  readonly backlog: number
  /** 0 for any that is free: see `port`. */
  readonly port: number
  /** What clients that come this way are told; called once the port is known. */
  readonly advertised: (port: number) => Peer['advertised']
  readonly connectionsMax: number
  readonly connectionsPerHostMax: number
  readonly nextConnectionId: () => number
  readonly onClosed: (connectionId: number) => void
}

export class Listener {
  readonly #server: Server
  readonly #options: ListenerOptions
  readonly #connections = new Set<TcpConnection>()
  readonly #perHost = new Map<string, number>()
  #advertised: Peer['advertised'] | undefined

  private constructor(server: Server, options: ListenerOptions) {
    this.#server = server
    this.#options = options
    server.on('connection', socket => this.#accept(socket))
  }

  /** Binds the address. Rejects with MR-5026 if that fails. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const { host, port } = options
    const server = createServer({ noDelay: true, keepAlive: true })
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
    await closed
  }

  #accept(socket: Socket): void {
    const { connectionsMax, connectionsPerHostMax, nextConnectionId } = this.#options
    const clientHost = socket.remoteAddress ?? 'unknown'
    const fromHost = this.#perHost.get(clientHost) ?? 0
    if (this.#connections.size >= connectionsMax || fromHost >= connectionsPerHostMax) {
      socket.destroy()
      return
    }
    this.#perHost.set(clientHost, fromHost + 1)
    this.#advertised ??= this.#options.advertised(this.port)
    const advertised = this.#advertised
    const peer: Omit<Peer, 'clientId'> = { connectionId: nextConnectionId(), clientHost, advertised }
    const connection = new TcpConnection({
      ...this.#options,
      socket,
      peer,
      onClosed: closed => {
        this.#connections.delete(closed)
        const left = this.#perHost.get(clientHost)! - 1
        if (left === 0) this.#perHost.delete(clientHost)
        else this.#perHost.set(clientHost, left)
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
