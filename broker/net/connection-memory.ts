/** What one connection holds of the budgets that all share: its requests in one, its untaken answers in the other. */
import { StreamsError } from '../../src/base/errors.ts'
import { AnswerMemory } from './answer-memory.ts'
import { freeBytes, type ByteBudget, type ByteHolder } from './byte-budget.ts'
import type { BufferPool } from './buffer-pool.ts'
import { FrameRoom } from './frame-room.ts'

/** What a broker's connections share: how much they may hold, and memory that is used again. */
export interface ConnectionBudgets {
  readonly requests: ByteBudget
  readonly answers: ByteBudget
  readonly pool: BufferPool
}

interface ConnectionMemoryParts {
  readonly budgets: ConnectionBudgets
  /** There is room again for what had to wait. */
  readonly resume: () => void
  /** Whether answers may hold ranges of files. */
  readonly sendsFiles: boolean
  /** The connection is to be closed for this reason, because others wait for what it holds. */
  readonly giveUp: (reason: StreamsError) => void
}

const produceKey = 0
const fetchKey = 1

export class ConnectionMemory {
  /** Where requests are gathered. */
  readonly frames: FrameRoom
  /** Where records of answers are read to. */
  readonly records: AnswerMemory
  readonly #budgets: ConnectionBudgets
  readonly #request: ByteHolder
  readonly #answer: ByteHolder

  constructor({ budgets, sendsFiles, resume, giveUp }: ConnectionMemoryParts) {
    this.#budgets = budgets
    this.frames = new FrameRoom(budgets.pool, () => budgets.requests.isScarce)
    this.records = new AnswerMemory({
      pool: budgets.pool,
      isScarce: () => budgets.answers.isScarce,
      sendsFiles,
    })
    const holder = (what: string): ByteHolder => ({ resume, giveUp: () => giveUp(overdrawn(what)) })
    this.#request = holder('a large request that did not arrive whole')
    this.#answer = holder('a large answer that was not taken')
  }

  /** Says how many bytes of requests are held; answers whether more may be read, and sees to it that `resume` is called if not. */
  mayRead(bytes: number): boolean {
    const { requests } = this.#budgets
    requests.hold(this.#request, bytes)
    if (!requests.isExhausted || bytes < freeBytes) return true
    requests.wait(this.#request)
    return false
  }

  /** Whether a request may be handled now. Only fetches have answers so large that they have to wait for others'. */
  mayHandle(frame: Uint8Array): boolean {
    const { answers } = this.#budgets
    const isFetch = frame.length >= 2 && frame[0] === 0 && frame[1] === fetchKey
    if (!isFetch || !answers.isExhausted) return true
    answers.wait(this.#answer)
    return false
  }

  /** A request was answered, and what it was read from is not needed any more, as far as its API lets one say so. */
  handled(frame: Uint8Array): void {
    // The log copies what it keeps of records that were lent to it. Other handlers may keep views of their requests.
    if (frame.length >= 2 && frame[0] === 0 && frame[1] === produceKey) this.#budgets.pool.give(frame)
  }

  /** Says how many bytes of answers the client has not taken. */
  answersHeld(bytes: number): void {
    this.#budgets.answers.hold(this.#answer, bytes)
  }

  /** Holds nothing any more. Idempotent. */
  close(): void {
    this.#budgets.requests.leave(this.#request)
    this.#budgets.answers.leave(this.#answer)
    this.records.close()
  }
}

function overdrawn(what: string): StreamsError {
  return new StreamsError('MR-5028', {
    what: `the connection held ${what} while others waited for the memory`,
    fix: 'raise queued.max.request.bytes or queued.max.response.bytes of the broker if its clients are honest',
  })
}
