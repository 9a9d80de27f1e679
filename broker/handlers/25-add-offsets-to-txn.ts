/**
 * AddOffsetsToTxn (key 25): says that a transaction is about to commit offsets of a group.
 *
 * Behaviour. As AddPartitionsToTxn for the partition of `__consumer_offsets` that the group's offsets go to. As in Kafka the group id
 * is not looked at, even if it is empty: TxnOffsetCommit refuses that.
 *
 * Version notes. 2: PRODUCER_FENCED. 4: TRANSACTION_ABORTABLE.
 */
import {
  AddOffsetsToTxn,
  type AddOffsetsToTxnRequest,
  type AddOffsetsToTxnResponse,
} from '../../src/protocol/messages/25-add-offsets-to-txn.ts'
import { offsetsTopic } from '../coordinator/internal-topic.ts'
import { onePartition } from '../coordinator/transaction/transaction.ts'
import { fencedCode } from './fenced-code.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

const fencedSince = 2

export const addOffsetsToTxn: ApiHandler<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse> = apiHandler(
  AddOffsetsToTxn,
  {
    versions: [0, 4],
    handle,
    refuse: (_request, errorCode) => ({ throttleTimeMs: 0, errorCode }),
  },
)

function handle(
  { groups, transactions }: BrokerContext,
  { request, version }: RequestContext<AddOffsetsToTxnRequest>,
): AddOffsetsToTxnResponse | Promise<AddOffsetsToTxnResponse> {
  const { transactionalId, producerId, producerEpoch, groupId } = request
  const partitions = onePartition(offsetsTopic, groups.partitionOf(groupId))
  const code = transactions.add({ transactionalId, producerId, producerEpoch, partitions, clientVersion: 0 })
  const respond = (errorCode: number) => ({
    throttleTimeMs: 0,
    errorCode: fencedCode(errorCode, version, fencedSince),
  })
  return code instanceof Promise ? code.then(respond) : respond(code)
}
