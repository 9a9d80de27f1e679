/** The groups whose memory is one partition of `__consumer_offsets`: memberships and offsets, made by replay. */
import type { Clock } from '../../../src/base/clock.ts'
import type { RecordPlace, TransactionMarker } from '../coordinator-log.ts'
import type { CoordinatorState } from '../runtime.ts'
import type { Deadlines } from '../timers.ts'
import { ClassicGroup, type GroupAlarms } from './classic-group.ts'
import { OffsetStore } from './offset-store.ts'
import type { GroupRecord } from './records.ts'

export class GroupShard implements CoordinatorState<GroupRecord> {
  readonly groups = new Map<string, ClassicGroup>()
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

  /** Every group that has members, a generation or offsets. */
  groupIds(): Set<string> {
    return new Set([...this.groups.keys(), ...this.offsets.groupIds()])
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
