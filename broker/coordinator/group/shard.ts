/**
 * The groups whose memory is one partition of `__consumer_offsets`: memberships and offsets, made by replay.
 *
 * A group id is one of a classic group or of a group of the consumer protocol, never both: where one of one kind becomes or
 * makes way for one of the other, its tombstones stand before the other's first record.
 */
import type { Clock } from '../../../src/base/clock.ts'
import type { RecordPlace, TransactionMarker } from '../coordinator-log.ts'
import type { CoordinatorState } from '../runtime.ts'
import type { Deadlines } from '../timers.ts'
import { ClassicGroup, type GroupAlarms } from './classic-group.ts'
import { ConsumerGroup } from './consumer/consumer-group.ts'
import type { ConsumerGroupRecord } from './consumer/records.ts'
import { OffsetStore } from './offset-store.ts'
import type { GroupRecord } from './records.ts'

export class GroupShard implements CoordinatorState<GroupRecord> {
  readonly groups = new Map<string, ClassicGroup>()
  readonly consumerGroups = new Map<string, ConsumerGroup>()
  readonly offsets = new OffsetStore()
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  readonly #alarms: GroupAlarms

  constructor(parts: { readonly clock: Clock; readonly deadlines: Deadlines; readonly alarms: GroupAlarms }) {
    this.#clock = parts.clock
    this.#deadlines = parts.deadlines
    this.#alarms = parts.alarms
  }

  replay(record: GroupRecord, place: RecordPlace): void {
    if (record.kind === 'offset') {
      this.offsets.replay(record, place)
      return
    }
    if (record.kind !== 'membership') {
      this.#replayConsumer(record)
      return
    }
    const { groupId, membership } = record
    if (membership === undefined) this.#forget(groupId)
    else this.groupFor(groupId).apply(membership)
  }

  replayMarker(marker: TransactionMarker): void {
    this.offsets.replayMarker(marker)
  }

  /** The group, made if there is none: an empty one is nothing that the log must know. */
  groupFor(groupId: string): ClassicGroup {
    let group = this.groups.get(groupId)
    if (group === undefined) {
      group = new ClassicGroup(groupId, this.#clock.now(), this.#deadlines, this.#alarms)
      this.groups.set(groupId, group)
    }
    return group
  }

  /** Whether a group of this id would not be a new one. */
  knows(groupId: string): boolean {
    return this.groups.has(groupId) || this.consumerGroups.has(groupId) || this.offsets.hasOffsets(groupId)
  }

  /** What groups there are: those with members and those with offsets, a group with both counting twice. */
  get groupCount(): number {
    return this.groups.size + this.consumerGroups.size + this.offsets.groupCount
  }

  /** Every group that has members, a generation or offsets. */
  groupIds(): Set<string> {
    return new Set([...this.groups.keys(), ...this.consumerGroups.keys(), ...this.offsets.groupIds()])
  }

  #replayConsumer(record: ConsumerGroupRecord): void {
    const { groupId } = record
    let group = this.consumerGroups.get(groupId)
    if (group === undefined) {
      // A compacted log may hold tombstones of a group that is long gone.
      if (record.value === undefined) return
      this.consumerGroups.set(groupId, (group = new ConsumerGroup(groupId)))
    }
    if (group.replay(record)) this.consumerGroups.delete(groupId)
  }

  #forget(groupId: string): void {
    const group = this.groups.get(groupId)
    if (group === undefined) return
    this.groups.delete(groupId)
    // Reading the log passes through states that a live group is not deleted in.
    if (group.state === 'Empty') group.moveTo('Dead', this.#clock.now())
    group.close()
  }
}
