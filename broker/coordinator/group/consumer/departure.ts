/**
 * Members leave a group of the consumer protocol, by their own word or because they were silent, and with the last that spoke
 * that protocol the group may become a classic one.
 */
import type { Clock } from '../../../../src/base/clock.ts'
import type { BrokerConfig } from '../../../config.ts'
import { answer, type Outcome } from '../../runtime.ts'
import type { Rebalance } from '../rebalance.ts'
import type { GroupRecord } from '../records.ts'
import type { GroupShard } from '../shard.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { downgrade, downgrades, finishDowngrade, stayingMembers } from './downgrade.ts'
import type { MemberTimers } from './member-timers.ts'
import { removeMembers } from './removal.ts'
import type { TopicDirectory } from './topic-directory.ts'

export class Departures {
  readonly #clock: Clock
  readonly #config: BrokerConfig
  readonly #topics: TopicDirectory
  readonly #timers: MemberTimers
  readonly #rebalance: Rebalance

  constructor(parts: {
    readonly clock: Clock
    readonly config: BrokerConfig
    readonly topics: TopicDirectory
    readonly timers: MemberTimers
    readonly rebalance: Rebalance
  }) {
    this.#clock = parts.clock
    this.#config = parts.config
    this.#topics = parts.topics
    this.#timers = parts.timers
    this.#rebalance = parts.rebalance
  }

  /** Takes members out of their group. */
  depart<Response>(
    shard: GroupShard,
    group: ConsumerGroup,
    leaving: ReadonlySet<string>,
    response: Response,
  ): Outcome<GroupRecord, Response> {
    if (leaving.size === 0) return answer(response)
    const [groupId, topics] = [group.id, this.#topics]
    const memberIds = [...group.members.keys()]
    if (downgrades(group, leaving, this.#config)) {
      const terms = { topics, nowMs: this.#clock.now(), rebalances: true }
      const { records, terms: termsOfMembers } = downgrade(group, stayingMembers(group, leaving), terms)
      const committed = () => {
        for (const memberId of memberIds) this.#timers.forget(groupId, memberId)
        finishDowngrade(shard, groupId, termsOfMembers, this.#rebalance)
      }
      return { records, response, whole: true, committed }
    }
    const committed = () => {
      for (const memberId of leaving) this.#timers.forget(groupId, memberId)
    }
    return { records: removeMembers(group, leaving, topics), response, committed }
  }
}
