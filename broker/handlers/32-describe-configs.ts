/**
 * DescribeConfigs (key 32): the effective configuration of topics, groups and the broker.
 *
 * Behaviour. Every key is answered with its value and its source; `configurationKeys` narrows the answer, unknown keys in
 * it are left out, as in Kafka. What is asked for twice, with the same keys, is answered once. Those of the broker's own values that cannot be set
 * while it runs are read-only; its empty name stands for what is set for all brokers.
 *
 * Version notes. 1: synonyms and sources. 3: documentation and types.
 */
import { kafkaErrors, type KafkaErrorName } from '../../src/protocol/errors.ts'
import {
  DescribeConfigs,
  type DescribeConfigsRequest,
  type DescribeConfigsResource,
  type DescribeConfigsResourceResult,
  type DescribeConfigsResponse,
  type DescribeConfigsResult,
} from '../../src/protocol/messages/32-describe-configs.ts'
import {
  describeBrokerConfigs,
  describeClusterConfigs,
  describeGroupConfigs,
  describePlace,
  describeTopicConfigs,
  type BrokerPlace,
  type DescribedConfig,
} from '../metadata/described-config.ts'
import { liveBrokerTable } from '../metadata/live-config.ts'
import { topicNameFault } from '../metadata/topic-name.ts'
import { may, refusalOf } from './authorize.ts'
import { authorizedOf, configResources } from './config-resource.ts'
import { checkBrokerName, unsupportedType } from './configured-resource.ts'
import { distinct } from './duplicates.ts'
import { apiHandler, type BrokerContext, type Peer, type RequestContext, type ApiHandler } from './handler.ts'
import { sliced } from './sliced.ts'

export const describeConfigs: ApiHandler<DescribeConfigsRequest, DescribeConfigsResponse> = apiHandler(
  DescribeConfigs,
  {
    versions: [1, 4],
    handle,
    refuse: ({ resources }, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      results: resources.map(({ resourceType, resourceName }) => ({
        errorCode,
        errorMessage,
        resourceType,
        resourceName,
        configs: [],
      })),
    }),
  },
)

function handle(
  broker: BrokerContext,
  context: RequestContext<DescribeConfigsRequest>,
): DescribeConfigsResponse | Promise<DescribeConfigsResponse> {
  const results = sliced(broker, describeAll(broker, context))
  if (results instanceof Promise) return results.then(each => ({ throttleTimeMs: 0, results: each }))
  return { throttleTimeMs: 0, results }
}

function* describeAll(
  broker: BrokerContext,
  context: RequestContext<DescribeConfigsRequest>,
): Generator<void, DescribeConfigsResult[]> {
  const results: DescribeConfigsResult[] = []
  const keyOf = ({ resourceType, resourceName, configurationKeys: keys }: DescribeConfigsResource) =>
    JSON.stringify([resourceType, resourceName, keys ?? []])
  for (const resource of distinct(context.request.resources, keyOf)) {
    results.push(describeResource(broker, context, resource))
    yield
  }
  return results
}

function describeResource(
  broker: BrokerContext,
  context: RequestContext<DescribeConfigsRequest>,
  resource: DescribeConfigsResource,
): DescribeConfigsResult {
  const { request } = context
  const { resourceType, resourceName, configurationKeys } = resource
  const [ofType, named] = authorizedOf(resource)
  if (!may(broker, context, 'DESCRIBE_CONFIGS', ofType, named)) {
    const refusal = refusalOf(context, 'DESCRIBE_CONFIGS', ofType, named)
    return { ...refusal, resourceType, resourceName, configs: [] }
  }
  const found = configsOf(broker, resource, context)
  if ('error' in found) {
    const { code } = kafkaErrors[found.error]
    return { errorCode: code, errorMessage: found.message, resourceType, resourceName, configs: [] }
  }
  const isNarrow = configurationKeys !== null && configurationKeys.length > 0
  const wanted = isNarrow ? new Set(configurationKeys) : undefined
  const configs = found.configs
    .filter(({ name }) => wanted === undefined || wanted.has(name))
    .map(config => describe(config, resource, request))
  return { errorCode: 0, errorMessage: null, resourceType, resourceName, configs }
}

interface Refused {
  readonly error: KafkaErrorName
  readonly message: string
}

function configsOf(
  broker: BrokerContext,
  { resourceType, resourceName }: DescribeConfigsResource,
  peer: Peer,
): { readonly configs: readonly DescribedConfig[] } | Refused {
  switch (resourceType) {
    case configResources.topic: {
      const fault = topicNameFault(resourceName)
      if (fault !== undefined) return { error: 'INVALID_TOPIC_EXCEPTION', message: fault }
      const topic = broker.topics.get(resourceName)
      if (topic === undefined) {
        return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: `There is no topic '${resourceName}'.` }
      }
      return { configs: describeTopicConfigs(topic.overrides, broker.config, broker.liveConfigs) }
    }
    case configResources.broker: {
      checkBrokerName(broker, resourceName)
      const { config, liveConfigs } = broker
      if (resourceName === '') return { configs: describeClusterConfigs(liveConfigs) }
      return {
        configs: [...describeBrokerConfigs(config, liveConfigs), ...describePlace(placeOf(broker, peer))],
      }
    }
    case configResources.group:
      if (resourceName === '') return { error: 'INVALID_REQUEST', message: 'A group must have a name.' }
      return { configs: describeGroupConfigs(resourceName, broker.config, broker.liveConfigs) }
    default:
      return { error: 'INVALID_REQUEST', message: unsupportedType(resourceType) }
  }
}

function placeOf(
  { identity, directory }: BrokerContext,
  { advertised, session, encrypted }: Peer,
): BrokerPlace {
  const { host, port } = advertised
  const protocol = `${session.login === undefined ? '' : 'SASL_'}${encrypted === true ? 'SSL' : 'PLAINTEXT'}`
  return { nodeId: identity.nodeId, directory, advertised: `${protocol}://${host}:${port}` }
}

function describe(
  { name, value, source, type, about, synonyms }: DescribedConfig,
  { resourceType }: DescribeConfigsResource,
  { includeSynonyms, includeDocumentation }: DescribeConfigsRequest,
): DescribeConfigsResourceResult {
  return {
    name,
    value,
    readOnly: resourceType === configResources.broker && !Object.hasOwn(liveBrokerTable, name),
    configSource: source,
    isSensitive: false,
    synonyms: includeSynonyms ? synonyms : [],
    configType: type,
    documentation: includeDocumentation ? about : null,
  }
}
