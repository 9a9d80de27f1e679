/** The answers to JoinGroup and SyncGroup, made in one place so that a parked request and a quick one get the same. */
import { noBytes } from '../../../src/base/bytes.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import {
  JoinGroupResponse,
  type JoinGroupResponseMember,
} from '../../../src/protocol/messages/11-join-group.ts'
import { SyncGroupResponse } from '../../../src/protocol/messages/14-sync-group.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { Member } from './member.ts'
import type { MemberRecord } from './records.ts'

/** A member is in the generation; its leader is told all members. */
export function joinedResponse(group: ClassicGroup, member: Member): JoinGroupResponse {
  const leads = group.leaderId === member.id
  return JoinGroupResponse.create({
    errorCode: kafkaErrors.NONE.code,
    generationId: group.generation,
    protocolType: group.protocolType ?? null,
    protocolName: group.protocolName,
    leader: group.leaderId ?? '',
    memberId: member.id,
    members: leads ? group.toMembership(0, () => noBytes).members.map(toldToLeader) : [],
  })
}

/** What the leader is told of a member: who it is and what it subscribed with. */
export function toldToLeader({ memberId, instanceId, subscription }: MemberRecord): JoinGroupResponseMember {
  return { memberId, groupInstanceId: instanceId, metadata: subscription }
}

export function refusedJoin(kafkaCode: number, memberId: string): JoinGroupResponse {
  return JoinGroupResponse.create({ errorCode: kafkaCode, memberId })
}

/** The assignment of a member in a stable group. */
export function syncedResponse(group: ClassicGroup, member: Member): SyncGroupResponse {
  return SyncGroupResponse.create({
    errorCode: kafkaErrors.NONE.code,
    protocolType: group.protocolType ?? null,
    protocolName: group.protocolName,
    assignment: member.assignment,
  })
}

export function refusedSync(kafkaCode: number): SyncGroupResponse {
  return SyncGroupResponse.create({ errorCode: kafkaCode, assignment: noBytes })
}

/** Answers whatever a member waits for with a refusal. */
export function refuseParked(member: Member, kafkaCode: number): void {
  member.joining?.resolve(refusedJoin(kafkaCode, member.id))
  member.joining = undefined
  member.syncing?.resolve(refusedSync(kafkaCode))
  member.syncing = undefined
}
