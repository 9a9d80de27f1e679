/** DescribeTransactions (key 65): state, producer and partitions of transactional ids. */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  DescribeTransactions,
  DescribeTransactionsTransactionState,
  type DescribeTransactionsRequest,
  type DescribeTransactionsResponse,
} from '../../src/protocol/messages/65-describe-transactions.ts'
import type { Transaction } from '../coordinator/transaction/transaction.ts'
import { may } from './authorize.ts'
import { distinct } from './duplicates.ts'
import { apiHandler, type BrokerContext, type RequestContext } from './handler.ts'
import { eachInSteps, sliced } from './sliced.ts'

export const describeTransactions = apiHandler(DescribeTransactions, {
  versions: [0, 0],
  handle: (broker, context) => sliced(broker, describeAll(broker, context)),
  refuse: ({ transactionalIds }, errorCode) => ({
    throttleTimeMs: 0,
    transactionStates: transactionalIds.map(transactionalId => missing(transactionalId, errorCode)),
  }),
})

function* describeAll(
  broker: BrokerContext,
  context: RequestContext<DescribeTransactionsRequest>,
): Generator<void, DescribeTransactionsResponse, void> {
  const asked = distinct(context.request.transactionalIds, id => id)
  const transactionStates = yield* eachInSteps(asked, transactionalId => {
    if (transactionalId === '') return missing(transactionalId, kafkaErrors.INVALID_REQUEST.code)
    if (!may(broker, context, 'DESCRIBE', 'TRANSACTIONAL_ID', transactionalId)) {
      return missing(transactionalId, kafkaErrors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code)
    }
    const unserved = broker.transactions.codeOf(transactionalId)
    if (unserved !== 0) return missing(transactionalId, unserved)
    const transaction = broker.transactions.get(transactionalId)
    // Topics that the client may not know of are left out.
    const isTold = (topic: string) => may(broker, context, 'DESCRIBE', 'TOPIC', topic)
    if (transaction !== undefined) return describe(transaction, isTold)
    return missing(transactionalId, kafkaErrors.TRANSACTIONAL_ID_NOT_FOUND.code)
  })
  return { throttleTimeMs: 0, transactionStates }
}

function describe(
  transaction: Transaction,
  isTold: (topic: string) => boolean,
): DescribeTransactionsTransactionState {
  return {
    errorCode: 0,
    transactionalId: transaction.transactionalId,
    transactionState: transaction.state,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStartTimeMs: transaction.startTimestampMs,
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    topics: [...transaction.partitions]
      .filter(([topic]) => isTold(topic))
      .map(([topic, partitions]) => ({
        topic,
        partitions: [...partitions].sort((left, right) => left - right),
      })),
  }
}

function missing(transactionalId: string, errorCode: number): DescribeTransactionsTransactionState {
  return DescribeTransactionsTransactionState.create({ transactionalId, errorCode })
}
