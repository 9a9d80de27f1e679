/**
 * A group of the consumer protocol (KIP-848; semantics G61): its members, epochs and targets, all made by replay.
 *
 *   Empty ──▶ Assigning ──▶ Reconciling ──▶ Stable        and from each to Assigning, by a change of members,
 *     ▲                                       │           subscriptions or topics; to Empty, when nobody is left
 *     └───────────────────────────────────────┘
 *
 * The state is not kept but read off the epochs: the group's epoch is of what the members want, the assignment's epoch of
 * the target that was computed for it, and each member's epoch of the part of it that the member has come to.
 *
 *   group epoch ≥ assignment epoch ≥ each member's epoch
 *
 * Invariants: `instances` names exactly the members that have an instance id; a partition has at most one owner, who has it
 * or is giving it up. Reading a log that was compacted passes through states in between, so replay takes what comes and
 * the last record of each key decides.
 */
import { namesOf } from '../protocol-choice.ts'
import type {
  ConsumerGroupRecord,
  MemberPosition,
  MemberSubscription,
  OwnedPartitions,
  ResolvedRegex,
  Target,
} from './records.ts'

export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable'

export interface ConsumerMember {
  readonly id: string
  readonly subscription: MemberSubscription
  readonly position: MemberPosition
}

/** The epoch of a static member that is away and will be back. */
export const awayEpoch = -2
const nowhere: OwnedPartitions = new Map()
const noTarget: Target = new Map()

/** Where a member stands before its first step. */
export const startPosition: MemberPosition = Object.freeze({
  epoch: 0,
  previousEpoch: -1,
  state: 'stable',
  assigned: nowhere,
  revoking: nowhere,
})

/** What a member of which only the position is known yet subscribes to. */
const unknownSubscription: MemberSubscription = Object.freeze({
  instanceId: null,
  rackId: null,
  clientId: '',
  clientHost: '',
  topicNames: Object.freeze([]),
  topicRegex: null,
  rebalanceTimeoutMs: -1,
  serverAssignor: null,
  classic: null,
})

export class ConsumerGroup {
  readonly id: string
  readonly members = new Map<string, ConsumerMember>()
  /** Instance id → member id. */
  readonly instances = new Map<string, string>()
  readonly targets = new Map<string, Target>()
  /** Regular expression → the topics that match it. */
  readonly regexes = new Map<string, ResolvedRegex>()
  epoch = 0
  assignmentEpoch = 0
  /** When the targets of that epoch were computed; 0 if never. */
  assignedAtMs = 0
  metadataHash = 0
  /** The state of the registry of topics that `metadataHash` and `regexes` were last checked against; not in the log. */
  topicsVersion = -1
  readonly #owners = new Map<string, Map<number, string>>()

  constructor(id: string) {
    this.id = id
  }

  get state(): ConsumerGroupState {
    if (this.members.size === 0) return 'Empty'
    if (this.epoch > this.assignmentEpoch) return 'Assigning'
    for (const { position } of this.members.values()) {
      if (position.state !== 'stable' || position.epoch !== this.assignmentEpoch) return 'Reconciling'
    }
    return 'Stable'
  }

  targetOf(memberId: string): Target {
    return this.targets.get(memberId) ?? noTarget
  }

  /** Whether nobody but `memberId` has a partition. */
  isFree(memberId: string, topicId: string, partition: number): boolean {
    const owner = this.#owners.get(topicId)?.get(partition)
    return owner === undefined || owner === memberId
  }

  /** Whether a member waits for partitions of which some are not free yet. */
  isWaiting({ id, position }: ConsumerMember): boolean {
    for (const [topicId, partitions] of this.targetOf(id)) {
      const assigned = position.assigned.get(topicId)
      for (const partition of partitions) {
        if (assigned?.has(partition) !== true && !this.isFree(id, topicId, partition)) return true
      }
    }
    return false
  }

  /** Whether every member but those that are named speaks the classic protocol. */
  isClassicWithout(leaving: ReadonlySet<string>): boolean {
    for (const { id, subscription } of this.members.values()) {
      if (subscription.classic === null && !leaving.has(id)) return false
    }
    return true
  }

  /** Whether all members that speak the classic protocol have one of these assignors. */
  supportsClassic(names: ReadonlySet<string>): boolean {
    const common = new Set(names)
    for (const { subscription } of this.members.values()) {
      if (subscription.classic === null) continue
      const own = namesOf(subscription.classic.protocols)
      for (const name of common) if (!own.has(name)) common.delete(name)
    }
    return common.size > 0
  }

  /** Whether any member subscribes to a topic. */
  subscribesTo(topic: string): boolean {
    for (const { subscription } of this.members.values()) {
      if (subscription.topicNames.includes(topic)) return true
    }
    for (const { topics } of this.regexes.values()) if (topics.includes(topic)) return true
    return false
  }

  /** Takes a record; answers whether the group is gone by it. */
  replay(record: ConsumerGroupRecord): boolean {
    switch (record.kind) {
      case 'consumer-epoch':
        if (record.value === undefined) return true
        this.epoch = record.value.epoch
        this.metadataHash = record.value.metadataHash
        break
      case 'consumer-target-epoch':
        this.assignmentEpoch = record.value?.epoch ?? 0
        this.assignedAtMs = record.value?.timestampMs ?? 0
        break
      case 'consumer-regex':
        if (record.value === undefined) this.regexes.delete(record.regex)
        else this.regexes.set(record.regex, record.value)
        break
      case 'consumer-member':
        this.#replaySubscription(record.memberId, record.value)
        break
      case 'consumer-target':
        if (record.value === undefined) this.targets.delete(record.memberId)
        else this.targets.set(record.memberId, record.value)
        break
      case 'consumer-position':
        this.#replayPosition(record.memberId, record.value)
        break
    }
    return false
  }

  #replaySubscription(id: string, subscription: MemberSubscription | undefined): void {
    const before = this.members.get(id)
    const instanceId = before?.subscription.instanceId
    if (instanceId !== undefined && instanceId !== null && this.instances.get(instanceId) === id) {
      this.instances.delete(instanceId)
    }
    if (subscription === undefined) {
      if (before !== undefined) this.#disown(id, before.position)
      this.members.delete(id)
      return
    }
    this.members.set(id, { id, subscription, position: before?.position ?? startPosition })
    if (subscription.instanceId !== null) this.instances.set(subscription.instanceId, id)
  }

  #replayPosition(id: string, position: MemberPosition | undefined): void {
    const before = this.members.get(id)
    if (before !== undefined) this.#disown(id, before.position)
    if (position === undefined) {
      if (before !== undefined) this.members.set(id, { ...before, position: startPosition })
      return
    }
    this.members.set(id, { id, subscription: before?.subscription ?? unknownSubscription, position })
    for (const owned of [position.assigned, position.revoking]) this.#own(id, owned)
  }

  #own(memberId: string, owned: OwnedPartitions): void {
    for (const [topicId, partitions] of owned) {
      let owners = this.#owners.get(topicId)
      if (owners === undefined) this.#owners.set(topicId, (owners = new Map()))
      for (const partition of partitions.keys()) owners.set(partition, memberId)
    }
  }

  #disown(memberId: string, { assigned, revoking }: MemberPosition): void {
    for (const owned of [assigned, revoking]) {
      for (const [topicId, partitions] of owned) {
        const owners = this.#owners.get(topicId)
        for (const partition of partitions.keys()) {
          if (owners?.get(partition) === memberId) owners.delete(partition)
        }
        if (owners?.size === 0) this.#owners.delete(topicId)
      }
    }
  }
}
