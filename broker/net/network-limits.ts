/** What bounds the connections of a broker, made once from its configuration and shared by all its listeners. */
import { StreamsError } from '../../src/base/errors.ts'
import type { BrokerContext } from '../handlers/handler.ts'
import { ByteBudget } from './byte-budget.ts'
import { ConnectionCounts, perHostOverrides } from './connection-counts.ts'
import type { ConnectionBudgets } from './connection-memory.ts'

export interface NetworkLimits {
  readonly counts: ConnectionCounts
  readonly budgets: ConnectionBudgets
  readonly arrivalTimeoutMs: number
}

/** Throws MR-5022 if `max.connections.per.ip.overrides` cannot be read. */
export function networkLimits({
  config,
  clock,
  recordMemory,
}: Pick<BrokerContext, 'config' | 'clock' | 'recordMemory'>): NetworkLimits {
  const overrides = perHostOverrides(config['max.connections.per.ip.overrides'])
  if (typeof overrides === 'string') {
    throw new StreamsError('MR-5022', { what: `max.connections.per.ip.overrides ${overrides}` })
  }
  const budget = (bytesMax: number) =>
    new ByteBudget({ bytesMax: bytesMax <= 0 ? Infinity : bytesMax, clock })
  return {
    counts: new ConnectionCounts(
      {
        connectionsMax: config['max.connections'],
        perHostMax: config['max.connections.per.ip'],
        perHostOverrides: overrides,
        createdPerSecondMax: config['max.connection.creation.rate'],
      },
      clock,
    ),
    budgets: {
      requests: budget(config['queued.max.request.bytes']),
      answers: budget(config['queued.max.response.bytes']),
      pool: recordMemory,
    },
    arrivalTimeoutMs: config['request.arrival.timeout.ms'],
  }
}
