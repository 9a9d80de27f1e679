/**
 * The uniform assignor where members subscribe to different topics.
 *
 *   1. whoever has a partition of a topic that it subscribes to keeps it
 *   2. partitions that nobody has go, topic by topic, to the subscribers that have fewest
 *   3. topic by topic, partitions go from the subscribers that have most to those that have fewest, until these differ by one or
 *      the ones that have most have none of this topic; again, until no topic is changed by that, at most 16 times
 *
 * Topics with many partitions for each of their subscribers have their turn first: later ones can make up for them.
 */
import type { AssignableMember } from './assignable.ts'
import type { Target } from './records.ts'

const roundsMax = 16

/** `members` in the order in which they have their turn; at least one. */
export function uniformUnlike(
  members: readonly AssignableMember[],
  counts: ReadonlyMap<string, number>,
): ReadonlyMap<string, Target> {
  const shares = new Shares(members, counts)
  shares.giveUnowned()
  shares.balance()
  return shares.targets()
}

const nobody = -1

/** Who has what, members by their index. */
class Shares {
  readonly #members: readonly AssignableMember[]
  /** How many partitions each member has. */
  readonly #sizes: number[]
  /** Topic → the members that subscribe to it, in the order of turns of the topics. */
  readonly #subscribers: ReadonlyMap<string, readonly number[]>
  /** Topic → partition → who has it. */
  readonly #owners = new Map<string, number[]>()

  constructor(members: readonly AssignableMember[], counts: ReadonlyMap<string, number>) {
    this.#members = members
    this.#sizes = members.map(() => 0)
    this.#subscribers = subscribersOf(members, counts)
    for (const topicId of this.#subscribers.keys()) {
      this.#owners.set(
        topicId,
        Array.from({ length: counts.get(topicId)! }, () => nobody),
      )
    }
    for (const [index, { topicIds, target }] of members.entries()) {
      for (const [topicId, partitions] of target) {
        const owners = topicIds.has(topicId) ? this.#owners.get(topicId) : undefined
        if (owners !== undefined) for (const partition of partitions) this.#move(owners, partition, index)
      }
    }
  }

  giveUnowned(): void {
    for (const [topicId, subscribers] of this.#subscribers) {
      const owners = this.#owners.get(topicId)!
      const scales = new Scales(this.#sizes, subscribers)
      for (const [partition, owner] of owners.entries()) {
        if (owner === nobody) this.#move(owners, partition, scales.lightest())
      }
    }
  }

  balance(): void {
    const topics = [...this.#subscribers].filter(([, subscribers]) => subscribers.length > 1)
    let unchanged = 0
    for (let turn = 0; turn < topics.length * roundsMax && unchanged < topics.length; turn++) {
      const [topicId, subscribers] = topics[turn % topics.length]!
      unchanged = this.#balanceTopic(this.#owners.get(topicId)!, subscribers) ? 1 : unchanged + 1
    }
  }

  targets(): ReadonlyMap<string, Target> {
    const targets = this.#members.map(() => new Map<string, number[]>())
    for (const [topicId, owners] of this.#owners) {
      for (const [partition, owner] of owners.entries()) {
        const own = targets[owner]!.get(topicId)
        if (own === undefined) targets[owner]!.set(topicId, [partition])
        else own.push(partition)
      }
    }
    return new Map(this.#members.map(({ memberId }, index) => [memberId, targets[index]!]))
  }

  /** Answers whether a partition has changed hands. */
  #balanceTopic(owners: number[], subscribers: readonly number[]): boolean {
    const scales = new Scales(this.#sizes, subscribers)
    if (scales.difference < 2) return false
    const has = new Map<number, number[]>(subscribers.map(index => [index, []]))
    for (const [partition, owner] of owners.entries()) has.get(owner)!.push(partition)
    let isChanged = false
    while (!scales.isEven) {
      const heaviest = scales.heaviest(index => has.get(index)!.length > 0)
      if (heaviest === undefined) break
      const partition = has.get(heaviest)!.pop()!
      const lightest = scales.lightest()
      if (scales.isEven) break
      this.#move(owners, partition, lightest)
      isChanged = true
    }
    return isChanged
  }

  #move(owners: number[], partition: number, to: number): void {
    const from = owners[partition]!
    if (from !== nobody) this.#sizes[from]!--
    owners[partition] = to
    this.#sizes[to]!++
  }
}

/**
 * Tells in turns which members have fewest and which have most, while partitions go from these to those, each partition in constant
 * time. Both turns go around among the members that are equal by then: the light ones grow into the next heavier ones, the heavy
 * ones shrink into the next lighter.
 */
class Scales {
  readonly #sizes: readonly number[]
  /** From light to heavy, as it was. */
  readonly #order: number[]
  #low: number
  #lowEnd = 0
  #nextLow = 0
  #high: number
  #highStart: number
  #highEnd: number
  #nextHigh: number

  constructor(sizes: readonly number[], members: readonly number[]) {
    this.#sizes = sizes
    this.#order = members.toSorted((one, other) => sizes[one]! - sizes[other]! || one - other)
    this.#low = this.#sizeAt(0) - 1
    this.#high = this.#sizeAt(this.#order.length - 1) + 1
    this.#highStart = this.#order.length
    this.#highEnd = this.#order.length
    this.#nextHigh = this.#order.length - 1
  }

  /** Between who had fewest and who had most. */
  get difference(): number {
    return this.#high - this.#low - 2
  }

  /** Whether those that were told as having most have one more, at most, than those with fewest. */
  get isEven(): boolean {
    return this.#high - this.#low <= 1
  }

  lightest(): number {
    if (this.#nextLow >= this.#lowEnd) {
      this.#low++
      while (this.#lowEnd < this.#order.length && this.#sizeAt(this.#lowEnd) === this.#low) this.#lowEnd++
      this.#nextLow = 0
    }
    return this.#order[this.#nextLow++]!
  }

  /** `undefined` where all that have most have nothing to give. */
  heaviest(canGive: (member: number) => boolean): number | undefined {
    for (;;) {
      if (this.#nextHigh < this.#highStart) this.#lowerHigh()
      if (this.#nextHigh < 0) return undefined
      const at = this.#nextHigh--
      const member = this.#order[at]!
      if (canGive(member)) return member
      // It stays behind while the others go on.
      this.#highEnd--
      this.#order[at] = this.#order[this.#highEnd]!
      this.#order[this.#highEnd] = member
    }
  }

  #lowerHigh(): void {
    const isNobody = this.#highEnd <= this.#highStart
    if (isNobody && this.#highStart > 0) this.#high = this.#sizeAt(this.#highStart - 1)
    else this.#high--
    while (this.#highStart > 0 && this.#sizeAt(this.#highStart - 1) === this.#high) this.#highStart--
    this.#nextHigh = this.#highEnd - 1
  }

  #sizeAt(place: number): number {
    return this.#sizes[this.#order[place]!]!
  }
}

/** The subscribers of each topic, topics in the order of their turns. */
function subscribersOf(
  members: readonly AssignableMember[],
  counts: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly number[]> {
  const subscribers = new Map<string, number[]>(Array.from(counts.keys(), topicId => [topicId, []]))
  for (const [index, { topicIds }] of members.entries()) {
    for (const topicId of topicIds) subscribers.get(topicId)?.push(index)
  }
  const each = ([topicId, own]: readonly [string, readonly number[]]) => counts.get(topicId)! / own.length
  const used = [...subscribers].filter(([, own]) => own.length > 0)
  return new Map(used.sort((one, other) => each(other) - each(one) || one[1].length - other[1].length))
}
