/**
 * IncrementalAlterConfigs (key 44): sets, removes, extends or shortens configuration keys of topics.
 *
 * Behaviour. All changes of one resource are made, or none. Set and delete take any key; append and subtract take keys
 * that are lists. The broker's own keys cannot be changed while it runs (INVALID_REQUEST, as Kafka answers for its
 * read-only keys).
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  IncrementalAlterConfigs,
  type AlterableConfig,
  type AlterConfigsResource,
  type AlterConfigsResourceResponse,
  type IncrementalAlterConfigsRequest,
  type IncrementalAlterConfigsResponse,
} from '../../src/protocol/messages/44-incremental-alter-configs.ts'
import { BrokerError } from '../broker-error.ts'
import { formatConfigValue, type ConfigRow } from '../config-table.ts'
import { describeRefusals, topicConfig, topicConfigTable } from '../metadata/topic-config.ts'
import type { Topic } from '../metadata/topics.ts'
import { configResources } from './config-resource.ts'
import { duplicatesOf } from './duplicates.ts'
import { durably } from './durably.ts'
import { failureOf } from './failure.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

const operations = ['set', 'delete', 'append', 'subtract'] as const

export const incrementalAlterConfigs: ApiHandler<
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse
> = apiHandler(IncrementalAlterConfigs, {
  versions: [0, 1],
  handle,
  refuse: ({ resources }, errorCode, message) => ({
    throttleTimeMs: 0,
    responses: resources.map(resource => answer(resource, errorCode, message)),
  }),
})

function handle(
  broker: BrokerContext,
  { request }: RequestContext<IncrementalAlterConfigsRequest>,
): IncrementalAlterConfigsResponse | Promise<IncrementalAlterConfigsResponse> {
  const keyOf = ({ resourceType, resourceName }: AlterConfigsResource) => `${resourceType}/${resourceName}`
  const twice = duplicatesOf(request.resources.map(keyOf))
  const responses = request.resources.map(resource => {
    try {
      if (twice.has(keyOf(resource))) throw invalid('Each resource must appear at most once.')
      alter(broker, resource, request.validateOnly)
      return answer(resource, 0, null)
    } catch (error) {
      const { errorCode, errorMessage } = failureOf(error)
      return answer(resource, errorCode, errorMessage)
    }
  })
  return durably<IncrementalAlterConfigsResponse>(broker, { throttleTimeMs: 0, responses })
}

function alter(broker: BrokerContext, resource: AlterConfigsResource, validateOnly: boolean): void {
  const { resourceType, resourceName, configs } = resource
  if (resourceType === configResources.broker) {
    throw invalid('Cannot update these configs dynamically: the broker is configured where it is started.')
  }
  if (resourceType !== configResources.topic) throw invalid(`Unsupported resource type: ${resourceType}`)
  const topic = broker.topics.get(resourceName)
  if (topic === undefined) {
    throw new BrokerError(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code, `There is no topic '${resourceName}'.`)
  }
  const repeated = duplicatesOf(configs.map(({ name }) => name))
  if (repeated.size > 0) throw invalid(`Error due to duplicate config keys: ${[...repeated].join(', ')}`)
  const overrides: Record<string, string> = { ...topic.overrides }
  for (const change of configs) applyChange(overrides, change, topic)
  const { refusals } = topicConfig(overrides, broker.config)
  if (refusals.length > 0) {
    throw new BrokerError(kafkaErrors.INVALID_CONFIG.code, describeRefusals(refusals))
  }
  if (!validateOnly) broker.topics.configure(topic.name, overrides)
}

function applyChange(
  overrides: Record<string, string>,
  { name, configOperation, value }: AlterableConfig,
  topic: Topic,
) {
  const operation = operations[configOperation]
  if (operation === undefined) throw invalid(`Unknown config operation ${configOperation}.`)
  if (operation === 'delete') {
    delete overrides[name]
    return
  }
  if (value === null) throw invalid(`Null value not supported for : ${name}`)
  if (operation === 'set') {
    overrides[name] = value
    return
  }
  const row = (topicConfigTable as Readonly<Record<string, ConfigRow<unknown>>>)[name]
  if (row?.type !== 'list') {
    const why = `Can't ${operation} to key ${name} because its type is not LIST.`
    throw new BrokerError(kafkaErrors.INVALID_CONFIG.code, why)
  }
  const current =
    overrides[name] ?? formatConfigValue((topic.config as Readonly<Record<string, unknown>>)[name])
  const words = new Set(current.split(',').filter(word => word !== ''))
  for (const word of value.split(',')) {
    if (operation === 'append') words.add(word.trim())
    else words.delete(word.trim())
  }
  overrides[name] = [...words].join(',')
}

function invalid(message: string): BrokerError {
  return new BrokerError(kafkaErrors.INVALID_REQUEST.code, message)
}

function answer(
  { resourceType, resourceName }: AlterConfigsResource,
  errorCode: number,
  errorMessage: string | null,
): AlterConfigsResourceResponse {
  return { errorCode, errorMessage, resourceType, resourceName }
}
