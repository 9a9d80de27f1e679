/**
 * UnregisterBroker (key 64): takes a broker that is gone for good off the list.
 *
 * Behaviour. The only broker cannot be taken off; of any other, none is registered.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  UnregisterBroker,
  type UnregisterBrokerRequest,
  type UnregisterBrokerResponse,
} from '../../src/protocol/messages/64-unregister-broker.ts'
import { apiHandler, type ApiHandler } from './handler.ts'

export const unregisterBroker: ApiHandler<UnregisterBrokerRequest, UnregisterBrokerResponse> = apiHandler(
  UnregisterBroker,
  {
    versions: [0, 0],
    handle: ({ identity }, { request: { brokerId } }) =>
      brokerId === identity.nodeId
        ? refused(kafkaErrors.INVALID_REQUEST.code, 'The only broker of the cluster cannot be unregistered.')
        : refused(
            kafkaErrors.BROKER_ID_NOT_REGISTERED.code,
            `Broker ID ${brokerId} is not currently registered`,
          ),
    refuse: (_request, errorCode, errorMessage) => refused(errorCode, errorMessage),
  },
)

function refused(errorCode: number, errorMessage: string | null): UnregisterBrokerResponse {
  return { throttleTimeMs: 0, errorCode, errorMessage }
}
