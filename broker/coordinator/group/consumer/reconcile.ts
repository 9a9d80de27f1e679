/**
 * One step of a member towards its target (KIP-848; semantics G61): what it keeps, gives up and gets, and its new epoch.
 *
 *                    target's epoch is newer
 *   stable ──┬───────────────────────────────────┬──▶ stable       nothing to give up, all that is new is free
 *      ▲     ├── it has what it shall not have ──┼──▶ unrevoked    epoch stands; until the member stops naming it
 *      │     └── what it shall have is not free ─┴──▶ unreleased   target's epoch; until others have given it up
 *      └── unrevoked, unreleased: the same step again with each heartbeat
 *
 * | state      | step is taken                                                                              |
 * |------------|--------------------------------------------------------------------------------------------|
 * | stable     | if the member is not in the target's epoch                                                 |
 * | unrevoked  | if the member names what it owns, and none of what it shall give up is in it               |
 * | unreleased | always: what was not free may be                                                           |
 *
 * A member that takes no step, and has just changed its subscription, gives up at once what it does not subscribe to any more,
 * whatever else it is giving up. No step assigns anything of topics that the member does not subscribe to: the target may be older.
 *
 * A partition is never assigned while another member has it or is giving it up: that is all the barrier there is.
 */
import type { MemberPosition, OwnedPartitions, Target } from './records.ts'

/** What a member says it has: topic id → partitions; `undefined` if it does not say, as it did not change. */
export type NamedPartitions = ReadonlyMap<string, ReadonlySet<number>>

export interface ReconcileTerms {
  readonly target: Target
  /** The epoch that the target is of. */
  readonly targetEpoch: number
  readonly named: NamedPartitions | undefined
  /** Whether no other member has a partition. */
  readonly isFree: (topicId: string, partition: number) => boolean
  /** Whether the member subscribes to a topic that there is. */
  readonly isWanted: (topicId: string) => boolean
  /** Whether it has just changed its subscription. */
  readonly wantsOthers: boolean
}

/** Where the member stands after one step; the same object if it stays. */
export function reconcile(position: MemberPosition, terms: ReconcileTerms): MemberPosition {
  const { state, epoch, revoking } = position
  const waits = state === 'unrevoked' ? namesAny(terms.named, revoking) : epoch === terms.targetEpoch
  if (state === 'unreleased' || !waits) return step(position, terms)
  return terms.wantsOthers ? withoutUnwanted(position, terms) : position
}

function step(position: MemberPosition, terms: ReconcileTerms): MemberPosition {
  const kept = new Map<string, Map<number, number>>()
  const revoking = new Map<string, Map<number, number>>()
  for (const [topicId, partitions] of position.assigned) {
    const wanted = new Set(terms.isWanted(topicId) ? terms.target.get(topicId) : [])
    for (const [partition, since] of partitions) {
      put(wanted.has(partition) ? kept : revoking, topicId, partition, since)
    }
  }
  if (revoking.size > 0 && namesAny(terms.named, revoking)) {
    return moved(position, { state: 'unrevoked', epoch: position.epoch, assigned: kept, revoking })
  }
  let unreleased = false
  for (const [topicId, partitions] of terms.target) {
    if (!terms.isWanted(topicId)) continue
    for (const partition of partitions) {
      if (kept.get(topicId)?.has(partition) === true) continue
      if (terms.isFree(topicId, partition)) put(kept, topicId, partition, terms.targetEpoch)
      else unreleased = true
    }
  }
  return moved(position, {
    state: unreleased ? 'unreleased' : 'stable',
    epoch: terms.targetEpoch,
    assigned: kept,
    revoking: new Map(),
  })
}

/** What the member does not subscribe to any more is to be given up, unless it has been. */
function withoutUnwanted(position: MemberPosition, terms: ReconcileTerms): MemberPosition {
  const { state, epoch, assigned } = position
  const kept = new Map([...assigned].filter(([topicId]) => terms.isWanted(topicId)))
  if (kept.size === assigned.size) return position
  const revoking = new Map(Array.from(position.revoking, ([topicId, own]) => [topicId, new Map(own)]))
  for (const [topicId, partitions] of assigned) {
    if (kept.has(topicId)) continue
    for (const [partition, since] of partitions) put(revoking, topicId, partition, since)
  }
  if (namesAny(terms.named, revoking)) {
    return moved(position, { state: 'unrevoked', epoch, assigned: kept, revoking })
  }
  return moved(position, { state, epoch, assigned: kept, revoking: position.revoking })
}

/** Whether a member has any of these still. One that does not say what it has may have all of them. */
function namesAny(named: NamedPartitions | undefined, owned: OwnedPartitions): boolean {
  if (named === undefined) return true
  for (const [topicId, partitions] of owned) {
    const own = named.get(topicId)
    if (own === undefined) continue
    for (const partition of partitions.keys()) if (own.has(partition)) return true
  }
  return false
}

function moved(before: MemberPosition, after: Omit<MemberPosition, 'previousEpoch'>): MemberPosition {
  const unchanged =
    before.state === after.state &&
    before.epoch === after.epoch &&
    // The one before is taken once only: who is heard again has been told.
    before.previousEpoch === after.epoch &&
    sameOwned(before.assigned, after.assigned) &&
    sameOwned(before.revoking, after.revoking)
  return unchanged ? before : { ...after, previousEpoch: before.epoch }
}

/** What a member has, what it is giving up included. */
export function allOwned({ assigned, revoking }: MemberPosition): ReadonlyMap<string, readonly number[]> {
  const all = new Map<string, readonly number[]>()
  for (const owned of [assigned, revoking]) {
    for (const [topicId, partitions] of owned) {
      all.set(topicId, [...(all.get(topicId) ?? []), ...partitions.keys()])
    }
  }
  return all
}

/** Whether both have the same partitions. */
export function sameOwned(left: OwnedPartitions, right: OwnedPartitions): boolean {
  if (left.size !== right.size) return false
  for (const [topicId, partitions] of left) {
    const others = right.get(topicId)
    if (others === undefined || others.size !== partitions.size) return false
    for (const partition of partitions.keys()) if (!others.has(partition)) return false
  }
  return true
}

function put(
  owned: Map<string, Map<number, number>>,
  topicId: string,
  partition: number,
  epoch: number,
): void {
  let partitions = owned.get(topicId)
  if (partitions === undefined) owned.set(topicId, (partitions = new Map()))
  partitions.set(partition, epoch)
}
