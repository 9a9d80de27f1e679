/**
 * ListConfigResources (key 74): which things have a configuration (KIP-1142): the broker, its topics, groups.
 *
 * Behaviour. Groups are told that have settings of their own; client metrics have none here; a type that is not known is UNSUPPORTED_VERSION.
 *
 * Version notes. 0: client metrics alone. 1: any types; none for all.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  ListConfigResources,
  type ConfigResource,
  type ListConfigResourcesRequest,
  type ListConfigResourcesResponse,
} from '../../src/protocol/messages/74-list-config-resources.ts'
import { BrokerError } from '../broker-error.ts'
import { configResources } from './config-resource.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

const typesSince = 1
/** Types that a configuration may belong to, and that nothing here is of. */
const absent: readonly number[] = [configResources.brokerLogger, configResources.clientMetrics]

export const listConfigResources: ApiHandler<ListConfigResourcesRequest, ListConfigResourcesResponse> =
  apiHandler(ListConfigResources, {
    versions: [0, 1],
    handle,
    refuse: (_request, errorCode) => ({ throttleTimeMs: 0, errorCode, configResources: [] }),
  })

function handle(
  broker: BrokerContext,
  { request, version }: RequestContext<ListConfigResourcesRequest>,
): ListConfigResourcesResponse {
  const { topic, broker: own, group } = configResources
  const all = [own, topic, group]
  const asked = request.resourceTypes.length === 0 ? all : request.resourceTypes
  const unknown = asked.filter(type => !all.some(each => each === type) && !absent.includes(type))
  if (unknown.length > 0) {
    const message = `Unexpected resource types: ${unknown.join(', ')}`
    throw new BrokerError(kafkaErrors.UNSUPPORTED_VERSION.code, message)
  }
  const found: ConfigResource[] = []
  if (version >= typesSince && asked.includes(own)) {
    found.push({ resourceName: String(broker.identity.nodeId), resourceType: own })
  }
  if (version >= typesSince && asked.includes(topic)) {
    for (const { name } of broker.topics.all()) found.push({ resourceName: name, resourceType: topic })
  }
  if (version >= typesSince && asked.includes(group)) {
    for (const groupId of broker.liveConfigs.groups())
      found.push({ resourceName: groupId, resourceType: group })
  }
  return { throttleTimeMs: 0, errorCode: 0, configResources: found }
}
