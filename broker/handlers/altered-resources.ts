/** Changes the configurations of resources, for AlterConfigs and IncrementalAlterConfigs: each resource wholly or not. */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import { describeRefusals, topicConfig } from '../metadata/topic-config.ts'
import type { Topic } from '../metadata/topics.ts'
import { demand } from './authorize.ts'
import { configResources } from './config-resource.ts'
import { duplicatesOf } from './duplicates.ts'
import { failureOf } from './failure.ts'
import type { BrokerContext, RequestContext } from './handler.ts'

interface ResourceName {
  readonly resourceType: number
  readonly resourceName: string
}

interface AlteredResource<Change> extends ResourceName {
  readonly configs: readonly Change[]
}

interface AlteredResources<Change> {
  readonly resources: readonly AlteredResource<Change>[]
  readonly validateOnly: boolean
}

interface ResourceAnswer extends ResourceName {
  readonly errorCode: number
  readonly errorMessage: string | null
}

/** Gives each topic the overrides that `change` makes of its changes, if they are valid; answers in their order. */
export function alterResources<Change extends { readonly name: string }>(
  broker: BrokerContext,
  context: RequestContext<AlteredResources<Change>>,
  change: (topic: Topic, changes: readonly Change[]) => Readonly<Record<string, string>>,
): ResourceAnswer[] {
  const { resources, validateOnly } = context.request
  const keyOf = ({ resourceType, resourceName }: ResourceName) => `${resourceType}/${resourceName}`
  const twice = duplicatesOf(resources.map(keyOf))
  return resources.map(resource => {
    try {
      if (twice.has(keyOf(resource))) throw invalid('Each resource must appear at most once.')
      const isTopic = resource.resourceType === configResources.topic
      if (isTopic) demand(broker, context, 'ALTER_CONFIGS', 'TOPIC', resource.resourceName)
      else demand(broker, context, 'ALTER_CONFIGS', 'CLUSTER')
      const topic = topicOf(broker, resource)
      const repeated = duplicatesOf(resource.configs.map(({ name }) => name))
      if (repeated.size > 0) throw invalid(`Error due to duplicate config keys: ${[...repeated].join(', ')}`)
      const overrides = change(topic, resource.configs)
      const { refusals } = topicConfig(overrides, broker.config)
      if (refusals.length > 0) {
        throw new BrokerError(kafkaErrors.INVALID_CONFIG.code, describeRefusals(refusals))
      }
      if (!validateOnly) broker.topics.configure(topic.name, overrides)
      return resourceAnswer(resource, 0, null)
    } catch (error) {
      const { errorCode, errorMessage } = failureOf(error)
      return resourceAnswer(resource, errorCode, errorMessage)
    }
  })
}

export function resourceAnswer(
  { resourceType, resourceName }: ResourceName,
  errorCode: number,
  errorMessage: string | null,
): ResourceAnswer {
  return { errorCode, errorMessage, resourceType, resourceName }
}

/** The refusal of a key that is to be set to nothing. */
export function nullValue(name: string): BrokerError {
  return invalid(`Null value not supported for : ${name}`)
}

function topicOf(broker: BrokerContext, { resourceType, resourceName }: ResourceName): Topic {
  if (resourceType === configResources.broker) {
    throw invalid('Cannot update these configs dynamically: the broker is configured where it is started.')
  }
  if (resourceType !== configResources.topic) throw invalid(`Unsupported resource type: ${resourceType}`)
  const topic = broker.topics.get(resourceName)
  if (topic !== undefined) return topic
  throw new BrokerError(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code, `There is no topic '${resourceName}'.`)
}

function invalid(message: string): BrokerError {
  return new BrokerError(kafkaErrors.INVALID_REQUEST.code, message)
}
