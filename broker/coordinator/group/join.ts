/**
 * JoinGroup on a group: who may come in, as whom, and whether that opens a rebalance (semantics G60).
 *
 * A dynamic member joins in two steps since v4 (KIP-394): it is given an id first (MEMBER_ID_REQUIRED) and joins with
 * it, so that a client which loses the answer and tries again does not leave a ghost behind. A static member (KIP-345)
 * is known by its instance id: whoever joins with it takes the place of the member before, which is fenced, and in a
 * stable group nobody else notices.
 *
 * | joins as            | known to the group       | state                | answer                                   |
 * |---------------------|--------------------------|----------------------|------------------------------------------|
 * | no id               | -                        | any                  | v4+: an id; before: added, rebalance     |
 * | no id, instance     | instance is new          | any                  | added, rebalance                         |
 * | no id, instance     | instance is a member's   | Stable, same choice  | replaces it, answered at once            |
 * | no id, instance     | instance is a member's   | else                 | replaces it, rebalance                   |
 * | an id given out     | pending                  | any                  | added, rebalance                         |
 * | an id               | no, or of other instance | any                  | UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID    |
 * | an id               | member                   | PreparingRebalance   | parked                                   |
 * | an id               | member                   | CompletingRebalance  | same protocols: answered; else rebalance |
 * | an id               | member                   | Stable               | leads or changed: rebalance; else answer |
 */
import type { Random } from '../../../src/base/random.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { JoinGroupResponse, type JoinGroupRequest } from '../../../src/protocol/messages/11-join-group.ts'
import type { BrokerConfig } from '../../config.ts'
import { answer, type Outcome } from '../runtime.ts'
import type { ClassicGroup } from './classic-group.ts'
import { checkMember } from './fencing.ts'
import { newMemberId, park, sameProtocols, termsOf, type Member } from './member.ts'
import type { Rebalance } from './rebalance.ts'
import type { GroupRecord } from './records.ts'
import { joinedResponse, refusedJoin, refuseParked, toldToLeader } from './responses.ts'

/** Who sent a request. */
export interface Caller {
  readonly clientId: string
  readonly clientHost: string
  readonly connectionId: number
  readonly version: number
}

export type JoinOutcome = Outcome<GroupRecord, JoinGroupResponse | Promise<JoinGroupResponse>>

/** Ids of a group that may be given out and not used yet. */
const pendingMembersMax = 10_000
/** Since this version a dynamic member is given its id before it joins. */
export const memberIdRequiredSince = 4
/** Since this version a static leader that comes back is told that it leads and need not assign. */
const skipAssignmentSince = 9

export class JoinGroupOperation {
  readonly #random: Random
  readonly #rebalance: Rebalance
  readonly #membersMax: number

  constructor(parts: {
    readonly random: Random
    readonly rebalance: Rebalance
    readonly config: Pick<BrokerConfig, 'group.max.size'>
  }) {
    this.#random = parts.random
    this.#rebalance = parts.rebalance
    this.#membersMax = parts.config['group.max.size']
  }

  join(group: ClassicGroup, request: JoinGroupRequest, caller: Caller): JoinOutcome {
    const { memberId, groupInstanceId, protocolType, protocols } = request
    if (group.state === 'Dead') return refuse(kafkaErrors.COORDINATOR_NOT_AVAILABLE.code, memberId)
    if (!group.supports(protocolType, protocols)) {
      return refuse(kafkaErrors.INCONSISTENT_GROUP_PROTOCOL.code, memberId)
    }
    if (this.#isFull(group, memberId, groupInstanceId)) {
      group.dropPending(memberId)
      return refuse(kafkaErrors.GROUP_MAX_SIZE_REACHED.code, '')
    }
    if (memberId === '') return this.#joinUnknown(group, request, caller)
    if (group.pendingMembers.has(memberId) && groupInstanceId === null) {
      return this.#add(group, request, caller, { id: memberId, knowsId: true })
    }
    const refusal = checkMember(group, memberId, groupInstanceId)
    if (refusal !== undefined) return refuse(refusal, memberId)
    return this.#rejoin(group, group.members.get(memberId)!, request, caller)
  }

  #joinUnknown(group: ClassicGroup, request: JoinGroupRequest, caller: Caller): JoinOutcome {
    const { groupInstanceId } = request
    const id = newMemberId(groupInstanceId, caller.clientId, this.#random)
    if (groupInstanceId !== null) {
      const before = group.instances.get(groupInstanceId)
      if (before === undefined) return this.#add(group, request, caller, { id, knowsId: false })
      return this.#replace(group, group.members.get(before)!, id, request, caller)
    }
    if (caller.version >= memberIdRequiredSince) {
      // An id costs its taker one request and is kept for a session time-out.
      if (group.pendingMembers.size >= pendingMembersMax) {
        return refuse(kafkaErrors.GROUP_MAX_SIZE_REACHED.code, '')
      }
      group.addPending(id, request.sessionTimeoutMs)
      return refuse(kafkaErrors.MEMBER_ID_REQUIRED.code, id)
    }
    return this.#add(group, request, caller, { id, knowsId: false })
  }

  #add(
    group: ClassicGroup,
    request: JoinGroupRequest,
    { clientId, clientHost, connectionId }: Caller,
    { id, knowsId }: Pick<Member, 'id' | 'knowsId'>,
  ): JoinOutcome {
    if (group.members.size === 0) group.protocolType = request.protocolType
    const member = group.add(
      { id, knowsId, instanceId: request.groupInstanceId, clientId, clientHost },
      termsOf(request),
    )
    if (group.initialDelay !== undefined) group.initialDelay.joined = true
    return this.#park(group, member, connectionId)
  }

  #rejoin(group: ClassicGroup, member: Member, request: JoinGroupRequest, caller: Caller): JoinOutcome {
    const { state } = group
    const unchanged = sameProtocols(member.terms.protocols, request.protocols)
    const answered = state === 'CompletingRebalance' || (state === 'Stable' && group.leaderId !== member.id)
    if (unchanged && answered) {
      // Its answer was lost, or it checks: it is in the generation already.
      this.#rebalance.touch(member)
      return answer(joinedResponse(group, member))
    }
    group.setTerms(member, termsOf(request))
    return this.#park(group, member, caller.connectionId)
  }

  /** A static member comes back under a new id and takes the place of the one before. */
  #replace(
    group: ClassicGroup,
    before: Member,
    id: string,
    request: JoinGroupRequest,
    caller: Caller,
  ): JoinOutcome {
    if (group.state === 'Stable' && keepsChoice(group, before, request)) {
      return this.#replaceInStable(group, before, id, request, caller)
    }
    refuseParked(before, kafkaErrors.FENCED_INSTANCE_ID.code)
    const leads = group.leaderId === before.id
    group.remove(before)
    const { clientId, clientHost, connectionId } = caller
    const member = group.add(
      { id, instanceId: before.instanceId, clientId, clientHost, knowsId: true },
      termsOf(request),
    )
    member.assignment = before.assignment
    if (leads) group.leaderId = id
    return this.#park(group, member, connectionId)
  }

  /** The generation goes on: the log learns the new id, and the assignment stays where it is. */
  #replaceInStable(
    group: ClassicGroup,
    before: Member,
    id: string,
    request: JoinGroupRequest,
    caller: Caller,
  ): JoinOutcome {
    const { clientId, clientHost } = caller
    const terms = termsOf(request)
    const isLeader = group.leaderId === before.id
    const { protocols, ...timeouts } = terms
    const subscription = protocols.find(({ name }) => name === group.protocolName)!.metadata
    const membership = group.toMembership(group.stateTimestampMs, member => member.assignment)
    const members = membership.members.map(each =>
      each.memberId === before.id
        ? { ...each, ...timeouts, memberId: id, clientId, clientHost, subscription }
        : each,
    )
    const leaderId = isLeader ? id : membership.leaderId
    // Before v9 it must not think that it leads, or it would assign anew and nobody would ask for the result.
    const mayLead = caller.version >= skipAssignmentSince
    return {
      records: [{ kind: 'membership', groupId: group.id, membership: { ...membership, members, leaderId } }],
      response: JoinGroupResponse.create({
        generationId: group.generation,
        protocolType: group.protocolType ?? null,
        protocolName: group.protocolName,
        leader: (mayLead ? leaderId : membership.leaderId) ?? '',
        memberId: id,
        members: mayLead && isLeader ? members.map(toldToLeader) : [],
        skipAssignment: mayLead && isLeader,
      }),
      committed: () => {
        const member = group.members.get(id)!
        group.setTerms(member, terms)
        this.#rebalance.touch(member)
      },
      refused: error => refusedJoin(error.kafkaCode, id),
    }
  }

  /** Lets a member wait for the rebalance, which its coming opens if there is none. */
  #park(group: ClassicGroup, member: Member, connectionId: number): JoinOutcome {
    // It asks again: whoever waits for the first answer, on a connection that is perhaps gone, need not any more.
    member.joining?.resolve(refusedJoin(kafkaErrors.REBALANCE_IN_PROGRESS.code, member.id))
    member.joining = park(connectionId)
    const response = member.joining.promise
    this.#rebalance.touch(member)
    const opened = group.state === 'PreparingRebalance'
    const records = opened ? this.#rebalance.advance(group) : this.#rebalance.prepare(group)
    return { records, response, soft: true }
  }

  #isFull(group: ClassicGroup, memberId: string, instanceId: string | null): boolean {
    if (group.members.has(memberId)) return false
    if (instanceId !== null && group.instances.has(instanceId)) return false
    return group.members.size >= this.#membersMax
  }
}

/** Whether the group would still choose its protocol if `before` joined with these. */
function keepsChoice(group: ClassicGroup, before: Member, request: JoinGroupRequest): boolean {
  const terms = before.terms
  group.setTerms(before, termsOf(request))
  const kept = group.selectProtocol() === group.protocolName
  group.setTerms(before, terms)
  return kept
}

function refuse(kafkaCode: number, memberId: string): JoinOutcome {
  return answer(refusedJoin(kafkaCode, memberId))
}
