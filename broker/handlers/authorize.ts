/** The one way in which handlers ask whether a client may do what it asks for. */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import { clusterName, operations, type Operation, type ResourceType } from '../security/acl.ts'
import type { Asker } from '../security/authorizer.ts'
import type { Failure } from './failure.ts'
import type { BrokerContext } from './handler.ts'

type Authorizing = Pick<BrokerContext, 'authorizer'>

/** Whether the client may do this. */
export function may(
  { authorizer }: Authorizing,
  asker: Asker,
  operation: Operation,
  resourceType: ResourceType,
  name: string = clusterName,
): boolean {
  return authorizer.allows(asker, operation, resourceType, name)
}

const failures: Readonly<Record<ResourceType, number>> = {
  TOPIC: kafkaErrors.TOPIC_AUTHORIZATION_FAILED.code,
  GROUP: kafkaErrors.GROUP_AUTHORIZATION_FAILED.code,
  CLUSTER: kafkaErrors.CLUSTER_AUTHORIZATION_FAILED.code,
  TRANSACTIONAL_ID: kafkaErrors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code,
  DELEGATION_TOKEN: kafkaErrors.DELEGATION_TOKEN_AUTHORIZATION_FAILED.code,
  USER: kafkaErrors.CLUSTER_AUTHORIZATION_FAILED.code,
}

/** Refuses the request as a whole, with the code of the resource's type, unless the client may do this. */
export function demand(
  broker: Authorizing,
  asker: Asker,
  operation: Operation,
  resourceType: ResourceType,
  name: string = clusterName,
): void {
  if (may(broker, asker, operation, resourceType, name)) return
  const { errorCode, errorMessage } = refusalOf(asker, operation, resourceType, name)
  throw new BrokerError(errorCode, errorMessage)
}

/** What a client is told of what it may not do. */
export function refusalOf(
  { session: { principal } }: Asker,
  operation: Operation,
  resourceType: ResourceType,
  name: string = clusterName,
): Failure {
  const what = resourceType === 'CLUSTER' ? 'the cluster' : `${resourceType} ${name}`
  return { errorCode: failures[resourceType], errorMessage: `${principal} may not ${operation} ${what}.` }
}

/** The bits of what the client may do to a resource, of what its type has (KIP-430). */
export function authorizedBits(
  broker: Authorizing,
  asker: Asker,
  resourceType: ResourceType,
  name: string = clusterName,
): number {
  let bits = 0
  for (const operation of operationsOf[resourceType] ?? []) {
    if (may(broker, asker, operation, resourceType, name)) bits |= 1 << operations[operation]
  }
  return bits
}

/** The same for the cluster: nothing where the client may not even describe it. */
export function clusterBits(broker: Authorizing, asker: Asker, isAsked: boolean): number {
  if (!isAsked) return operationsNotAsked
  return may(broker, asker, 'DESCRIBE', 'CLUSTER') ? authorizedBits(broker, asker, 'CLUSTER') : 0
}

/** What the field holds when the client did not ask. */
export const operationsNotAsked: number = -(2 ** 31)

const operationsOf: Partial<Readonly<Record<ResourceType, readonly Operation[]>>> = {
  TOPIC: ['READ', 'WRITE', 'CREATE', 'DESCRIBE', 'DELETE', 'ALTER', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  GROUP: ['READ', 'DESCRIBE', 'DELETE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  CLUSTER: [
    'CREATE',
    'CLUSTER_ACTION',
    'DESCRIBE_CONFIGS',
    'ALTER_CONFIGS',
    'IDEMPOTENT_WRITE',
    'ALTER',
    'DESCRIBE',
  ],
}
