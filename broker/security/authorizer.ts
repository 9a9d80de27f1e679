/**
 * Who may do what: the decision over the rules, as Kafka's StandardAuthorizer takes it.
 *
 *   1  nothing is controlled (no authorizer.class.name)           allowed
 *   2  the process itself, or a principal of super.users          allowed
 *   3  a rule denies the operation, or all                        denied
 *   4  a rule allows it, all, or one that implies it              allowed
 *   5  there are rules about the resource, for whomever           denied
 *   6  there are none                                             as allow.everyone.if.no.acl.found says
 *
 * READ, WRITE, DELETE and ALTER imply DESCRIBE, and ALTER_CONFIGS implies DESCRIBE_CONFIGS; what is denied implies nothing.
 */
import type { BrokerConfig } from '../config.ts'
import type { AclIndex } from './acl-index.ts'
import {
  everyone,
  operations,
  patternTypes,
  permissions,
  resourceTypes,
  wildcard,
  type Acl,
  type Operation,
  type ResourceType,
} from './acl.ts'
import { ownProcess } from './principal.ts'

/** Who asks, and from where. */
export interface Asker {
  readonly clientHost: string
  readonly session: { readonly principal: string }
}

const implying: Partial<Readonly<Record<Operation, readonly number[]>>> = {
  DESCRIBE: [operations.READ, operations.WRITE, operations.DELETE, operations.ALTER],
  DESCRIBE_CONFIGS: [operations.ALTER_CONFIGS],
}

export class Authorizer {
  /** Whether access is controlled at all. */
  readonly isOn: boolean
  readonly rules: AclIndex
  readonly #superUsers: ReadonlySet<string>
  readonly #allowsUnruled: boolean

  constructor(rules: AclIndex, config: BrokerConfig) {
    this.rules = rules
    this.isOn = config['authorizer.class.name'] !== ''
    this.#superUsers = new Set(
      config['super.users']
        .split(';')
        .map(each => each.trim())
        .filter(each => each !== ''),
    )
    this.#allowsUnruled = config['allow.everyone.if.no.acl.found']
  }

  /** Whether the asker may do this to the resource. */
  allows(asker: Asker, operation: Operation, resourceType: ResourceType, name: string): boolean {
    if (!this.isOn || this.#isSuper(asker)) return true
    let hasRules = false
    let isAllowed = false
    for (const acl of this.rules.about(resourceTypes[resourceType], name)) {
      hasRules = true
      if (!concerns(acl, asker)) continue
      const isDirect = acl.operation === operations.ALL || acl.operation === operations[operation]
      if (acl.permissionType === permissions.deny) {
        if (isDirect) return false
      } else if (isDirect || implying[operation]?.includes(acl.operation) === true) {
        isAllowed = true
      }
    }
    return isAllowed || (!hasRules && this.#allowsUnruled)
  }

  /**
   * Whether there may be some resource of the type to which the asker may do this: one that a rule allows and no rule that is
   * known by name or prefix denies.
   */
  allowsSome(asker: Asker, operation: Operation, resourceType: ResourceType): boolean {
    // A name that no rule is about is decided by the rules for all names.
    if (this.allows(asker, operation, resourceType, 'hardcode')) return true
    const denied: Acl[] = []
    const allowed: Acl[] = []
    for (const acl of this.rules.ofType(resourceTypes[resourceType])) {
      const isDirect = acl.operation === operations.ALL || acl.operation === operations[operation]
      if (!isDirect || !concerns(acl, asker)) continue
      if (acl.permissionType === permissions.deny) denied.push(acl)
      else allowed.push(acl)
    }
    return allowed.some(acl => !denied.some(deny => covers(deny, acl)))
  }

  #isSuper({ session: { principal } }: Asker): boolean {
    return principal === ownProcess || this.#superUsers.has(principal)
  }
}

function concerns(acl: Acl, { clientHost, session: { principal } }: Asker): boolean {
  if (acl.principal !== principal && acl.principal !== everyone) return false
  return acl.host === wildcard || acl.host === plainAddress(clientHost)
}

/** IPv4 addresses on a socket for both come with a prefix that nobody writes into a rule. */
export function plainAddress(host: string): string {
  return host.startsWith('::ffff:') ? host.slice('::ffff:'.length) : host
}

/** Whether all names that `inner` is about are among those of `outer`. */
function covers(outer: Acl, inner: Acl): boolean {
  if (outer.patternType === patternTypes.prefixed) {
    return inner.resourceName !== wildcard && inner.resourceName.startsWith(outer.resourceName)
  }
  if (outer.resourceName === wildcard) return true
  return inner.patternType === patternTypes.literal && inner.resourceName === outer.resourceName
}
