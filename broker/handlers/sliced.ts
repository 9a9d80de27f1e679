/**
 * Long requests in slices: between two of their steps other connections get their turn.
 *
 * One event loop serves everybody, so a request that creates a thousand topics, decompresses a hundred batches, or asks
 * for a hundred thousand things that are quick each, would hold up the heartbeats of all groups. Its steps are a generator
 * that yields where it may be interrupted; whatever it knows of the broker it must not take for granted across a `yield`.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import type { BrokerContext } from './handler.ts'

/** How long a request may go on before others get a turn. */
const sliceMs = 25

/** Runs `steps` to their end: at once where they are quick, else by promise, which rejects if the broker closes meanwhile. */
export function sliced<T>(
  broker: Pick<BrokerContext, 'clock' | 'delayed'>,
  steps: Generator<void, T, void>,
): T | Promise<T> {
  const { clock } = broker
  const started = clock.monotonic()
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
    if (clock.monotonic() - started >= sliceMs) return goOn(broker, steps)
  }
}

/** Runs `steps` to their end at once: for what is quick however much there is of it. */
export function wholly<T>(steps: Generator<void, T, void>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

/** What `answer` makes of each of `asked`, as steps of one element. */
export function* eachInSteps<T, R>(asked: Iterable<T>, answer: (each: T) => R): Generator<void, R[], void> {
  const answers: R[] = []
  for (const each of asked) {
    answers.push(expected(answer(each)))
    yield
  }
  return answers
}

/** What is yet to come may fail before the last step is done and `settled` waits for it: that is no fault that nobody awaits. */
export function expected<T>(answer: T): T {
  if (answer instanceof Promise) answer.catch(() => undefined)
  return answer
}

/** Waits for those that are yet to come; the others cost no promise. */
export async function settled<T>(answers: readonly (T | Promise<T>)[]): Promise<T[]> {
  await Promise.all(answers.filter(each => each instanceof Promise))
  const results: T[] = []
  for (const each of answers) results.push(each instanceof Promise ? await each : each)
  return results
}

async function goOn<T>(
  broker: Pick<BrokerContext, 'clock' | 'delayed'>,
  steps: Generator<void, T, void>,
): Promise<T> {
  await new Promise<void>(resolve => broker.clock.setTimer(0, resolve))
  if (!broker.delayed.isClosed) return sliced(broker, steps)
  // What was done is done; the logs that the rest is for are being closed.
  throw new BrokerError(kafkaErrors.NOT_CONTROLLER.code, 'the broker is closing')
}
