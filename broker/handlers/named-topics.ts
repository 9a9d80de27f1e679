/** Topics of a request that names them by name in old versions and by id in new ones. */
import type { Topics } from '../metadata/topics.ts'

interface TopicReference {
  readonly name: string
  readonly topicId: string
}

/** A topic of the request with its name, `undefined` where the broker has no such topic. */
export interface NamedTopic<T> {
  readonly asked: T
  readonly name: string | undefined
}

/** Finds the names. With `byId` a topic is the one of that id; else it must exist under its name. */
export function namedTopics<T extends TopicReference>(
  topics: Topics,
  asked: readonly T[],
  byId: boolean,
): readonly NamedTopic<T>[] {
  return asked.map(each => ({
    asked: each,
    name: (byId ? topics.byId(each.topicId) : topics.get(each.name))?.name,
  }))
}

/** Those that exist, by the name that they have here. */
export function knownTopics<T extends TopicReference>(found: readonly NamedTopic<T>[]): readonly T[] {
  return found.flatMap(({ asked, name }) => (name === undefined ? [] : [{ ...asked, name }]))
}
