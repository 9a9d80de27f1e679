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
import { apiHandler, type ApiHandler } from './handler.ts'

export const consumerGroupHeartbeat: ApiHandler<
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse
> = apiHandler(ConsumerGroupHeartbeat, {
  versions: [0, 1],
  handle(broker, context) {
    const { groups, config } = broker
    const { request } = context
    if (!config['group.coordinator.rebalance.protocols'].includes('consumer')) {
      const message = 'The consumer group protocol is disabled.'
      throw new BrokerError(kafkaErrors.UNSUPPORTED_VERSION.code, message)
    }
    for (const topic of request.subscribedTopicNames ?? [])
      demand(broker, context, 'DESCRIBE', 'TOPIC', topic)
    return groups.consumerHeartbeat(request, groupCaller(broker, context))
  },
  refuse: (_request, errorCode, errorMessage) =>
    ConsumerGroupHeartbeatResponse.create({ errorCode, errorMessage }),
})
