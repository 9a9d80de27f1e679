/** Which names a topic may have, and which names get in each other's way. */

const nameLengthMax = 249
const legalName = /^[a-zA-Z0-9._-]+$/

/** The topics that belong to the broker; clients may read them and may not write, create or delete them. */
export const internalTopics = ['__consumer_offsets', '__transaction_state'] as const

/** The log that remembers which topics there are: a directory beside theirs, and no topic that clients see. */
export const metadataLogName = '__millrace_metadata'

export type InternalTopic = (typeof internalTopics)[number]

export function isInternalTopic(name: string): name is InternalTopic {
  return name === '__consumer_offsets' || name === '__transaction_state'
}

/** Why a name is refused (INVALID_TOPIC_EXCEPTION), or `undefined` where it is fine. */
export function topicNameFault(name: string): string | undefined {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed'
  if (name === '.' || name === '..') return `Topic name is invalid: '${name}' is not allowed`
  if (name.length > nameLengthMax) {
    return `Topic name is invalid: the length of '${name.slice(0, 20)}…' is longer than the max allowed length ${nameLengthMax}`
  }
  if (legalName.test(name)) return undefined
  return `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
}

/** Names with the same key collide: metric names cannot tell '.' from '_', so Kafka refuses the second. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_')
}
