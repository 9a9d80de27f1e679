/**
 * InitProducerId (key 22): gives a producer its id and epoch.
 *
 * Behaviour. Without a transactional id: a fresh id, epoch 0. With one: the id that it always had and the next epoch, which
 * fences whoever had the one before; a transaction that was left open is aborted first, within this request if the disk
 * allows it, else CONCURRENT_TRANSACTIONS until it is. `coordinator/transaction/decisions.ts` has the table.
 *
 * A producer that names itself gives both its id and its epoch: half a name is INVALID_REQUEST.
 *
 * Version notes. 3: a producer names itself to go on after an error (KIP-360). 4: PRODUCER_FENCED. 5: KIP-890. Version 6
 * (two-phase commit) is not stable in Kafka and not spoken here.
 */
import {
  InitProducerId,
  InitProducerIdResponse,
  type InitProducerIdRequest,
} from '../../src/protocol/messages/22-init-producer-id.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import type { ProducerResult } from '../coordinator/transaction/coordinator.ts'
import { fencedCode } from './fenced-code.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

const fencedSince = 4

export const initProducerId: ApiHandler<InitProducerIdRequest, InitProducerIdResponse> = apiHandler(
  InitProducerId,
  {
    versions: [0, 5],
    handle,
    refuse: (_request, errorCode) => InitProducerIdResponse.create({ errorCode, producerEpoch: -1 }),
  },
)

function handle(
  { transactions }: BrokerContext,
  { request, version }: RequestContext<InitProducerIdRequest>,
): InitProducerIdResponse | Promise<InitProducerIdResponse> {
  const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = request
  if (producerId < 0 !== producerEpoch < 0) {
    throw new BrokerError(
      kafkaErrors.INVALID_REQUEST.code,
      'a producer id without an epoch, or an epoch without an id',
    )
  }
  const expected = producerId >= 0 ? { producerId, producerEpoch } : undefined
  const result = transactions.init({ transactionalId, timeoutMs: transactionTimeoutMs, expected })
  return result instanceof Promise ? result.then(each => respond(each, version)) : respond(result, version)
}

function respond(result: ProducerResult, version: number): InitProducerIdResponse {
  const errorCode = fencedCode(result.errorCode, version, fencedSince)
  return InitProducerIdResponse.create({ ...result, errorCode })
}
