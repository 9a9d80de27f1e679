/** Plans a foreign-key join: names in Kafka's order, the topics between both tables, and the nodes that use them. */
import type { StreamsError } from '../base/errors.ts'
import { misuse } from '../base/misuse.ts'
import type { JoinCallback } from '../operators/callbacks.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { ForeignKeySerdes } from '../plan/foreign-key-node.ts'
import type { StorePlan } from '../plan/node-base.ts'
import type { Plan } from '../plan/plan.ts'
import { bytes } from '../serdes/primitives.ts'
import { json } from '../serdes/json.ts'
import type { Serde } from '../serdes/serde.ts'
import { checkFunction } from './argument-checks.ts'
import type { Dsl, TableState } from './handle.ts'
import type { ForeignKeyJoinOptions } from './join-options.ts'
import { planStore, requireKeySerde } from './store-plan.ts'

export type AnyForeignKeyJoinOptions = ForeignKeyJoinOptions<unknown, unknown, unknown, unknown>

/** What a join is asked to do. */
export interface ForeignKeyJoinRequest {
  readonly operator: 'join' | 'leftJoin'
  readonly left: TableState
  readonly right: TableState
  readonly joiner: JoinCallback
  readonly options: AnyForeignKeyJoinOptions
}

/** Adds the nodes; the result has the keys of the left table. */
export function planForeignKeyJoin({ plan }: Dsl, request: ForeignKeyJoinRequest): TableState {
  const { operator, left, right, joiner, options } = request
  const { on } = options
  checkFunction(on, `${operator}: on`)
  const serdes: ForeignKeySerdes = Object.freeze({
    primaryKeys: requireKeySerde(left.keySerde, operator),
    leftValues: left.valueSerde ?? json<unknown>(),
    foreignKeys: requireKeySerde(right.keySerde, operator),
    rightValues: right.valueSerde ?? json<unknown>(),
  })
  const names = namesOf(plan, options.name)
  const store = planStore(plan, {
    prefix: 'KTABLE-FK-JOIN-OUTPUT-',
    options,
    keySerde: serdes.primaryKeys,
    valueSerde: undefined,
    operator,
  })
  const place = declaredAt()
  const subscription = plan.add({
    kind: 'foreign-key-subscription',
    name: names.subscribe,
    declaredAt: place,
    parent: left.node,
    table: right.node,
    on,
    left: operator === 'leftJoin',
    serdes,
    topic: names.subscriptionTopic,
    sinkName: names.subscriptionSink,
    sourceName: names.subscriptionSource,
    keepName: names.keep,
    answerName: names.answerSubscription,
    store: subscriptionStore(plan, names.subscriptions),
    partitioner: options.otherPartitioner,
  })
  const change = plan.add({
    kind: 'foreign-key-change',
    name: names.answerSubscribers,
    declaredAt: place,
    parent: right.node,
    subscriptions: names.subscriptions,
    foreignKeys: serdes.foreignKeys,
  })
  const node = plan.add({
    kind: 'foreign-key-join',
    name: names.result,
    declaredAt: place,
    parents: Object.freeze([subscription, change] as const),
    joiner,
    topic: names.responseTopic,
    sinkName: names.responseSink,
    sourceName: names.responseSource,
    combineName: names.combine,
    store,
    partitioner: options.partitioner,
  })
  return { node, keySerde: serdes.primaryKeys, valueSerde: options.value }
}

/** Takes all indexes, in Kafka's order, whether a name is given or not. */
function namesOf(plan: Plan, given: string | undefined) {
  const numbered = (part: string, suffix: string): string =>
    plan.processorName(`KTABLE-${part}-`, given, suffix)
  return {
    subscriptionTopic: `${numbered('FK-JOIN-SUBSCRIPTION-REGISTRATION', '-subscription-registration')}-topic`,
    subscribe: numbered('FK-JOIN-SUBSCRIPTION-REGISTRATION', '-subscription-registration-processor'),
    subscriptionSink: numbered('SINK', '-subscription-registration-sink'),
    subscriptionSource: numbered('SOURCE', '-subscription-registration-source'),
    subscriptions: numbered('FK-JOIN-SUBSCRIPTION-STATE-STORE', '-subscription-store'),
    keep: numbered('FK-JOIN-SUBSCRIPTION-PROCESSOR', '-subscription-receive'),
    answerSubscription: numbered('FK-JOIN-SUBSCRIPTION-PROCESSOR', '-subscription-join-foreign'),
    answerSubscribers: numbered('FK-JOIN-SUBSCRIPTION-PROCESSOR', '-foreign-join-subscription'),
    responseTopic: `${numbered('FK-JOIN-SUBSCRIPTION-RESPONSE', '-subscription-response')}-topic`,
    responseSink: numbered('SINK', '-subscription-response-sink'),
    responseSource: numbered('SOURCE', '-subscription-response-source'),
    combine: numbered('FK-JOIN-SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR', '-subscription-response-resolver'),
    result: numbered('FK-JOIN-OUTPUT', '-result'),
  }
}

function subscriptionStore({ backend }: Plan, name: string): StorePlan {
  return Object.freeze({
    name,
    // Kafka's strict naming asks for the name of the result's store alone.
    named: true,
    keySerde: bytes() as Serde<unknown>,
    // The plan's compilation puts the serde of subscriptions in its place.
    valueSerde: bytes() as Serde<unknown>,
    changelog: {},
    cache: false,
    backend,
  })
}

/** Whether a join is to be by a foreign key. */
export function hasForeignKey(options: unknown): options is AnyForeignKeyJoinOptions {
  return typeof options === 'object' && options !== null && 'on' in options && options.on !== undefined
}

/** What an outer join by a foreign key is refused with: rows of the other table would have no key (semantics F10). */
export function noOuterJoin(): StreamsError {
  return misuse(`outerJoin: there is none by a foreign key; join or leftJoin from either side`)
}
