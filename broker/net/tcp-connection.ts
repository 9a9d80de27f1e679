/**
 * One client's socket: bytes in, requests to dispatch one at a time in order (semantics G3), answers out.
 *
 *   reading   the socket is read; each whole frame is a request
 *   busy      a request waits for its answer, or the client is over a quota: nothing is read meanwhile, so a client can neither pile up requests here nor
 *             have one of its own overtaken
 *   blocked   the client does not take its answers: nothing is read or handled until it does
 *   closed    by the client, by a request that cannot be answered, by a login that failed, or by the broker
 *
 * A connection that has to log in is held to small frames and few requests until it has (`security/login.ts`).
 *
 * Bytes are read into memory that all connections share, or straight into the frame that they belong to.
 *
 * What this holds for a client is bounded: the frame that is arriving, the frames of one chunk of the socket, and the
 * answer that is leaving. What all connections hold together is bounded by budgets (`byte-budget.ts`): where one is
 * exhausted, connections that would hold more are not read, or their fetches not handled, until there is room.
 */
import type { Socket } from 'node:net'
import type { Clock, Timer } from '../../src/base/clock.ts'
import { deferred } from '../../src/base/deferred.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { FrameSplitter } from '../../src/protocol/frame.ts'
import type { Peer } from '../handlers/handler.ts'
import { ArrivalWatch } from './arrival-watch.ts'
import { ConnectionMemory, type ConnectionBudgets } from './connection-memory.ts'
import { readDirectly } from './direct-read.ts'
import type { Dispatch } from './dispatch.ts'
import { expectFiles, FileAnswer } from './file-answer.ts'
import { LoginGate } from './login-gate.ts'
import { answerRequest, readRequest, type WireAnswer } from './request-frame.ts'
import type { SystemSend } from './system-send.ts'

/** Node's timers take no more. */
const idleMsMax = 2 ** 31 - 1

/** Where bytes are read to that begin a frame. All connections share it, since a read and what follows from it are one step. */
const landing = new Uint8Array(64 * 1024)

/** What is known of a client before it says anything. */
export type ConnectedPeer = Omit<Peer, 'clientId' | 'answerMemory'>

export interface TcpConnectionOptions {
  readonly socket: Socket
  readonly dispatch: Dispatch
  readonly clock: Clock
  readonly peer: ConnectedPeer
  /** The largest request, in bytes. */
  readonly frameBytesMax: number
  /** The same before a login, where there is one. */
  readonly loginFrameBytesMax: number
  /** How long a login that failed waits for its end. */
  readonly failedLoginDelayMs: number
  /** What a request may weigh as objects, its record bytes aside. */
  readonly requestMemoryMax: number
  /** What all connections may hold together. */
  readonly budgets: ConnectionBudgets
  /** How ranges of files are sent without reading them; undefined where that cannot be, as on a secured socket. */
  readonly send: SystemSend | undefined
  /** How long a request may arrive slower than 1 KiB a second. */
  readonly arrivalTimeoutMs: number
  /** A connection on which nothing moves for so long is closed; 0 or less for never. */
  readonly idleMs: number
  /** Told why a connection is ended that the client did not end. */
  readonly onRefused: (reason: StreamsError, peer: ConnectedPeer) => void
  readonly onClosed: (connection: TcpConnection) => void
}

export class TcpConnection {
  /** Settles once the socket is gone. */
  readonly closed: Promise<void>
  readonly #options: TcpConnectionOptions
  readonly #splitter: FrameSplitter
  /** `undefined` where there is no login. */
  readonly #gate: LoginGate | undefined
  readonly #memory: ConnectionMemory
  readonly #arrival: ArrivalWatch
  /** Whole requests that have not been answered: one that is busy, and those behind it. */
  readonly #frames: Uint8Array[] = []
  #framesBytes = 0
  #framesRead = 0
  #busyBytes = 0
  /** Reused as long as the client calls itself the same. */
  #peer: Peer
  #isBusy = false
  /** An answer that the system has taken only in part. */
  #leaving: FileAnswer | undefined
  /** Ends the wait of a client over its quota. */
  #throttle: Timer | undefined
  #isClosed = false

  constructor(options: TcpConnectionOptions) {
    this.#options = options
    const { login } = options.peer.session
    this.#gate = login === undefined ? undefined : new LoginGate(login, options)
    const { promise, resolve } = deferred()
    this.closed = promise
    this.#memory = new ConnectionMemory({
      budgets: options.budgets,
      sendsFiles: options.send !== undefined,
      resume: () => this.#work(),
      giveUp: reason => this.#refuse(reason),
    })
    const { frames, records } = this.#memory
    this.#splitter = new FrameSplitter(this.#gate?.frameBytesMax ?? options.frameBytesMax, frames)
    this.#peer = { ...options.peer, clientId: null, answerMemory: records }
    this.#arrival = this.#watchArrival()
    const { socket, idleMs, send } = options
    socket.setNoDelay(true)
    if (send !== undefined) expectFiles(socket, send)
    socket.setTimeout(Math.max(0, Math.min(idleMs, idleMsMax)), () => {
      // A request that is answered late (a fetch that waits) is not idleness.
      if (!this.#isBusy) socket.destroy()
    })
    const isDirect = readDirectly(socket, {
      room: () => this.#splitter.room ?? landing,
      filled: (count, room) => this.#read(room.subarray(0, count), room === landing ? 'lent' : 'in place'),
    })
    if (!isDirect) socket.on('data', (chunk: Uint8Array) => this.#read(chunk, 'ours'))
    socket.on('drain', () => {
      this.#memory.answersHeld(0)
      this.#work()
    })
    // Resets and broken pipes are how clients go away; `close` follows.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#isClosed = true
      this.#frames.length = 0
      this.#memory.close()
      this.#leaving?.close()
      this.#arrival.close()
      this.#throttle?.cancel()
      resolve()
      options.onClosed(this)
    })
  }

  /** Bytes of a frame that has not arrived whole. */
  get pendingBytes(): number {
    return this.#splitter.pendingBytes
  }

  /** Ends the connection at once; a request under way is not answered. */
  close(): Promise<void> {
    this.#isClosed = true
    // At once: whoever waits for what this connection holds is not to wait for its socket.
    this.#memory.close()
    this.#options.socket.destroy()
    return this.closed
  }

  /** Bytes that are ours to keep, or lent until this returns, or already in their place in the frame that is arriving. */
  #read(chunk: Uint8Array, whose: 'ours' | 'lent' | 'in place'): void {
    if (this.#isClosed) return
    try {
      if (whose === 'in place') this.#splitter.filled(chunk.length, this.#enqueue)
      else this.#splitter.push(chunk, this.#enqueue, whose === 'lent')
    } catch (error) {
      this.#refuse(error)
      return
    }
    if (this.#splitter.pendingBytes > 0) this.#arrival.begin()
    this.#work()
  }

  /** Handles what has arrived, until nothing is left, an answer must be awaited, or answers are not taken. */
  #work(): void {
    const { socket } = this.#options
    socket.cork()
    while (!this.#isClosed && !this.#isBusy && this.#leaving === undefined && !socket.writableNeedDrain) {
      const frame = this.#frames[0]
      if (frame === undefined || !this.#memory.mayHandle(frame)) break
      this.#frames.shift()
      this.#framesBytes -= frame.length
      this.#handle(frame)
    }
    socket.uncork()
    if (this.#isClosed) return
    const held = this.#splitter.heldBytes + this.#framesBytes + this.#busyBytes
    const hasRoom = this.#memory.mayRead(held)
    // A large answer that the system took at once needs its `drain` event all the same, but nothing waits for the client.
    const isUntaken = this.#leaving !== undefined || (socket.writableNeedDrain && socket.writableLength > 0)
    if (!hasRoom || this.#isBusy || this.#frames.length > 0 || isUntaken) socket.pause()
    else socket.resume()
  }

  readonly #enqueue = (frame: Uint8Array): void => {
    this.#frames.push(frame)
    this.#framesBytes += frame.length
    this.#framesRead++
  }

  #watchArrival(): ArrivalWatch {
    const { clock, arrivalTimeoutMs: timeoutMs, socket, peer } = this.#options
    return new ArrivalWatch({
      clock,
      timeoutMs,
      look: () => ({
        requests: this.#framesRead,
        pendingBytes: this.#splitter.pendingBytes,
        isRead: !socket.isPaused(),
      }),
      onSlow: () => {
        const what = `a request from ${peer.clientHost} arrived slower than 1 KiB a second for ${timeoutMs} ms`
        this.#refuse(new StreamsError('MR-5027', { what }))
      },
    })
  }

  #handle(frame: Uint8Array): void {
    const { dispatch, requestMemoryMax } = this.#options
    try {
      const bare = this.#gate?.admit(frame)
      if (bare !== undefined) {
        this.#writeLogin(bare)
        return
      }
      const request = readRequest(dispatch, frame, requestMemoryMax)
      const outcome = answerRequest(dispatch, request, this.#peerNamed(request.clientId))
      if (!(outcome instanceof Promise)) {
        this.#answer(outcome)
        this.#memory.handled(frame)
        return
      }
      this.#isBusy = true
      this.#busyBytes = frame.length
      outcome.then(
        answer => {
          this.#isBusy = false
          this.#busyBytes = 0
          if (this.#isClosed) return
          this.#answer(answer)
          this.#memory.handled(frame)
          this.#work()
        },
        (error: unknown) => this.#refuse(error),
      )
    } catch (error) {
      this.#refuse(error)
    }
  }

  /** Sends an answer; a client over its quota is not read for as long as it was told to hold back. */
  #answer({ frame, throttleMs }: WireAnswer): void {
    this.#write(frame)
    if (throttleMs <= 0 || this.#isClosed) return
    this.#isBusy = true
    this.#throttle = this.#options.clock.setTimer(throttleMs, () => {
      this.#isBusy = false
      if (!this.#isClosed) this.#work()
    })
  }

  /** The answer to a token that came bare; a login that failed is not answered. */
  #writeLogin(answer: readonly Uint8Array[] | Promise<undefined>): void {
    if (!(answer instanceof Promise)) {
      this.#write(answer)
      return
    }
    this.#isBusy = true
    this.#tellRefusedLogin()
    void answer.then(() => this.close())
  }

  #tellRefusedLogin(): void {
    const { onRefused, peer } = this.#options
    onRefused(new StreamsError('MR-5031', { what: `a login from ${peer.clientHost} was refused` }), peer)
  }

  #peerNamed(clientId: string | null): Peer {
    if (this.#peer.clientId !== clientId) this.#peer = { ...this.#peer, clientId }
    return this.#peer
  }

  #write(chunks: readonly Uint8Array[] | undefined): void {
    if (chunks === undefined) return
    const { socket, send } = this.#options
    const { ranges, written } = this.#memory.records.leave()
    if (ranges !== undefined && send !== undefined) {
      const onTaken = (): void => {
        this.#leaving = undefined
        written?.()
        this.#work()
      }
      const answer = new FileAnswer({
        socket,
        send,
        chunks,
        ranges,
        onTaken,
        onFailed: error => this.#refuse(error),
      })
      if (answer.start()) written?.()
      else {
        this.#leaving = answer
        this.#memory.answersHeld(socket.writableLength)
      }
      return
    }
    socket.cork()
    const last = chunks.length - 1
    for (let index = 0; index < last; index++) socket.write(chunks[index]!)
    socket.write(chunks[last]!, written)
    socket.uncork()
    if (socket.writableNeedDrain) this.#memory.answersHeld(socket.writableLength)
    if (this.#gate === undefined) return
    this.#splitter.frameBytesMax = this.#gate.frameBytesMax
    if (!this.#gate.isRefused) return
    // The client has been told why; what it sends from now on is not read.
    this.#isClosed = true
    this.#frames.length = 0
    this.#tellRefusedLogin()
    socket.end(() => socket.destroy())
  }

  /** Whatever is thrown on the way of a request ends its connection (dispatch reports faults itself). */
  #refuse(error: unknown): void {
    if (this.#isClosed) return
    const reason =
      error instanceof StreamsError
        ? error
        : new StreamsError('MR-5023', {
            what: `the broker failed over a request: ${String(error)}`,
            cause: error,
          })
    this.#options.onRefused(reason, this.#options.peer)
    void this.close()
  }
}
