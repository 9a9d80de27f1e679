/**
 * What a request demands as a whole of whoever sends it, by API; dispatch asks before the handler is called.
 *
 * An API that is not in the table is refused where access is controlled: a new one is closed until somebody has thought about
 * it. Those that are decided by topic, group or transactional id within the request say so here, and decide there.
 */
import type { Api } from '../../src/protocol/api.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { JoinGroup } from '../../src/protocol/messages/11-join-group.ts'
import { OffsetCommit } from '../../src/protocol/messages/08-offset-commit.ts'
import { Heartbeat } from '../../src/protocol/messages/12-heartbeat.ts'
import { LeaveGroup } from '../../src/protocol/messages/13-leave-group.ts'
import { SyncGroup } from '../../src/protocol/messages/14-sync-group.ts'
import { InitProducerId } from '../../src/protocol/messages/22-init-producer-id.ts'
import { AddOffsetsToTxn } from '../../src/protocol/messages/25-add-offsets-to-txn.ts'
import { EndTxn } from '../../src/protocol/messages/26-end-txn.ts'
import { TxnOffsetCommit } from '../../src/protocol/messages/28-txn-offset-commit.ts'
import { OffsetDelete } from '../../src/protocol/messages/47-offset-delete.ts'
import { ConsumerGroupHeartbeat } from '../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { BrokerError } from '../broker-error.ts'
import type { Operation } from '../security/acl.ts'
import { demand, may } from './authorize.ts'
import type { BrokerContext, RequestContext } from './handler.ts'

type Demand = (broker: BrokerContext, context: RequestContext<unknown>) => void

/** Decided within the request, or for everyone. */
const byResource: Demand = () => undefined

function ofCluster(operation: Operation): Demand {
  return (broker, context) => demand(broker, context, operation, 'CLUSTER')
}

/** An entry whose demand depends on what the request says. */
function of<Request>(
  api: Api<Request, unknown>,
  check: (broker: BrokerContext, context: RequestContext<Request>) => void,
): readonly [number, Demand] {
  // The table is keyed by API, and an API has one request.
  return [api.key, check as Demand]
}

function readGroup(api: Api<{ readonly groupId: string }, unknown>): readonly [number, Demand] {
  return of(api, (broker, context) => demand(broker, context, 'READ', 'GROUP', context.request.groupId))
}

/** Topics, groups and ids that are named one by one; ApiVersions and the login, which are for everyone. */
const decidedByResource = [
  0, 1, 2, 3, 9, 10, 15, 16, 17, 18, 19, 20, 21, 23, 24, 32, 33, 36, 37, 42, 44, 60, 61, 65, 66, 69, 75,
]

const ofTheCluster: Partial<Readonly<Record<Operation, readonly number[]>>> = {
  ALTER: [30, 31, 34, 43, 45, 51, 57, 64],
  DESCRIBE: [29, 35, 46, 50, 55],
  DESCRIBE_CONFIGS: [48, 74],
  ALTER_CONFIGS: [49],
}

const demands: ReadonlyMap<number, Demand> = new Map<number, Demand>([
  ...decidedByResource.map(key => [key, byResource] as const),
  ...Object.entries(ofTheCluster).flatMap(([operation, keys]) =>
    keys.map(key => [key, ofCluster(operation as Operation)] as const),
  ),
  ...[OffsetCommit, JoinGroup, Heartbeat, LeaveGroup, SyncGroup, ConsumerGroupHeartbeat].map(api =>
    readGroup(api as Api<{ readonly groupId: string }, unknown>),
  ),
  of(OffsetDelete, (broker, context) => demand(broker, context, 'DELETE', 'GROUP', context.request.groupId)),
  of(InitProducerId, (broker, context) => {
    const { transactionalId } = context.request
    if (transactionalId !== null) demand(broker, context, 'WRITE', 'TRANSACTIONAL_ID', transactionalId)
    // Who may write to some topic may be idempotent about it (KIP-679).
    else if (!broker.authorizer.allowsSome(context, 'WRITE', 'TOPIC')) {
      demand(broker, context, 'IDEMPOTENT_WRITE', 'CLUSTER')
    }
  }),
  of(AddOffsetsToTxn, (broker, context) => {
    demand(broker, context, 'WRITE', 'TRANSACTIONAL_ID', context.request.transactionalId)
    demand(broker, context, 'READ', 'GROUP', context.request.groupId)
  }),
  of(EndTxn, (broker, context) => {
    demand(broker, context, 'WRITE', 'TRANSACTIONAL_ID', context.request.transactionalId)
  }),
  of(TxnOffsetCommit, (broker, context) => {
    demand(broker, context, 'WRITE', 'TRANSACTIONAL_ID', context.request.transactionalId)
    demand(broker, context, 'READ', 'GROUP', context.request.groupId)
  }),
  [
    27,
    (broker, context) => {
      if (!may(broker, context, 'ALTER', 'CLUSTER')) demand(broker, context, 'CLUSTER_ACTION', 'CLUSTER')
    },
  ],
])

/** Whether somebody has thought about who may use this API. */
export function isDemandKnown(apiKey: number): boolean {
  return demands.has(apiKey)
}

/** Throws a `BrokerError` unless the client may send this request. */
export function checkDemand(apiKey: number, broker: BrokerContext, context: RequestContext<unknown>): void {
  const check = demands.get(apiKey)
  if (check !== undefined) {
    check(broker, context)
    return
  }
  const why = `API key ${apiKey} is closed while access is controlled.`
  throw new BrokerError(kafkaErrors.CLUSTER_AUTHORIZATION_FAILED.code, why)
}
