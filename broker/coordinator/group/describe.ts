/** What DescribeGroups and ListGroups say of groups. */
import { noBytes } from '../../../src/base/bytes.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { DescribeGroupsDescribedGroup } from '../../../src/protocol/messages/15-describe-groups.ts'
import type { ListedGroup } from '../../../src/protocol/messages/16-list-groups.ts'
import type { ClassicGroup } from './classic-group.ts'
import type { GroupShard } from './shard.ts'

/** Since this version a group that does not exist is an error instead of "Dead". */
const notFoundSince = 6
const [classicType, consumerType] = ['classic', 'consumer']
const consumerProtocolType = 'consumer'

/** A group with its members. Metadata is shown of a settled generation only, assignments for as long as they hold. */
export function describeGroup(
  shard: GroupShard,
  groupId: string,
  version: number,
): DescribeGroupsDescribedGroup {
  const group = shard.groups.get(groupId)
  if (group !== undefined) return describe(group)
  if (!shard.consumerGroups.has(groupId) && shard.offsets.hasOffsets(groupId)) {
    return DescribeGroupsDescribedGroup.create({ groupId, groupState: 'Empty' })
  }
  const missing = DescribeGroupsDescribedGroup.create({ groupId, groupState: 'Dead' })
  if (version < notFoundSince) return missing
  const errorCode = kafkaErrors.GROUP_ID_NOT_FOUND.code
  const isConsumer = shard.consumerGroups.has(groupId)
  const errorMessage = isConsumer ? `Group ${groupId} is not a classic group.` : `Group ${groupId} not found.`
  return { ...missing, errorCode, errorMessage }
}

function describe(group: ClassicGroup): DescribeGroupsDescribedGroup {
  const settled = group.state === 'Stable'
  return DescribeGroupsDescribedGroup.create({
    groupId: group.id,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: settled ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map(member => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: settled ? member.metadataOf(group.protocolName) : noBytes,
      memberAssignment: member.assignment,
    })),
  })
}

/** The groups of a shard whose state and type are among those asked for, in any case; none asked for is all. */
export function listGroups(
  shard: GroupShard,
  filters: { readonly states: readonly string[]; readonly types: readonly string[] },
): readonly ListedGroup[] {
  const states = filters.states.map(state => state.toLowerCase())
  const types = filters.types.map(type => type.toLowerCase())
  const listed: ListedGroup[] = []
  for (const groupId of shard.groupIds()) {
    const group = shard.groups.get(groupId)
    const consumerGroup = shard.consumerGroups.get(groupId)
    const groupType = consumerGroup === undefined ? classicType : consumerType
    if (types.length > 0 && !types.includes(groupType)) continue
    const groupState = consumerGroup?.state ?? group?.state ?? 'Empty'
    if (states.length > 0 && !states.includes(groupState.toLowerCase())) continue
    const protocolType = consumerGroup === undefined ? (group?.protocolType ?? '') : consumerProtocolType
    listed.push({ groupId, protocolType, groupState, groupType })
  }
  return listed
}
