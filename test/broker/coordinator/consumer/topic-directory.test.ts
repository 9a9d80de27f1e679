/** What a join costs does not grow with the names that the members before it gave. */
import { describe, expect, it, vi } from 'vitest'
import {
  ConsumerGroup,
  type ConsumerMember,
} from '../../../../broker/coordinator/group/consumer/consumer-group.ts'
import { resolveRegexes } from '../../../../broker/coordinator/group/consumer/group-epoch.ts'
import { sameNamesKnown } from '../../../../broker/coordinator/group/consumer/subscription.ts'
import {
  subscribedTopics,
  type GroupTopic,
  type TopicDirectory,
} from '../../../../broker/coordinator/group/consumer/topic-directory.ts'

class CountingTopics implements TopicDirectory {
  version = 1
  asked = 0
  listed = 0
  readonly names = new Set(['a'])

  get(name: string): GroupTopic | undefined {
    this.asked++
    return this.names.has(name) ? { name, id: name, logs: [] } : undefined
  }

  byId(id: string): GroupTopic | undefined {
    return this.get(id)
  }

  all(): Iterable<GroupTopic> {
    this.listed++
    return Array.from(this.names, name => ({ name, id: name, logs: [] }))
  }
}

function member(id: string, topicNames: readonly string[], topicRegex: string | null): ConsumerMember {
  return { id, subscription: { topicNames, topicRegex } } as unknown as ConsumerMember
}

describe('what members subscribe to', () => {
  it('is looked up once by name, and again when topics have come or gone', () => {
    const topics = new CountingTopics()
    const one = member('one', ['a', ...Array.from({ length: 999 }, (_, index) => `none${index}`)], null)
    const found = () => [...subscribedTopics(one, new Map(), topics)]
    expect([found(), found(), found()]).toEqual([['a'], ['a'], ['a']])
    expect(topics.asked).toBe(1000)
    topics.names.add('none7')
    topics.version++
    expect([found(), found()]).toEqual([
      ['a', 'none7'],
      ['a', 'none7'],
    ])
    expect(topics.asked).toBe(2000)
    topics.names.delete('a')
    topics.version++
    expect(found()).toEqual(['none7'])
    // Another broker in the same process.
    expect([...subscribedTopics(one, new Map(), new CountingTopics())]).toEqual(['a'])
  })

  it('is compared once with what the first member wants', () => {
    const first = ['a', 'b']
    const same = ['b', 'a']
    const every = vi.spyOn(same, 'every')
    expect([sameNamesKnown(first, same), sameNamesKnown(first, same), sameNamesKnown(first, first)]).toEqual([
      true,
      true,
      true,
    ])
    expect(every).toHaveBeenCalledTimes(1)
    expect(sameNamesKnown(first, ['a', 'c'])).toBe(false)
    expect(sameNamesKnown(first, ['a'])).toBe(false)
    expect(sameNamesKnown(['a', 'c'], first)).toBe(false)
  })

  it('by pattern is matched for the member that comes, and for all when topics have come or gone', () => {
    const topics = new CountingTopics()
    const group = new ConsumerGroup('group')
    const members = new Map<string, ConsumerMember>()
    const come = (id: string) => {
      const own = `.*|${id}`
      members.set(id, member(id, [], own))
      const before = topics.listed
      const { regexes } = resolveRegexes(group, members, { topics, nowMs: 0, isSeen: () => true, own })
      for (const [regex, value] of regexes) group.regexes.set(regex, value)
      group.topicsVersion = topics.version
      return { matched: topics.listed - before, found: [...regexes.values()].map(each => each.topics.join()) }
    }
    expect(come('one')).toEqual({ matched: 1, found: ['a'] })
    expect(come('two')).toEqual({ matched: 1, found: ['a', 'a'] })
    topics.names.add('b')
    topics.version++
    expect(come('three')).toEqual({ matched: 3, found: ['a,b', 'a,b', 'a,b'] })
  })
})
