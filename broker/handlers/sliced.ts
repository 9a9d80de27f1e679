/**
 * Long requests in slices: between two of their steps other connections get their turn.
 *
 * One event loop serves everybody, so a request that creates a thousand topics, or decompresses a hundred batches, would
 * hold up the heartbeats of all groups. Its steps are a generator that yields where it may be interrupted; whatever it
 * knows of the broker it must not take for granted across a `yield`.
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

async function goOn<T>(
  broker: Pick<BrokerContext, 'clock' | 'delayed'>,
  steps: Generator<void, T, void>,
): Promise<T> {
  await new Promise<void>(resolve => broker.clock.setTimer(0, resolve))
  if (!broker.delayed.isClosed) return sliced(broker, steps)
  // What was done is done; the logs that the rest is for are being closed.
  throw new BrokerError(kafkaErrors.NOT_CONTROLLER.code, 'the broker is closing')
}
