/** Who joins a group, as the coordinator remembers it and tells it to those who ask. */
import type { ConsumerCaller } from '../coordinator/group/consumer/heartbeat.ts'
import { plainAddress } from '../security/authorizer.ts'
import { may } from './authorize.ts'
import type { BrokerContext, RequestContext } from './handler.ts'

export function groupCaller(broker: BrokerContext, context: RequestContext<unknown>): ConsumerCaller {
  const { clientId, clientHost, connectionId, version } = context
  return {
    clientId: clientId ?? '',
    // As Java writes an address of which it knows no name, which is what tools show and programs take apart.
    clientHost: `/${plainAddress(clientHost)}`,
    connectionId,
    version,
    isSeen: topic => may(broker, context, 'DESCRIBE', 'TOPIC', topic),
  }
}
