/**
 * EndTxn (key 26): commits or aborts the open transaction of a producer.
 *
 * Behaviour. Once answered, the outcome is certain: markers are in every partition, or will be, whatever happens. A
 * repetition is answered as the first time. `coordinator/transaction/decisions.ts` has the tables.
 *
 * Version notes. 2: PRODUCER_FENCED. 4: TRANSACTION_ABORTABLE. 5: every transaction has an epoch of its own, and the answer
 * says which the next one has (KIP-890); so an EndTxn that is late cannot end a later transaction.
 */
import { EndTxn, type EndTxnRequest, type EndTxnResponse } from '../../src/protocol/messages/26-end-txn.ts'
import type { ProducerResult } from '../coordinator/transaction/coordinator.ts'
import { fencedCode } from './fenced-code.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

const fencedSince = 2
const bumpsEpochSince = 5

export const endTxn: ApiHandler<EndTxnRequest, EndTxnResponse> = apiHandler(EndTxn, {
  versions: [0, 5],
  handle,
  refuse: (_request, errorCode) => ({ throttleTimeMs: 0, errorCode, producerId: -1, producerEpoch: -1 }),
})

function handle(
  { transactions }: BrokerContext,
  { request, version }: RequestContext<EndTxnRequest>,
): EndTxnResponse | Promise<EndTxnResponse> {
  const { transactionalId, producerId, producerEpoch, committed } = request
  const bumpsEpoch = version >= bumpsEpochSince
  const result = transactions.end({
    transactionalId,
    producerId,
    producerEpoch,
    commit: committed,
    bumpsEpoch,
  })
  return result instanceof Promise ? result.then(each => respond(each, version)) : respond(result, version)
}

function respond({ producerId, producerEpoch, errorCode }: ProducerResult, version: number): EndTxnResponse {
  const told = fencedCode(errorCode, version, fencedSince)
  return { throttleTimeMs: 0, errorCode: told, producerId, producerEpoch }
}
