/**
 * IncrementalAlterConfigs (key 44): sets, removes, extends or shortens configuration keys of topics, groups and the broker.
 *
 * Behaviour. All changes of one resource are made, or none. Set and delete take any key; append and subtract take keys
 * that are lists. Of the broker, for this one or for all, those keys can be changed that are defaults of topics
 * (`live-config.ts`); others are INVALID_REQUEST, as Kafka answers for its read-only keys.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  IncrementalAlterConfigs,
  type AlterableConfig,
  type IncrementalAlterConfigsRequest,
  type IncrementalAlterConfigsResponse,
} from '../../src/protocol/messages/44-incremental-alter-configs.ts'
import { BrokerError } from '../broker-error.ts'
import { formatConfigValue, trimmed } from '../config-table.ts'
import { overridesFrom } from '../metadata/topic-config.ts'
import { alterResources, nullValue, resourceAnswer } from './altered-resources.ts'
import type { ConfiguredResource } from './configured-resource.ts'
import { durably } from './durably.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { sliced } from './sliced.ts'

const operations = ['set', 'delete', 'append', 'subtract'] as const

export const incrementalAlterConfigs: ApiHandler<
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse
> = apiHandler(IncrementalAlterConfigs, {
  versions: [0, 1],
  handle,
  refuse: ({ resources }, errorCode, message) => ({
    throttleTimeMs: 0,
    responses: resources.map(resource => resourceAnswer(resource, errorCode, message)),
  }),
})

/** What one request can set at once; appended to without end, a list would be written as a whole each time. */
const valueLengthMax = 32_767

function handle(
  broker: BrokerContext,
  context: RequestContext<IncrementalAlterConfigsRequest>,
): IncrementalAlterConfigsResponse | Promise<IncrementalAlterConfigsResponse> {
  return durably(broker, sliced(broker, alterAll(broker, context)))
}

function* alterAll(
  broker: BrokerContext,
  context: RequestContext<IncrementalAlterConfigsRequest>,
): Generator<void, IncrementalAlterConfigsResponse, void> {
  const responses = yield* alterResources(broker, context, (configured, configs) => {
    const overrides = overridesFrom(configured.overrides)
    for (const change of configs) applyChange(overrides, change, configured)
    return overrides
  })
  return { throttleTimeMs: 0, responses }
}

function applyChange(
  overrides: Record<string, string>,
  { name, configOperation, value }: AlterableConfig,
  { table, current: inForce }: ConfiguredResource,
) {
  const operation = operations[configOperation]
  if (operation === undefined)
    throw new BrokerError(kafkaErrors.INVALID_REQUEST.code, `Unknown config operation ${configOperation}.`)
  if (operation === 'delete') {
    delete overrides[name]
    return
  }
  if (value === null) throw nullValue(name)
  if (operation === 'set') {
    overrides[name] = value
    return
  }
  const row = Object.hasOwn(table, name) ? table[name] : undefined
  if (row?.type !== 'list') {
    const why = `Can't ${operation} to key ${name} because its type is not LIST.`
    throw new BrokerError(kafkaErrors.INVALID_CONFIG.code, why)
  }
  const current = overrides[name] ?? formatConfigValue(inForce[name])
  // Kafka compares words with the blanks around them, so that none of `compact, delete` could be taken away again.
  const words = new Set(current === '' ? [] : current.split(',').map(trimmed))
  for (const word of value.split(',')) {
    if (operation === 'append') words.add(trimmed(word))
    else words.delete(trimmed(word))
  }
  const grown = [...words].join(',')
  if (grown.length > valueLengthMax) {
    const why = `The configuration value cannot be added because it exceeds the maximum value size of ${valueLengthMax} bytes.`
    throw new BrokerError(kafkaErrors.INVALID_CONFIG.code, why)
  }
  overrides[name] = grown
}
