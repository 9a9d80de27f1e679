/**
 * What both sides of a left or outer stream-stream join know of time: how far it is, and where the earliest held record
 * may be.
 *
 * Both are in memory alone, as in Kafka: after a start, time begins anew (semantics J10). The sides share a task's held
 * records, so what they know together hangs on that store.
 */
import type { IdleTime } from './idle-time.ts'
import type { HeldRecordStore } from '../state/held-record-store.ts'

export interface OuterJoinTime {
  /** The greatest timestamp of both sides. */
  latest: number
  /** No held record that is to be looked at is earlier; `Infinity` when none is held. */
  least: number
  /** Where time goes on by the clock while both inputs are silent. */
  idle?: IdleTime | undefined
}

const times = new WeakMap<HeldRecordStore, OuterJoinTime>()

export function outerJoinTimeOf(held: HeldRecordStore): OuterJoinTime {
  let time = times.get(held)
  if (time === undefined) {
    const [first] = held.keys()
    // Kafka forgets here that a restored store has records, and lets none go before it holds another.
    time = { latest: -1, least: first?.timestamp ?? Infinity }
    times.set(held, time)
  }
  return time
}
