/**
 * AlterConfigs (key 33): gives topics, groups and the broker the configuration of the request, and no other.
 *
 * Behaviour. The older sibling of IncrementalAlterConfigs, which clients that know no better still send: keys that the
 * request leaves out go back to their defaults.
 */
import {
  AlterConfigs,
  type AlterConfigsRequest,
  type AlterConfigsResponse,
} from '../../src/protocol/messages/33-alter-configs.ts'
import { alterResources, nullValue, resourceAnswer } from './altered-resources.ts'
import { durably } from './durably.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { sliced } from './sliced.ts'

export const alterConfigs: ApiHandler<AlterConfigsRequest, AlterConfigsResponse> = apiHandler(AlterConfigs, {
  versions: [0, 2],
  handle,
  refuse: ({ resources }, errorCode, message) => ({
    throttleTimeMs: 0,
    responses: resources.map(resource => resourceAnswer(resource, errorCode, message)),
  }),
})

function handle(
  broker: BrokerContext,
  context: RequestContext<AlterConfigsRequest>,
): AlterConfigsResponse | Promise<AlterConfigsResponse> {
  return durably(broker, sliced(broker, alterAll(broker, context)))
}

function* alterAll(
  broker: BrokerContext,
  context: RequestContext<AlterConfigsRequest>,
): Generator<void, AlterConfigsResponse, void> {
  const responses = yield* alterResources(broker, context, (_configured, configs) => {
    const pairs = configs.map(({ name, value }) => {
      if (value === null) throw nullValue(name)
      return [name, value] as const
    })
    return Object.fromEntries(pairs)
  })
  return { throttleTimeMs: 0, responses }
}
