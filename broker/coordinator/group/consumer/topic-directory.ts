/** The topics there are, as groups see them, and what regular expressions find among them. */
import { compilePattern } from '../../linear-pattern.ts'
import type { ConsumerMember } from './consumer-group.ts'
import type { ResolvedRegex } from './records.ts'

/** A topic as groups see it. */
export interface GroupTopic {
  readonly name: string
  readonly id: string
  /** One for each partition. */
  readonly logs: { readonly length: number }
}

/** The registry of topics. */
export interface TopicDirectory {
  /** Another number after every change. */
  readonly version: number
  get(name: string): GroupTopic | undefined
  byId(id: string): GroupTopic | undefined
  all(): Iterable<GroupTopic>
}

/** Every topic's name is matched whenever topics come or go, so a pattern may not be as large as one that is used once. */
const patternStepsMax = 500

/** What is wrong with what a member subscribes by; `undefined` if nothing is. */
export function patternFault(regex: string): string | undefined {
  const compiled = compilePattern(regex, patternStepsMax)
  return 'fault' in compiled ? compiled.fault : undefined
}

/** The topics that may be seen and whose whole name matches, in order; `undefined` if the pattern cannot be compiled. */
export function topicsMatching(
  regex: string,
  topics: TopicDirectory,
  isSeen: (name: string) => boolean,
): readonly string[] | undefined {
  const compiled = compilePattern(regex, patternStepsMax)
  if ('fault' in compiled) return undefined
  const { matches } = compiled
  const names: string[] = []
  for (const { name } of topics.all()) if (matches(name) && isSeen(name)) names.push(name)
  return names.sort()
}

interface Existing {
  readonly topics: TopicDirectory
  readonly version: number
  readonly names: readonly string[]
}

/** What there is of the names that members gave, which may be many more and are asked about whenever anybody joins. */
const existingOf = new WeakMap<readonly string[], Existing>()

/** The topics there are that a member subscribes to. */
export function subscribedTopics(
  { subscription }: ConsumerMember,
  regexes: ReadonlyMap<string, ResolvedRegex>,
  topics: TopicDirectory,
): ReadonlySet<string> {
  const { topicNames, topicRegex } = subscription
  const names = new Set(existing(topicNames, topics))
  const matched = topicRegex === null ? undefined : regexes.get(topicRegex)?.topics
  for (const name of matched ?? []) if (topics.get(name) !== undefined) names.add(name)
  return names
}

function existing(asked: readonly string[], topics: TopicDirectory): readonly string[] {
  const { version } = topics
  const known = existingOf.get(asked)
  if (known?.topics === topics && known.version === version) return known.names
  const names = asked.filter(name => topics.get(name) !== undefined)
  existingOf.set(asked, { topics, version, names })
  return names
}

/** A number that tells whether the topics of these names, or their partitions, have changed; 0 where there are none. */
export function metadataHash(names: ReadonlySet<string>, topics: TopicDirectory): number {
  let high = 0x811c9dc5
  let low = 0x01000193
  let isEmpty = true
  for (const name of [...names].sort()) {
    const topic = topics.get(name)
    if (topic === undefined) continue
    isEmpty = false
    for (const unit of `${name}/${topic.id}/${topic.logs.length};`) {
      high = Math.imul(high ^ unit.charCodeAt(0), 0x01000193)
      low = Math.imul(low ^ unit.charCodeAt(0), 0x85ebca6b) + 0x27d4eb2f
    }
  }
  if (isEmpty) return 0
  // 53 bits, so that the int64 of the record is exact as a number.
  return (high >>> 0) * 2 ** 21 + ((low >>> 0) & (2 ** 21 - 1))
}
