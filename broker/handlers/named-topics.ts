/** Topics of a request that names them by name in old versions and by id in new ones. */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import type { PartitionCodes } from '../coordinator/group/coordinator.ts'
import { may } from './authorize.ts'
import type { BrokerContext, RequestContext } from './handler.ts'

interface TopicReference {
  readonly name: string
  readonly topicId: string
}

interface PartitionReference {
  readonly partitionIndex: number
}

/** A topic of the request: with its name, or with why it cannot be used. */
export interface NamedTopic<T> {
  readonly asked: T
  /** `undefined` where the broker has no such topic, or the client may not read it. */
  readonly name: string | undefined
  /** 0 with a name. */
  readonly errorCode: number
}

/** Finds the names of topics that are read. With `byId` a topic is the one of that id; else it must exist under its name. */
export function namedTopics<T extends TopicReference>(
  broker: BrokerContext,
  context: RequestContext<unknown>,
  asked: readonly T[],
  byId: boolean,
): readonly NamedTopic<T>[] {
  const { UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED } = kafkaErrors
  return asked.map(each => {
    const topic = byId ? broker.topics.byId(each.topicId) : broker.topics.get(each.name)
    const named = byId ? topic?.name : each.name
    if (named !== undefined && !may(broker, context, 'READ', 'TOPIC', named)) {
      return { asked: each, name: undefined, errorCode: TOPIC_AUTHORIZATION_FAILED.code }
    }
    if (topic !== undefined) return { asked: each, name: topic.name, errorCode: 0 }
    const { code } = byId ? UNKNOWN_TOPIC_ID : UNKNOWN_TOPIC_OR_PARTITION
    return { asked: each, name: undefined, errorCode: code }
  })
}

/** All topics of a request that is refused as a whole. */
export function refusedTopics<T>(asked: readonly T[], errorCode: number): readonly NamedTopic<T>[] {
  return asked.map(each => ({ asked: each, name: undefined, errorCode }))
}

/** Those that can be used, by the name that they have here. */
export function knownTopics<T extends TopicReference>(found: readonly NamedTopic<T>[]): readonly T[] {
  const known: T[] = []
  for (const { asked, name } of found) {
    if (name !== undefined) known.push(asked.name === name ? asked : { ...asked, name })
  }
  return known
}

/** The answer for each partition of each topic, in the order asked. `codes` are those of the topics that can be used. */
export function partitionAnswers<
  T extends TopicReference & { readonly partitions: readonly PartitionReference[] },
>(
  found: readonly NamedTopic<T>[],
  codes: PartitionCodes,
): (TopicReference & {
  readonly partitions: { readonly partitionIndex: number; readonly errorCode: number }[]
})[] {
  let known = 0
  return found.map(({ asked: { name, topicId, partitions }, name: existing, errorCode }) => {
    const own = existing === undefined ? undefined : codes[known++]
    return {
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }, index) => ({
        partitionIndex,
        errorCode: own?.[index] ?? errorCode,
      })),
    }
  })
}
