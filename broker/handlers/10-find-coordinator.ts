/**
 * FindCoordinator (key 10): where to send requests about a group or a transactional id.
 *
 * Behaviour. A single broker coordinates everything, so the answer is always itself; what coordinates is decided by the
 * key's hash inside (semantics G12); where the log of that partition is damaged, nobody does. Keys of share groups are
 * refused: there are none here.
 *
 * Version notes. 1: key types and messages. 4: several keys. 6: share groups.
 */
import { errorByCode, kafkaErrors } from '../../src/protocol/errors.ts'
import {
  FindCoordinator,
  FindCoordinatorResponse,
  type Coordinator,
  type FindCoordinatorRequest,
} from '../../src/protocol/messages/10-find-coordinator.ts'
import { may, refusalOf } from './authorize.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

const keysSince = 4
const groupKey = 0
const transactionKey = 1

export const findCoordinator: ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse> = apiHandler(
  FindCoordinator,
  {
    versions: [0, 6],
    handle,
    refuse: (request, errorCode, errorMessage, version) =>
      respond(request, version, key => ({ ...nowhere(key), errorCode, errorMessage })),
  },
)

function handle(
  broker: BrokerContext,
  context: RequestContext<FindCoordinatorRequest>,
): FindCoordinatorResponse {
  const { request, version } = context
  const { host, port } = context.advertised
  const { nodeId } = broker.identity
  const { keyType } = request
  if (keyType === groupKey || keyType === transactionKey) {
    const resourceType = keyType === groupKey ? 'GROUP' : 'TRANSACTIONAL_ID'
    return respond(request, version, key => {
      if (may(broker, context, 'DESCRIBE', resourceType, key)) {
        // Without a leader of the partition Kafka says so here: clients ask again after a while, and of nobody else.
        const { groups, transactions } = broker
        const unserved = keyType === groupKey ? groups.codeOf(key) : transactions.codeOf(key)
        if (unserved !== 0) {
          const { summary } = errorByCode(unserved)
          return { ...nowhere(key), errorCode: unserved, errorMessage: summary }
        }
        // Kafka has these words for no error.
        return { key, nodeId, host, port, errorCode: 0, errorMessage: version >= keysSince ? '' : 'NONE' }
      }
      const { errorCode, errorMessage } = refusalOf(context, 'DESCRIBE', resourceType, key)
      return { ...nowhere(key), errorCode, errorMessage }
    })
  }
  const errorMessage = `There are no coordinators of key type ${keyType}.`
  const errorCode = kafkaErrors.INVALID_REQUEST.code
  return respond(request, version, key => ({ ...nowhere(key), errorCode, errorMessage }))
}

function respond(
  request: FindCoordinatorRequest,
  version: number,
  find: (key: string) => Coordinator,
): FindCoordinatorResponse {
  if (version >= keysSince) {
    return FindCoordinatorResponse.create({ coordinators: request.coordinatorKeys.map(find) })
  }
  const { nodeId, host, port, errorCode, errorMessage } = find(request.key)
  return FindCoordinatorResponse.create({ nodeId, host, port, errorCode, errorMessage })
}

function nowhere(key: string): Pick<Coordinator, 'key' | 'nodeId' | 'host' | 'port'> {
  return { key, nodeId: -1, host: '', port: -1 }
}
