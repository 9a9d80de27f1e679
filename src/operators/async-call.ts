/**
 * One record's asynchronous call, from its first attempt to its result.
 *
 *   waiting ──▶ running ──▶ done
 *                │  ▲ │
 *                │  │ └───▶ failed
 *                ▼  │
 *              pausing ──▶ due
 *                            (due ──▶ running)
 *
 * waiting   its turn has not come.                      begin → running
 * running   an attempt is under way.                    answer → done; error or timeout → pausing, or failed at the last
 * pausing   waits before the next attempt.              timer → due
 * due       the next attempt may begin.                 begin → running
 * done      has its result.                             final
 * failed    every attempt failed, or a final one.       final
 * aborted   given up: whatever still comes is ignored.  final; reached from every state
 *
 * Events only move the state and tell the owner: what follows is done between two records. An attempt that comes to an
 * end after its time is ignored, because each has a number and only the last one counts.
 */
import { assert } from '../base/assert.ts'
import type { Timer } from '../base/clock.ts'
import { StreamsError } from '../base/errors.ts'
import type { AsyncTools, HeldRecord, RecordContext } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { Headers } from '../record/record.ts'

/** What an asynchronous callback sees of its call. */
export interface AsyncCallContext extends RecordContext {
  /** Aborted when the attempt times out and when the task gives the call up: hand it on to `fetch` and the like. */
  readonly signal: AbortSignal
  /** 1 at first. */
  readonly attempt: number
}

export type AsyncCallback = (value: unknown, key: unknown, call: AsyncCallContext) => unknown

/** How often, how long and how far apart. */
export interface AttemptPolicy {
  readonly timeoutMs: number
  readonly attempts: number
  readonly backoffMs: number
  readonly backoffMsMax: number
  /** Whether an error is worth another attempt. */
  readonly when: (error: unknown) => boolean
}

export type CallState = 'waiting' | 'running' | 'pausing' | 'due' | 'done' | 'failed' | 'aborted'

const transitions: Readonly<Record<CallState, readonly CallState[]>> = {
  waiting: ['running', 'aborted'],
  running: ['done', 'failed', 'pausing', 'aborted'],
  pausing: ['due', 'aborted'],
  due: ['running', 'aborted'],
  done: ['aborted'],
  failed: ['aborted'],
  aborted: [],
}

/** Whoever has the call: told of what becomes `due`, and of what is `done` or `failed`. */
export interface CallOwner {
  readonly callback: AsyncCallback
  readonly policy: AttemptPolicy
  readonly tools: AsyncTools
  readonly nodeName: string
  moved(call: AsyncCall): void
}

export class AsyncCall {
  readonly record: StreamRecord
  /** Where the record came from; the task's own changes with every record. */
  readonly held: HeldRecord
  /** The result, when done. */
  result: unknown
  /** What it failed with, when failed. */
  error: unknown
  attempt = 0
  private readonly owner: CallOwner
  private currentState: CallState = 'waiting'
  private controller: AbortController | undefined
  private timer: Timer | undefined

  /** Of the record that the task is processing. */
  constructor(record: StreamRecord, owner: CallOwner) {
    this.record = record
    this.held = owner.tools.hold()
    this.owner = owner
  }

  get state(): CallState {
    return this.currentState
  }

  /** Begins an attempt. What the callback throws at once is as good as a promise that is rejected. */
  begin(): void {
    this.moveTo('running')
    const attempt = ++this.attempt
    const { callback, policy, tools } = this.owner
    const controller = new AbortController()
    this.controller = controller
    this.timer = tools.clock.setTimer(policy.timeoutMs, () => this.timedOut(attempt))
    const { key, value } = this.record
    const context = new CallContext(this.held.place, controller.signal, attempt)
    let answer: unknown
    try {
      answer = callback(value, key, context)
    } catch (error) {
      answer = Promise.reject(error)
    }
    Promise.resolve(answer).then(
      result => this.succeeded(attempt, result),
      (error: unknown) => this.attemptFailed(attempt, error),
    )
  }

  /** Gives the call up, with the reason that its signal is to have. */
  abort(reason: StreamsError): void {
    if (this.currentState === 'aborted') return
    const running = this.currentState === 'running'
    this.moveTo('aborted')
    this.timer?.cancel()
    if (running) this.controller?.abort(reason)
  }

  private succeeded(attempt: number, result: unknown): void {
    if (!this.isCurrent(attempt)) return
    this.timer!.cancel()
    this.result = result
    this.moveTo('done')
    this.owner.moved(this)
  }

  private timedOut(attempt: number): void {
    if (!this.isCurrent(attempt)) return
    const { nodeName, policy } = this.owner
    const reason = new StreamsError('MR-3202', {
      what: `Attempt ${attempt} of the call of '${nodeName}' took longer than ${policy.timeoutMs} ms`,
      fix: 'raise `timeout`, or find out why the call does not answer',
    })
    const { controller } = this
    this.attemptFailed(attempt, reason)
    controller!.abort(reason)
  }

  private attemptFailed(attempt: number, error: unknown): void {
    if (!this.isCurrent(attempt)) return
    const { policy, tools } = this.owner
    this.timer!.cancel()
    if (attempt >= policy.attempts || !this.worthRetrying(error)) {
      this.moveTo('failed')
      this.owner.moved(this)
      return
    }
    this.moveTo('pausing')
    this.timer = tools.clock.setTimer(pauseAfter(attempt, policy, tools), () => {
      if (this.currentState !== 'pausing') return
      this.moveTo('due')
      this.owner.moved(this)
    })
    // What is left of the record's work is a matter of time only, which somebody may wait to hear.
    tools.ready()
  }

  /** Whether the error is worth another attempt; what `when` itself throws takes the error's place. */
  private worthRetrying(error: unknown): boolean {
    this.error = error
    try {
      return this.owner.policy.when(error)
    } catch (thrown) {
      this.error = thrown
      return false
    }
  }

  private isCurrent(attempt: number): boolean {
    return this.currentState === 'running' && this.attempt === attempt
  }

  private moveTo(state: CallState): void {
    assert(
      transitions[this.currentState].includes(state),
      `a call cannot go from ${this.currentState} to ${state}`,
    )
    this.currentState = state
  }
}

/** The pause after a failed attempt: doubled each time, up to the bound; half of it fixed and half by chance. */
function pauseAfter(
  attempt: number,
  { backoffMs, backoffMsMax }: AttemptPolicy,
  { random }: AsyncTools,
): number {
  const full = Math.min(backoffMsMax, backoffMs * 2 ** (attempt - 1))
  return Math.round(full / 2 + (full / 2) * random.next())
}

class CallContext implements AsyncCallContext {
  readonly topic: string | undefined
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly headers: Headers
  readonly signal: AbortSignal
  readonly attempt: number

  constructor(place: RecordContext, signal: AbortSignal, attempt: number) {
    this.topic = place.topic
    this.partition = place.partition
    this.offset = place.offset
    this.timestamp = place.timestamp
    this.headers = place.headers
    this.signal = signal
    this.attempt = attempt
  }
}
