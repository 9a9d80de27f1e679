/**
 * Whether a log takes writes.
 *
 *   open ---a sync fails, or torn bytes cannot be cut off---> failed ---reopen---> open
 *     \---------------------------close-----------------------> closed <--close---/
 *
 *   state    append                   read              flush
 *   open     yes                      yes               yes
 *   failed   MR-4004 until reopened   yes               MR-4004 until reopened
 *   closed   misuse (assert)          misuse (assert)   misuse (assert)
 */
import { assert } from '../../src/base/assert.ts'
import { StreamsError } from '../../src/base/errors.ts'

export type LogStateName = 'open' | 'failed' | 'closed'

const nextStates: Readonly<Record<LogStateName, readonly LogStateName[]>> = {
  open: ['failed', 'closed'],
  failed: ['open', 'closed'],
  closed: [],
}

export class LogState {
  readonly #directory: string
  readonly #onFailed: () => void
  #name: LogStateName = 'open'
  #failure: unknown

  /** `onFailed` is told at once of each failure. */
  constructor(directory: string, onFailed: () => void = () => {}) {
    this.#directory = directory
    this.#onFailed = onFailed
  }

  get name(): LogStateName {
    return this.#name
  }

  moveTo(name: LogStateName): void {
    assert(nextStates[this.#name].includes(name), `a log does not go from ${this.#name} to ${name}`)
    this.#name = name
  }

  /** Notes a failure; one of a log that has failed or is closed changes nothing. */
  fail(error: unknown): void {
    if (this.#name !== 'open') return
    this.#failure = error
    this.moveTo('failed')
    this.#onFailed()
  }

  checkReadable(): void {
    assert(this.#name !== 'closed', 'a closed log is not used')
  }

  checkWritable(): void {
    this.checkReadable()
    if (this.#name === 'failed') throw this.failedError()
  }

  failedError(): StreamsError {
    return new StreamsError('MR-4004', {
      what: 'The log takes no writes since the disk failed it.',
      where: this.#directory,
      why: 'After a failed sync nothing is known about the bytes that were to be written.',
      fix: 'Check the volume: the broker recovers the log once it takes writes again. One of an internal topic needs a restart.',
      cause: this.#failure,
    })
  }
}
