/** Which topics the members of a group subscribe to, as far as the broker can read what they tell each other. */
import { StreamsError } from '../../../src/base/errors.ts'
import { readSubscribedTopics } from '../../../src/protocol/messages/consumer-protocol.ts'
import type { ClassicGroup } from './classic-group.ts'

const consumerProtocolType = 'consumer'

/**
 * The topics that members of a consumer group subscribe to; `undefined` where that is not known: the group does not
 * exist or is not of consumers, its generation is not settled, or a member says something that cannot be read.
 */
export function subscribedTopics(group: ClassicGroup | undefined): ReadonlySet<string> | undefined {
  if (group === undefined || group.protocolType !== consumerProtocolType) return undefined
  const topics = new Set<string>()
  if (group.members.size > 0 && group.protocolName === null) return undefined
  try {
    for (const member of group.members.values()) {
      for (const topic of readSubscribedTopics(member.metadataOf(group.protocolName))) topics.add(topic)
    }
  } catch (error) {
    // Members may use an assignor whose metadata is no subscription; the broker passes it on unread.
    if (error instanceof StreamsError && error.code === 'MR-5010') return undefined
    throw error
  }
  return topics
}
