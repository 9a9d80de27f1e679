/** What bounds the connections of a broker, made once from its configuration and shared by all its listeners. */
import { assert } from '../../src/base/assert.ts'
import type { BrokerConfig } from '../config.ts'
import type { BrokerContext } from '../handlers/handler.ts'
import { ByteBudget } from './byte-budget.ts'
import { ConnectionCounts, perHostOverrides, type ConnectionBounds } from './connection-counts.ts'
import type { ConnectionBudgets } from './connection-memory.ts'

export interface NetworkLimits {
  readonly counts: ConnectionCounts
  readonly budgets: ConnectionBudgets
  readonly arrivalTimeoutMs: number
}

export function networkLimits({
  config,
  clock,
  recordMemory,
}: Pick<BrokerContext, 'config' | 'clock' | 'recordMemory'>): NetworkLimits {
  const budget = (bytesMax: number) =>
    new ByteBudget({ bytesMax: bytesMax <= 0 ? Infinity : bytesMax, clock })
  return {
    counts: new ConnectionCounts(connectionBounds(config), clock),
    budgets: {
      requests: budget(config['queued.max.request.bytes']),
      answers: budget(config['queued.max.response.bytes']),
      pool: recordMemory,
    },
    arrivalTimeoutMs: config['request.arrival.timeout.ms'],
  }
}

/** Read anew each time: administrators may set them while the broker runs. */
function connectionBounds(config: BrokerConfig): ConnectionBounds {
  let text: string | undefined
  let overrides: ReadonlyMap<string, number> = new Map()
  return {
    get connectionsMax() {
      return config['max.connections']
    },
    get perHostMax() {
      return config['max.connections.per.ip']
    },
    get perHostOverrides() {
      if (text !== config['max.connections.per.ip.overrides']) {
        text = config['max.connections.per.ip.overrides']
        const read = perHostOverrides(text)
        assert(typeof read !== 'string', 'the overrides were checked when they were set')
        overrides = read
      }
      return overrides
    },
    get createdPerSecondMax() {
      return config['max.connection.creation.rate']
    },
  }
}
