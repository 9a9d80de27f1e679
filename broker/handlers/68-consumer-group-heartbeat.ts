/**
 * ConsumerGroupHeartbeat (key 68): joins, keeps and leaves a group of the consumer protocol (KIP-848).
 *
 * Behaviour. `coordinator/group/consumer/heartbeat.ts`. A broker that is configured for classic groups alone answers
 * UNSUPPORTED_VERSION. Topics that are named must be ones that the client may describe; patterns pass over the others.
 *
 * Version notes. 1: regular expressions; the member makes its id up itself.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  ConsumerGroupHeartbeat,
  ConsumerGroupHeartbeatResponse,
  type ConsumerGroupHeartbeatRequest,
} from '../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { BrokerError } from '../broker-error.ts'
import { demand } from './authorize.ts'
import { groupCaller } from './group-caller.ts'
import { apiHandler, type ApiHandler, type BrokerContext, type RequestContext } from './handler.ts'
import { sliced } from './sliced.ts'

export const consumerGroupHeartbeat: ApiHandler<
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse
> = apiHandler(ConsumerGroupHeartbeat, {
  versions: [0, 1],
  handle(broker, context) {
    if (!broker.config['group.coordinator.rebalance.protocols'].includes('consumer')) {
      const message = 'The consumer group protocol is disabled.'
      throw new BrokerError(kafkaErrors.UNSUPPORTED_VERSION.code, message)
    }
    return sliced(broker, heartbeat(broker, context))
  },
  refuse: (_request, errorCode, errorMessage) =>
    ConsumerGroupHeartbeatResponse.create({ errorCode, errorMessage }),
})

/** Names are looked at one by one; what the group makes of them is one decision, for which each is there once. */
function* heartbeat(
  broker: BrokerContext,
  context: RequestContext<ConsumerGroupHeartbeatRequest>,
): Generator<void, ConsumerGroupHeartbeatResponse, void> {
  const { request } = context
  const names = new Set<string>()
  for (const topic of request.subscribedTopicNames ?? []) {
    if (!names.has(topic)) demand(broker, context, 'DESCRIBE', 'TOPIC', topic)
    names.add(topic)
    yield
  }
  const subscribedTopicNames = request.subscribedTopicNames === null ? null : [...names]
  return broker.groups.consumerHeartbeat({ ...request, subscribedTopicNames }, groupCaller(broker, context))
}
