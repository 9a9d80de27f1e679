/**
 * ListTransactions (key 66): the transactional ids whose state, producer, age and name are as asked for.
 *
 * Behaviour. A state that does not exist is answered as such and matches nothing. The pattern of names is matched in
 * time linear in the name (`coordinator/linear-pattern.ts`), because it comes from the wire, and between many names others
 * get their turn; one that cannot be read is INVALID_REGULAR_EXPRESSION.
 *
 * Version notes. 1: the least duration. 2: the pattern.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  ListTransactions,
  type ListTransactionsRequest,
  type ListTransactionsResponse,
} from '../../src/protocol/messages/66-list-transactions.ts'
import { linearPattern } from '../coordinator/linear-pattern.ts'
import type { Matcher } from '../coordinator/step-matcher.ts'
import { transactionStateIds } from '../coordinator/transaction/transaction-state.ts'
import type { Transaction } from '../coordinator/transaction/transaction.ts'
import { may } from './authorize.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { sliced } from './sliced.ts'

export const listTransactions: ApiHandler<ListTransactionsRequest, ListTransactionsResponse> = apiHandler(
  ListTransactions,
  {
    versions: [0, 2],
    handle,
    refuse: (_request, errorCode) => respond({ errorCode }),
  },
)

function handle(
  broker: BrokerContext,
  context: RequestContext<ListTransactionsRequest>,
): ListTransactionsResponse | Promise<ListTransactionsResponse> {
  const { clock } = broker
  const { request } = context
  const { transactionalIdPattern, stateFilters } = request
  // An empty pattern is none, as in Kafka.
  const matches = transactionalIdPattern ? linearPattern(transactionalIdPattern) : all
  if (matches === undefined) return respond({ errorCode: kafkaErrors.INVALID_REGULAR_EXPRESSION.code })
  const filter: Filter = {
    states: new Set(stateFilters),
    producerIds: new Set(request.producerIdFilters),
    beganBefore: request.durationFilter < 0 ? Infinity : clock.now() - request.durationFilter,
    matches,
  }
  return sliced(broker, list(broker, context, filter))
}

function* list(
  broker: BrokerContext,
  context: RequestContext<ListTransactionsRequest>,
  filter: Filter,
): Generator<void, ListTransactionsResponse, void> {
  const transactionStates: ListTransactionsResponse['transactionStates'][number][] = []
  for (const transaction of broker.transactions.all()) {
    yield
    const { transactionalId, producerId, state } = transaction
    if (!passes(transaction, filter)) continue
    if (!may(broker, context, 'DESCRIBE', 'TRANSACTIONAL_ID', transactionalId)) continue
    transactionStates.push({ transactionalId, producerId, transactionState: state })
  }
  const asked = [...new Set(context.request.stateFilters)]
  const unknownStateFilters = asked.filter(state => !Object.hasOwn(transactionStateIds, state))
  return respond({ unknownStateFilters, transactionStates })
}

interface Filter {
  /** Empty: all. */
  readonly states: ReadonlySet<string>
  readonly producerIds: ReadonlySet<number>
  readonly beganBefore: number
  readonly matches: Matcher
}

const all: Matcher = () => true

function passes(transaction: Transaction, filter: Filter): boolean {
  const { state, producerId, startTimestampMs, transactionalId } = transaction
  if (filter.states.size > 0 && !filter.states.has(state)) return false
  if (filter.producerIds.size > 0 && !filter.producerIds.has(producerId)) return false
  return startTimestampMs < filter.beganBefore && filter.matches(transactionalId)
}

function respond(parts: Partial<ListTransactionsResponse>): ListTransactionsResponse {
  return { throttleTimeMs: 0, errorCode: 0, unknownStateFilters: [], transactionStates: [], ...parts }
}
