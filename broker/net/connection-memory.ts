/** What one connection holds of the budgets that all share: its requests in one, its untaken answers in the other. */
import { StreamsError } from '../../src/base/errors.ts'
import { freeBytes, type ByteBudget, type ByteHolder } from './byte-budget.ts'

/** The budgets of a broker's connections. */
export interface ConnectionBudgets {
  readonly requests: ByteBudget
  readonly answers: ByteBudget
}

interface ConnectionMemoryParts {
  readonly budgets: ConnectionBudgets
  /** There is room again for what had to wait. */
  readonly resume: () => void
  /** The connection is to be closed for this reason, because others wait for what it holds. */
  readonly giveUp: (reason: StreamsError) => void
}

const fetchKey = 1

export class ConnectionMemory {
  readonly #budgets: ConnectionBudgets
  readonly #request: ByteHolder
  readonly #answer: ByteHolder

  constructor({ budgets, resume, giveUp }: ConnectionMemoryParts) {
    this.#budgets = budgets
    const holder = (what: string): ByteHolder => ({ resume, giveUp: () => giveUp(overdrawn(what)) })
    this.#request = holder('a large request that did not arrive whole')
    this.#answer = holder('a large answer that was not taken')
  }

  /** Whether requests that arrive should be given no more room than they need soon. */
  get isScarce(): boolean {
    return this.#budgets.requests.isScarce
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

  /** Says how many bytes of answers the client has not taken. */
  answersHeld(bytes: number): void {
    this.#budgets.answers.hold(this.#answer, bytes)
  }

  /** Holds nothing any more. Idempotent. */
  close(): void {
    this.#budgets.requests.leave(this.#request)
    this.#budgets.answers.leave(this.#answer)
  }
}

function overdrawn(what: string): StreamsError {
  return new StreamsError('MR-5028', {
    what: `the connection held ${what} while others waited for the memory`,
    fix: 'raise queued.max.request.bytes or queued.max.response.bytes of the broker if its clients are honest',
  })
}
