/**
 * What each request does to a transactional id: pure rules from what is known to the next state, or to Kafka's code.
 *
 * The producer id and epoch of a request say who asks. An epoch that is past is fenced, so that whoever lost the
 * transactional id to a successor can neither add to its transaction nor end it; under KIP-890 the same holds of the
 * producer's own earlier transactions, because each has an epoch of its own: a late EndTxn cannot end a later
 * transaction, which is the fault that Jepsen found in the older protocol (reliability.md section 1).
 */
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import {
  contains,
  extended,
  fenceDecided,
  fenced,
  initialized,
  isEpochExhausted,
  prepared,
  producerEpochMax,
  type ClientVersion,
  type PartitionSet,
  type Transaction,
} from './transaction.ts'
import { isComplete, isPrepared } from './transaction-state.ts'

/** `move` to another state, `stay` with a good answer, or `refuse` with a code. */
export type Decision =
  | { readonly kind: 'move'; readonly to: Transaction }
  | { readonly kind: 'stay' }
  | { readonly kind: 'refuse'; readonly kafkaCode: number }

export interface Producer {
  readonly producerId: number
  readonly producerEpoch: number
}

/** Hands out a producer id that was never used. */
export type NextProducerId = () => number

const stay: Decision = { kind: 'stay' }

/**
 * InitProducerId. `expected` is the producer that wants to go on after an error (KIP-360), `undefined` of one that starts.
 *
 * | state          | expected                       | decision                                                |
 * |----------------|--------------------------------|---------------------------------------------------------|
 * | any            | another producer id            | PRODUCER_FENCED                                         |
 * | Prepare*       | -                              | CONCURRENT_TRANSACTIONS                                 |
 * | Ongoing        | none, or the present epoch     | fence: abort under a bumped epoch; asked again after it |
 * | Ongoing        | any other epoch                | PRODUCER_FENCED: the past must not abort the present    |
 * | else           | none                           | epoch + 1, or a new producer id if epochs have run out  |
 * | else           | the present epoch              | the same, and its retry will be known                   |
 * | else           | the epoch before               | a retry, or its transaction took too long: the present  |
 * | else           | any other epoch                | PRODUCER_FENCED                                         |
 */
export function decideInit(
  before: Transaction,
  request: { readonly expected: Producer | undefined; readonly timeoutMs: number },
  nowMs: number,
  nextProducerId: NextProducerId,
): Decision {
  const { expected, timeoutMs } = request
  if (expected !== undefined && !mayBe(before, expected)) return refuse('PRODUCER_FENCED')
  if (isPrepared(before.state) || before.state === 'PrepareEpochFence')
    return refuse('CONCURRENT_TRANSACTIONS')
  const { producerId, producerEpoch } = before
  const same = expected === undefined || producerEpoch < 0 || expected.producerEpoch === producerEpoch
  const retry = !same && expected.producerEpoch === before.lastProducerEpoch
  if (!same && !retry) return refuse('PRODUCER_FENCED')
  if (before.state === 'Ongoing') {
    if (retry) return refuse('PRODUCER_FENCED')
    const by = expected === undefined ? 'another' : 'itself'
    return { kind: 'move', to: decideFence(before, by, nowMs, nextProducerId) }
  }
  if (retry && producerEpoch < producerEpochMax) {
    if (before.state === 'Empty' && before.timeoutMs === timeoutMs) return stay
    const { lastProducerEpoch } = before
    const again = { producerId, producerEpoch, lastProducerEpoch, timeoutMs }
    return { kind: 'move', to: initialized(before, again, nowMs) }
  }
  const given = { timeoutMs, lastProducerEpoch: expected === undefined ? -1 : expected.producerEpoch }
  const next = isEpochExhausted(producerEpoch)
    ? { ...given, producerId: nextProducerId(), producerEpoch: 0 }
    : { ...given, producerId, producerEpoch: producerEpoch + 1 }
  return { kind: 'move', to: initialized(before, next, nowMs) }
}

/** AddPartitionsToTxn and AddOffsetsToTxn, and the implicit forms of both. */
export function decideAdd(
  before: Transaction | undefined,
  request: Producer & { readonly partitions: PartitionSet; readonly clientVersion: ClientVersion },
  nowMs: number,
): Decision {
  if (before === undefined || before.producerId !== request.producerId) {
    return refuse('INVALID_PRODUCER_ID_MAPPING')
  }
  if (!holds(before, request)) return refuse('PRODUCER_FENCED')
  if (isPrepared(before.state) || before.state === 'PrepareEpochFence')
    return refuse('CONCURRENT_TRANSACTIONS')
  if (before.state === 'Ongoing' && contains(before, request.partitions)) return stay
  return { kind: 'move', to: extended(before, request, nowMs) }
}

/** Whether partitions are in the open transaction; nothing is added (semantics G73). */
export function decideVerify(
  before: Transaction | undefined,
  request: Producer & { readonly partitions: PartitionSet },
): Decision {
  if (before === undefined || before.producerId !== request.producerId) {
    return refuse('INVALID_PRODUCER_ID_MAPPING')
  }
  // First of all: who is fenced must learn that, not that the transaction has another state by now (trap 7).
  if (!holds(before, request)) return refuse('PRODUCER_FENCED')
  if (isPrepared(before.state) || before.state === 'PrepareEpochFence')
    return refuse('CONCURRENT_TRANSACTIONS')
  const open = before.state === 'Ongoing' && contains(before, request.partitions)
  return open ? stay : refuse('TRANSACTION_ABORTABLE')
}

/**
 * EndTxn up to version 4: the epoch is the same for all transactions of a producer.
 *
 * | state          | commit                  | abort                   |
 * |----------------|-------------------------|-------------------------|
 * | Empty          | INVALID_TXN_STATE       | INVALID_TXN_STATE       |
 * | Ongoing        | PrepareCommit           | PrepareAbort            |
 * | PrepareCommit  | CONCURRENT_TRANSACTIONS | INVALID_TXN_STATE       |
 * | PrepareAbort   | INVALID_TXN_STATE       | CONCURRENT_TRANSACTIONS |
 * | CompleteCommit | a retry: done           | INVALID_TXN_STATE       |
 * | CompleteAbort  | INVALID_TXN_STATE       | a retry: done           |
 */
export function decideEndV1(
  before: Transaction | undefined,
  request: Producer & { readonly commit: boolean },
  nowMs: number,
): Decision {
  if (before === undefined || before.producerId !== request.producerId) {
    return refuse('INVALID_PRODUCER_ID_MAPPING')
  }
  if (!holds(before, request)) return refuse('PRODUCER_FENCED')
  const { commit } = request
  if (before.state === 'Ongoing') {
    // A fence or a change of protocol within a transaction cannot be: who began it ends it, in its own way.
    const clientVersion = before.clientVersion === 2 ? 1 : before.clientVersion
    return { kind: 'move', to: prepared(before, { commit, clientVersion, nextProducerId: -1 }, nowMs) }
  }
  if (before.state === (commit ? 'CompleteCommit' : 'CompleteAbort')) return stay
  if (before.state === (commit ? 'PrepareCommit' : 'PrepareAbort')) return refuse('CONCURRENT_TRANSACTIONS')
  return refuse('INVALID_TXN_STATE')
}

/**
 * EndTxn since version 5 (KIP-890): the answer carries the epoch of the next transaction.
 *
 * `same`: the request has the present epoch. `repeated`: it has the one before, which this very request ended, or the
 * coordinator because it took too long; or, after a rotation, the last epoch of the id before. Anything else is
 * PRODUCER_FENCED.
 *
 * | state          | epoch    | commit                  | abort                                       |
 * |----------------|----------|-------------------------|---------------------------------------------|
 * | Empty          | same     | INVALID_TXN_STATE       | PrepareAbort of nothing: a new epoch        |
 * | Ongoing        | same     | PrepareCommit           | PrepareAbort                                |
 * | Prepare*       | same     | CONCURRENT_TRANSACTIONS | CONCURRENT_TRANSACTIONS                     |
 * | PrepareCommit  | repeated | CONCURRENT_TRANSACTIONS | INVALID_TXN_STATE                           |
 * | PrepareAbort   | repeated | INVALID_TXN_STATE       | CONCURRENT_TRANSACTIONS                     |
 * | CompleteCommit | repeated | done                    | INVALID_TXN_STATE                           |
 * | CompleteAbort  | repeated | INVALID_TXN_STATE       | done                                        |
 * | Complete*      | same     | INVALID_TXN_STATE       | PrepareAbort of nothing: a new epoch        |
 */
export function decideEndV2(
  before: Transaction | undefined,
  request: Producer & { readonly commit: boolean },
  nowMs: number,
  nextProducerId: NextProducerId,
): Decision {
  if (before === undefined) return refuse('INVALID_PRODUCER_ID_MAPPING')
  const { commit } = request
  const place = epochPlace(before, request)
  if (place === 'stranger') return refuse('INVALID_PRODUCER_ID_MAPPING')
  if (place === 'fenced') return refuse('PRODUCER_FENCED')
  const { state } = before
  if (isPrepared(state) || state === 'PrepareEpochFence') {
    // Told of the outcome before its markers could be written, a producer may be ahead of them.
    if (place === 'same') return refuse('CONCURRENT_TRANSACTIONS')
    return state === (commit ? 'PrepareCommit' : 'PrepareAbort')
      ? refuse('CONCURRENT_TRANSACTIONS')
      : refuse('INVALID_TXN_STATE')
  }
  if (place === 'repeated') {
    if (!isComplete(state)) return refuse('PRODUCER_FENCED')
    return state === (commit ? 'CompleteCommit' : 'CompleteAbort') ? stay : refuse('INVALID_TXN_STATE')
  }
  if (state !== 'Ongoing' && commit) return refuse('INVALID_TXN_STATE')
  const next = rotationOf(before, nextProducerId)
  return { kind: 'move', to: prepared(before, { commit, clientVersion: 2, nextProducerId: next }, nowMs) }
}

/** The abort of an open transaction that its producer did not ask for, or that it goes on after under its own name. */
export function decideFence(
  before: Transaction,
  by: 'itself' | 'time' | 'another',
  nowMs: number,
  nextProducerId: NextProducerId,
): Transaction {
  return fenced(before, by, { nextProducerId: rotationOf(before, nextProducerId), nowMs })
}

/** A fence that another broker wrote and did not live to turn into its abort. */
export function decideFenced(before: Transaction | undefined, nowMs: number): Decision {
  if (before?.state !== 'PrepareEpochFence') return stay
  return { kind: 'move', to: fenceDecided(before, nowMs) }
}

/** The id that comes in the place of one whose last epoch the markers will have; -1 as long as there are others. */
function rotationOf({ producerEpoch }: Transaction, nextProducerId: NextProducerId): number {
  return isEpochExhausted(producerEpoch) ? nextProducerId() : -1
}

function epochPlace(before: Transaction, request: Producer): 'same' | 'repeated' | 'fenced' | 'stranger' {
  const { producerId, producerEpoch } = request
  // What another producer's coming ended nobody may repeat. (Kafka takes any epoch that is one less for a repetition, also
  // that of a producer that was followed by one of an older protocol.)
  const repeatable = before.clientVersion === 2
  const rotated =
    before.producerEpoch === 0 && before.previousProducerId === producerId && isEpochExhausted(producerEpoch)
  if (rotated) return repeatable ? 'repeated' : 'fenced'
  if (before.producerId !== producerId) return 'stranger'
  if (holds(before, request)) return 'same'
  // The last epoch is never given to anyone, also not to whose transaction took too long in the one before.
  if (isComplete(before.state) && before.producerEpoch === producerEpochMax) return 'fenced'
  return repeatable && before.producerEpoch === producerEpoch + 1 ? 'repeated' : 'fenced'
}

/** Whether a request has the epoch that the producer was given last. The last of all is never given to anyone. */
function holds(before: Transaction, { producerEpoch }: Producer): boolean {
  return before.producerEpoch === producerEpoch && producerEpoch < producerEpochMax
}

/** Whether `expected` may be the holder of the transactional id, or was it until its epochs ran out. */
function mayBe(before: Transaction, expected: Producer): boolean {
  if (before.producerEpoch < 0 || before.producerId === expected.producerId) return true
  return before.previousProducerId === expected.producerId && isEpochExhausted(expected.producerEpoch)
}

function refuse(name: keyof typeof kafkaErrors): Decision {
  return { kind: 'refuse', kafkaCode: kafkaErrors[name].code }
}
