/**
 * What is retriable, and after how long: the one place that decides it for the whole client.
 *
 * An error code of a broker maps to a remedy, a lost connection counts as `refresh-metadata`, and every loop of
 * retries is a call of `withRetries`: exponential pauses with jitter, bounded by a deadline. Time and chance are handed in.
 *
 *   remedy             what the caller does before it tries again
 *   none               nothing: it was no error
 *   wait               the pause alone (a coordinator loads, offsets are not stable yet, replicas are missing)
 *   wait-briefly       20 ms: the transaction before this one is being completed, which takes about that long
 *   refresh-metadata   asks who leads the partition now
 *   find-coordinator   asks who coordinates the key now
 *   fail               gives up: the same request would be refused again
 */
import type { Clock } from '../../src/base/clock.ts'
import { StreamsError } from '../../src/base/errors.ts'
import type { Random } from '../../src/base/random.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'

export type Remedy = 'none' | 'wait' | 'wait-briefly' | 'refresh-metadata' | 'find-coordinator' | 'fail'

const remedies: ReadonlyMap<number, Remedy> = new Map([
  [kafkaErrors.NONE.code, 'none'],
  [kafkaErrors.CORRUPT_MESSAGE.code, 'wait'],
  [kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code, 'refresh-metadata'],
  [kafkaErrors.LEADER_NOT_AVAILABLE.code, 'refresh-metadata'],
  [kafkaErrors.NOT_LEADER_OR_FOLLOWER.code, 'refresh-metadata'],
  [kafkaErrors.REQUEST_TIMED_OUT.code, 'wait'],
  [kafkaErrors.BROKER_NOT_AVAILABLE.code, 'refresh-metadata'],
  [kafkaErrors.REPLICA_NOT_AVAILABLE.code, 'refresh-metadata'],
  [kafkaErrors.NETWORK_EXCEPTION.code, 'refresh-metadata'],
  [kafkaErrors.COORDINATOR_LOAD_IN_PROGRESS.code, 'wait'],
  [kafkaErrors.COORDINATOR_NOT_AVAILABLE.code, 'find-coordinator'],
  [kafkaErrors.NOT_COORDINATOR.code, 'find-coordinator'],
  [kafkaErrors.NOT_ENOUGH_REPLICAS.code, 'wait'],
  [kafkaErrors.NOT_ENOUGH_REPLICAS_AFTER_APPEND.code, 'wait'],
  [kafkaErrors.NOT_CONTROLLER.code, 'refresh-metadata'],
  [kafkaErrors.CONCURRENT_TRANSACTIONS.code, 'wait-briefly'],
  [kafkaErrors.KAFKA_STORAGE_ERROR.code, 'refresh-metadata'],
  [kafkaErrors.LISTENER_NOT_FOUND.code, 'refresh-metadata'],
  [kafkaErrors.FENCED_LEADER_EPOCH.code, 'refresh-metadata'],
  [kafkaErrors.UNKNOWN_LEADER_EPOCH.code, 'refresh-metadata'],
  [kafkaErrors.OFFSET_NOT_AVAILABLE.code, 'wait'],
  [kafkaErrors.PREFERRED_LEADER_NOT_AVAILABLE.code, 'refresh-metadata'],
  [kafkaErrors.UNSTABLE_OFFSET_COMMIT.code, 'wait'],
  [kafkaErrors.THROTTLING_QUOTA_EXCEEDED.code, 'wait'],
  [kafkaErrors.UNKNOWN_TOPIC_ID.code, 'refresh-metadata'],
  [kafkaErrors.INCONSISTENT_TOPIC_ID.code, 'refresh-metadata'],
] satisfies [number, Remedy][])

/** What to do about an error code of a broker. */
export function remedyOf(code: number): Remedy {
  return remedies.get(code) ?? 'fail'
}

/** What to do about an error that was thrown: only a lost connection, and our own retriable errors, are tried again. */
export function remedyOfThrown(error: unknown): Remedy {
  if (!(error instanceof StreamsError)) return 'fail'
  if (error.code === 'MR-5001') return 'refresh-metadata'
  return 'fail'
}

/** The first pause; each further one is twice as long, up to the longest. */
const pauseMsMin = 25
const pauseMsMax = 1_000
const briefPauseMs = 20

/** How long to wait before attempt `attempts + 1`, `attempts` having failed: doubling, less up to a fifth by chance. Whole ms. */
export function pauseMs(attempts: number, random: Random): number {
  const longest = Math.min(pauseMsMax, pauseMsMin * 2 ** Math.max(0, attempts - 1))
  return Math.ceil(longest * (1 - random.next() / 5))
}

/** Resolves after `delayMs`. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise(resolve => {
    clock.setTimer(delayMs, resolve)
  })
}

export interface RetryOptions {
  readonly clock: Clock
  readonly random: Random
  /** What is being done, for the error: `find the coordinator of group "g"`. */
  readonly what: string
  readonly timeoutMs: number
  /** What the remedy asks for, done before the pause. */
  readonly prepare?: (remedy: Remedy) => void | Promise<void>
}

/** What an attempt answers that failed for now. */
export class Again {
  readonly remedy: Remedy
  readonly reason: unknown

  constructor(remedy: Remedy, reason: unknown) {
    this.remedy = remedy
    this.reason = reason
  }
}

/** For an attempt: `undefined` if `code` is no error, `Again` if it may be tried again; else throws `refused()`. */
export function againOn(code: number, refused: () => StreamsError): Again | undefined {
  if (code === kafkaErrors.NONE.code) return undefined
  const remedy = remedyOf(code)
  if (remedy === 'fail') throw refused()
  return new Again(remedy, refused())
}

/**
 * Tries until an attempt answers anything but `Again`, throws what cannot be retried, or the time is over: then MR-5044
 * with the last reason as its cause. An attempt is told how much time is left.
 */
export async function withRetries<T>(
  options: RetryOptions,
  attempt: (remainingMs: number) => Promise<T | Again>,
): Promise<T> {
  const { clock, random, what, timeoutMs, prepare } = options
  const deadline = clock.monotonic() + timeoutMs
  for (let attempts = 1; ; attempts++) {
    const outcome = await attempted(attempt, deadline - clock.monotonic())
    if (!(outcome instanceof Again)) return outcome
    await prepare?.(outcome.remedy)
    const delayMs = outcome.remedy === 'wait-briefly' ? briefPauseMs : pauseMs(attempts, random)
    if (clock.monotonic() + delayMs > deadline) throw timedOut(what, timeoutMs, attempts, outcome.reason)
    await sleep(clock, delayMs)
  }
}

async function attempted<T>(
  attempt: (remainingMs: number) => Promise<T | Again>,
  remainingMs: number,
): Promise<T | Again> {
  try {
    return await attempt(remainingMs)
  } catch (error) {
    const remedy = remedyOfThrown(error)
    if (remedy === 'fail') throw error
    return new Again(remedy, error)
  }
}

function timedOut(what: string, timeoutMs: number, attempts: number, reason: unknown): StreamsError {
  return new StreamsError('MR-5044', {
    what: `could not ${what} within ${timeoutMs} ms, in ${attempts} attempts`,
    why: `The last attempt: ${reason instanceof Error ? reason.message : String(reason)}`,
    cause: reason,
  })
}
