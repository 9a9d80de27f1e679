/**
 * One connection of the fuzzer: sends a frame and a probe behind it, and knows by the answer to the probe that the frame was
 * dealt with. A connection that ended is opened anew for the next frame.
 */
import { connect, type Socket } from 'node:net'
import { deferred, type Deferred } from '../../src/base/deferred.ts'
import { requestFrame } from '../../src/protocol/envelope.ts'
import { FrameSplitter } from '../../src/protocol/frame.ts'
import { ApiVersions } from '../../src/protocol/messages/18-api-versions.ts'

/** What became of a frame. */
export type LaneOutcome = 'answered' | 'refused' | 'silent'

/** No fuzzed request has it: theirs are not negative. */
const probeId = -77
const probe = Buffer.concat(
  requestFrame(ApiVersions, 0, ApiVersions.request.create({}), { correlationId: probeId, clientId: null }),
)

export class Lane {
  readonly #port: number
  #socket: Socket | undefined
  #waiting: Deferred<LaneOutcome> | undefined

  constructor(port: number) {
    this.#port = port
  }

  /**
   * Sends a frame. Without an end or an answer after `silenceMs` the connection is given up: the frame waits in a group,
   * or announced more bytes than it has.
   */
  async send(frame: Uint8Array, silenceMs: number): Promise<LaneOutcome> {
    const socket = (this.#socket ??= this.#open())
    const waiting = deferred<LaneOutcome>()
    this.#waiting = waiting
    const timer = setTimeout(() => {
      this.close()
      waiting.resolve('silent')
    }, silenceMs)
    socket.cork()
    socket.write(frame)
    socket.write(probe)
    socket.uncork()
    const outcome = await waiting.promise
    clearTimeout(timer)
    return outcome
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    const splitter = new FrameSplitter(2 ** 31 - 1)
    socket.on('data', (chunk: Uint8Array) =>
      splitter.push(chunk, answer => {
        if (correlationIdOf(answer) === probeId) this.#settle('answered')
      }),
    )
    // Whether the end comes as one or as a reset hangs on what was still unread.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      this.#settle('refused')
    })
    return socket
  }

  #settle(outcome: LaneOutcome): void {
    this.#waiting?.resolve(outcome)
    this.#waiting = undefined
  }
}

function correlationIdOf(answer: Uint8Array): number {
  return new DataView(answer.buffer, answer.byteOffset, 4).getInt32(0)
}
