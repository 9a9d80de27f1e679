/** LeaveGroup on a group: one member or a batch of them goes, by member id or by instance id (KIP-345). */
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import type { MemberIdentity, MemberResponse } from '../../../src/protocol/messages/13-leave-group.ts'
import type { Outcome } from '../runtime.ts'
import type { ClassicGroup } from './classic-group.ts'
import { checkMember } from './fencing.ts'
import type { Member } from './member.ts'
import type { Rebalance } from './rebalance.ts'
import type { GroupRecord } from './records.ts'

/** Takes out whoever of `identities` is a member; the others are told why not. One rebalance for all of them. */
export function leaveGroup(
  group: ClassicGroup,
  identities: readonly MemberIdentity[],
  rebalance: Rebalance,
): Outcome<GroupRecord, readonly MemberResponse[]> {
  const leaving = new Set<Member>()
  let droppedPending = false
  const response = identities.map(({ memberId, groupInstanceId }) => {
    const found = find(group, memberId, groupInstanceId)
    if (found === 'pending') {
      group.dropPending(memberId)
      droppedPending = true
    } else if (typeof found === 'object') {
      // Named twice it is gone the second time.
      if (leaving.has(found))
        return { memberId, groupInstanceId, errorCode: kafkaErrors.UNKNOWN_MEMBER_ID.code }
      leaving.add(found)
    }
    const errorCode = typeof found === 'number' ? found : kafkaErrors.NONE.code
    return { memberId, groupInstanceId, errorCode }
  })
  const records =
    leaving.size > 0 || !droppedPending ? rebalance.remove(group, [...leaving]) : rebalance.advance(group)
  return { records, response, soft: true }
}

function find(group: ClassicGroup, memberId: string, instanceId: string | null): Member | 'pending' | number {
  // An administrator names a static member by its instance alone.
  const id = memberId === '' && instanceId !== null ? (group.instances.get(instanceId) ?? '') : memberId
  if (group.state === 'Dead') return kafkaErrors.COORDINATOR_NOT_AVAILABLE.code
  if (group.pendingMembers.has(id)) return 'pending'
  return checkMember(group, id, instanceId) ?? group.members.get(id)!
}
