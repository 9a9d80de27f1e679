/** Plans `mapValuesAsync`: checks its options and adds the node. */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds, type Duration } from '../base/duration.ts'
import type { AsyncCallback, AttemptPolicy } from '../operators/async-call.ts'
import { KeyOrder, NoOrder, PartitionOrder, type CallOrder } from '../operators/async-order.ts'
import { mapValuesAsync } from '../operators/map-values-async.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { MapValuesAsyncNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { keyIdentity } from '../state/key-identity.ts'
import type { AsyncOptions, RetryOptions } from './async-options.ts'
import { checkCallable, checkFunction } from './argument-checks.ts'
import type { StreamState } from './handle.ts'
import { requireKeySerde } from './store-plan.ts'

const operator = 'mapValuesAsync'
const attemptMsMax = 5 * 60_000

export function planMapValuesAsync(
  plan: Plan,
  callback: AsyncCallback,
  options: AsyncOptions,
  { node: parent, keySerde }: StreamState,
): MapValuesAsyncNode {
  checkCallable(callback, operator)
  const { concurrency = 16, ordering = 'partition', retry, timeout } = options
  checkRange('concurrency', concurrency, 10_000)
  const order = orderOf(ordering, keySerde)
  const policy = policyOf(timeout, retry)
  const name = plan.processorName('KSTREAM-MAPVALUESASYNC-', options.name)
  return plan.add({
    kind: 'map-values-async',
    name,
    declaredAt: declaredAt(),
    parent,
    supplier: mapValuesAsync({ callback, policy, concurrency, order }),
    waitMsMax: waitMsMaxOf(policy),
  })
}

function orderOf(
  ordering: NonNullable<AsyncOptions['ordering']>,
  keySerde: StreamState['keySerde'],
): () => CallOrder {
  switch (ordering) {
    case 'partition':
      return () => new PartitionOrder()
    case 'none':
      return () => new NoOrder()
    case 'key': {
      const identity = keyIdentity(requireKeySerde(keySerde, `${operator} in the order of keys`))
      return () => new KeyOrder(identity)
    }
    default:
      throw misuse(`${operator}: ordering must be 'key', 'partition' or 'none', not ${String(ordering)}`)
  }
}

function policyOf(timeout: Duration = '10s', retry: RetryOptions = {}): AttemptPolicy {
  const { attempts = 3, backoff = '100ms', backoffMax = '30s', when = everyError } = retry
  const timeoutMs = toMilliseconds(timeout, `${operator}: timeout`)
  checkRange('timeout', timeoutMs, attemptMsMax)
  checkRange('retry.attempts', attempts, 100)
  checkFunction(when, `${operator}: retry.when`)
  const backoffMs = toMilliseconds(backoff, `${operator}: retry.backoff`)
  const backoffMsMax = toMilliseconds(backoffMax, `${operator}: retry.backoffMax`)
  checkRange('retry.backoffMax', backoffMsMax, attemptMsMax)
  return { timeoutMs, attempts, backoffMs, backoffMsMax, when }
}

function everyError(): boolean {
  return true
}

/** All attempts, each up to its timeout, and all pauses. */
function waitMsMaxOf({ timeoutMs, attempts, backoffMs, backoffMsMax }: AttemptPolicy): number {
  let waitMs = attempts * timeoutMs
  for (let attempt = 1; attempt < attempts; attempt++)
    waitMs += Math.min(backoffMsMax, backoffMs * 2 ** (attempt - 1))
  return waitMs
}

function checkRange(option: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  throw misuse(`${operator}: ${option} must be an integer from 1 to ${most}, not ${String(value)}`)
}
