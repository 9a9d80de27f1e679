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

/** Names are looked at one by one; what the group makes of them is one decision. */
function* heartbeat(
  broker: BrokerContext,
  context: RequestContext<ConsumerGroupHeartbeatRequest>,
): Generator<void, ConsumerGroupHeartbeatResponse, void> {
  const { request } = context
  for (const topic of request.subscribedTopicNames ?? []) {
    demand(broker, context, 'DESCRIBE', 'TOPIC', topic)
    yield
  }
  return broker.groups.consumerHeartbeat(request, groupCaller(broker, context))
}
