/** A member of a classic group: what it subscribed to, what it was assigned, and which answers it waits for. */
import { equalBytes, noBytes } from '../../../src/base/bytes.ts'
import { deferred } from '../../../src/base/deferred.ts'
import type { Random } from '../../../src/base/random.ts'
import { randomUuid } from '../../../src/base/uuid.ts'
import type { JoinGroupRequest, JoinGroupResponse } from '../../../src/protocol/messages/11-join-group.ts'
import type { SyncGroupResponse } from '../../../src/protocol/messages/14-sync-group.ts'
import type { Deadline } from '../timers.ts'
import { namesOf, sameNames, type Protocols } from './protocol-choice.ts'
import type { MemberRecord } from './records.ts'

/** A request that waits for its answer on a connection. */
export interface Parked<Response> {
  readonly connectionId: number
  readonly promise: Promise<Response>
  readonly resolve: (response: Response) => void
}

/** Parks a request of a connection. */
export function park<Response>(connectionId: number): Parked<Response> {
  return { connectionId, ...deferred<Response>() }
}

/** What a member says about itself in JoinGroup. */
export interface MemberTerms {
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  /** In the order of the member's preference. */
  readonly protocols: Protocols
}

/**
 * How much of a client's or an instance's name is in the ids that its members are given. V8 tells texts of more than 16,383
 * letters apart by their length alone, so a map of some thousand such ids would be searched from end to end.
 */
const nameInIdMax = 1000

/** An id for a new member: the name of the instance or the client, so that people know it, and chance. */
export function newMemberId(instanceId: string | null, clientId: string, random: Random): string {
  const name = (instanceId ?? clientId).slice(0, nameInIdMax)
  // Half a pair of surrogates would not survive the wire.
  return `${name.replace(/[\ud800-\udbff]$/, '')}-${randomUuid(random)}`
}

/** What a request says. */
export function termsOf({ sessionTimeoutMs, rebalanceTimeoutMs, protocols }: JoinGroupRequest): MemberTerms {
  // JoinGroup v0 has one time-out for both.
  const waitMs = rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs
  return { sessionTimeoutMs, rebalanceTimeoutMs: waitMs, protocols: copied(protocols) }
}

/** As objects, so many are larger than the request that they are views of. */
const copiedMax = 1000

/** The metadata are views into a request and are kept for as long as the member lives: all of them in one piece of memory. */
function copied(protocols: Protocols): Protocols {
  if (protocols.length > copiedMax) return protocols
  let size = 0
  for (const { metadata } of protocols) size += metadata.length
  const kept = new Uint8Array(size)
  let end = 0
  return protocols.map(({ name, metadata }) => {
    const start = end
    end += metadata.length
    kept.set(metadata, start)
    return { name, metadata: kept.subarray(start, end) }
  })
}

/** Who a member is, for as long as it is one. */
export interface MemberIdentity {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** Whether the client holds its id, as it must to join since JoinGroup v4; before, it learns it by the answer. */
  readonly knowsId: boolean
}

export class Member implements MemberIdentity {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly knowsId: boolean
  readonly session: Deadline
  #terms: MemberTerms
  #names: ReadonlySet<string>
  assignment: Uint8Array = noBytes
  joining: Parked<JoinGroupResponse> | undefined
  syncing: Parked<SyncGroupResponse> | undefined
  /** Its first JoinGroup was not answered yet: it may not know its id, and sends no heartbeats. */
  isNew: boolean

  constructor(
    identity: MemberIdentity,
    terms: MemberTerms,
    { session, isNew }: { readonly session: Deadline; readonly isNew: boolean },
  ) {
    this.id = identity.id
    this.instanceId = identity.instanceId
    this.clientId = identity.clientId
    this.clientHost = identity.clientHost
    this.knowsId = identity.knowsId
    this.#terms = terms
    this.#names = namesOf(terms.protocols)
    this.session = session
    this.isNew = isNew
  }

  get terms(): MemberTerms {
    return this.#terms
  }

  /** The names of its protocols, each once: the same object for as long as they are the same. */
  get names(): ReadonlySet<string> {
    return this.#names
  }

  /** Takes what it says when it joins again. */
  take(terms: MemberTerms): void {
    if (!sameNames(this.#terms.protocols, terms.protocols)) this.#names = namesOf(terms.protocols)
    this.#terms = terms
  }

  /** What it subscribed with under a protocol; empty if it does not support it. */
  metadataOf(protocolName: string | null): Uint8Array {
    return this.terms.protocols.find(({ name }) => name === protocolName)?.metadata ?? noBytes
  }

  toRecord(protocolName: string | null, assignment: Uint8Array): MemberRecord {
    return {
      memberId: this.id,
      instanceId: this.instanceId,
      clientId: this.clientId,
      clientHost: this.clientHost,
      rebalanceTimeoutMs: this.terms.rebalanceTimeoutMs,
      sessionTimeoutMs: this.terms.sessionTimeoutMs,
      subscription: this.metadataOf(protocolName),
      assignment,
    }
  }
}

/** Whether a member that joins with `protocols` says the same as before. */
export function sameProtocols(left: Protocols, right: Protocols): boolean {
  if (left.length !== right.length) return false
  return left.every(({ name, metadata }, index) => {
    const other = right[index]!
    return name === other.name && equalBytes(metadata, other.metadata)
  })
}
