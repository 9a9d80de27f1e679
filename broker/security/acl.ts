/**
 * Rules of access control, with Kafka's numbers: who (principal and host) may or may not do what to which resources.
 *
 * A rule is about one name (literal; "*" for every name), or about all names that begin alike (prefixed).
 */

export const resourceTypes = {
  TOPIC: 2,
  GROUP: 3,
  CLUSTER: 4,
  TRANSACTIONAL_ID: 5,
  DELEGATION_TOKEN: 6,
  USER: 7,
} as const

export type ResourceType = keyof typeof resourceTypes

export const operations = {
  ALL: 2,
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
  CREATE_TOKENS: 13,
  DESCRIBE_TOKENS: 14,
  TWO_PHASE_COMMIT: 15,
} as const

export type Operation = keyof typeof operations

export const patternTypes = { any: 1, match: 2, literal: 3, prefixed: 4 } as const
export const permissions = { deny: 2, allow: 3 } as const

/** Stands for "any" in a filter, whatever it filters by. */
export const anyOf = 1
/** Every name, every host; and `everyone` every user. */
export const wildcard = '*'
export const everyone = 'User:*'
/** The name of the one resource of the type CLUSTER. */
export const clusterName = 'kafka-cluster'

/** One rule. */
export interface Acl {
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  readonly principal: string
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}

/** Which rules are meant; null or 1 where it does not matter. */
export interface AclFilter {
  readonly resourceTypeFilter: number
  readonly resourceNameFilter: string | null
  readonly patternTypeFilter: number
  readonly principalFilter: string | null
  readonly hostFilter: string | null
  readonly operation: number
  readonly permissionType: number
}

const typeNumbers: ReadonlySet<number> = new Set(Object.values(resourceTypes))
const operationNumbers: ReadonlySet<number> = new Set(Object.values(operations))
const nameLengthMax = 2 ** 15 - 1

/** What is wrong with a rule that is to be added; `undefined` if nothing is. */
export function aclFault(acl: Acl): string | undefined {
  const { resourceType, resourceName, patternType, principal, operation, permissionType, host } = acl
  if (!typeNumbers.has(resourceType)) return `Invalid resourceType ${resourceType}`
  if (patternType !== patternTypes.literal && patternType !== patternTypes.prefixed) {
    return `Invalid patternType ${patternType}`
  }
  if (!operationNumbers.has(operation)) return `Invalid operation ${operation}`
  if (permissionType !== permissions.deny && permissionType !== permissions.allow) {
    return `Invalid permissionType ${permissionType}`
  }
  if (resourceName === '' || resourceName.length > nameLengthMax) return 'Resource name should not be empty'
  if (resourceType === resourceTypes.CLUSTER && resourceName !== clusterName) {
    return `The only valid name for the CLUSTER resource is ${clusterName}`
  }
  if (!/^[^:]+:[^]+$/.test(principal)) {
    return `expected a string in format principalType:principalName but got ${principal}`
  }
  return host === '' ? 'The host is empty' : undefined
}

/** What is wrong with a filter; `undefined` if nothing is. */
export function filterFault(filter: AclFilter): string | undefined {
  const { resourceTypeFilter, patternTypeFilter, operation, permissionType } = filter
  const isType = resourceTypeFilter === anyOf || typeNumbers.has(resourceTypeFilter)
  const isPattern = patternTypeFilter >= patternTypes.any && patternTypeFilter <= patternTypes.prefixed
  const isOperation = operation === anyOf || operationNumbers.has(operation)
  const isPermission = permissionType >= anyOf && permissionType <= permissions.allow
  return isType && isPattern && isOperation && isPermission
    ? undefined
    : 'The AclBindingFilter must not contain UNKNOWN elements.'
}

/** Whether a filter means a rule. */
export function matchesFilter(filter: AclFilter, acl: Acl): boolean {
  const is = (wanted: number, found: number) => wanted === anyOf || wanted === found
  const isNamed = (wanted: string | null, found: string) => wanted === null || wanted === found
  return (
    is(filter.resourceTypeFilter, acl.resourceType) &&
    matchesPattern(filter, acl) &&
    isNamed(filter.principalFilter, acl.principal) &&
    isNamed(filter.hostFilter, acl.host) &&
    is(filter.operation, acl.operation) &&
    is(filter.permissionType, acl.permissionType)
  )
}

function matchesPattern({ patternTypeFilter, resourceNameFilter }: AclFilter, acl: Acl): boolean {
  const { patternType, resourceName } = acl
  const isKind = patternTypeFilter === patternTypes.any || patternTypeFilter === patternType
  if (!isKind && patternTypeFilter !== patternTypes.match) return false
  if (resourceNameFilter === null) return true
  if (isKind) return resourceNameFilter === resourceName
  if (patternType === patternTypes.prefixed) return resourceNameFilter.startsWith(resourceName)
  return resourceName === resourceNameFilter || resourceName === wildcard
}
