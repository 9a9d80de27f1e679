/**
 * How a node that keeps a table forwards its updates: each at once, or each key once per commit.
 *
 * Held back (`cache: true`), an update stays here with the record that caused it; another update of the same key
 * replaces it. `flush`, before the commit, forwards them in the order of their last updates, so that the timestamps
 * downstream stay as ordered as they came in. The old value that is sent is the value at the last flush (semantics
 * C2); a key that was not there then and is not there now emits nothing (C3); the record context is that of the last
 * update (C6). Holding back is bounded: when full, everything is forwarded early, which Kafka's cache does too.
 */
import type { ProcessorContext, RecordContext } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { Headers } from '../record/record.ts'
import type { KeyIdentity } from '../state/store.ts'
import { Change } from './change.ts'

/** An update that is held back; it is itself the context of the record that caused it. */
interface Held extends RecordContext {
  readonly key: unknown
  readonly oldValue: unknown
  newValue: unknown
  resultTimestamp: number
  sequence: number
  topic: string | undefined
  partition: number
  offset: number
  timestamp: number
  headers: Headers
}

export class Emission {
  private readonly context: ProcessorContext
  private readonly sendOldValues: boolean
  private readonly heldMax: number
  /** By window start (0 without windows), then by key. */
  private slots = new Map<number, Map<KeyIdentity, Held>>()
  private slotLast: Map<KeyIdentity, Held> | undefined
  private slotLastStart = -1
  private heldCount = 0
  private sequenceNext = 0

  constructor(context: ProcessorContext, store: string, sendOldValues: boolean) {
    this.context = context
    this.sendOldValues = sendOldValues
    this.heldMax = context.coalescedEntriesMax(store)
  }

  /** Whether updates wait for `flush`. */
  get holdsBack(): boolean {
    return this.heldMax > 0
  }

  /** Forwards now. `oldValue` is left out unless it was asked for. */
  forward(
    key: unknown,
    newValue: unknown,
    oldValue: unknown,
    timestamp: number,
    headers: Headers,
    isLatest = true,
  ): void {
    const change = new Change(newValue, this.sendOldValues ? oldValue : undefined, isLatest)
    this.context.forward(new StreamRecord(key, change, timestamp, headers))
  }

  /** Holds back an update of a key without windows. `oldValue` is the value before it. */
  update(identity: KeyIdentity, key: unknown, newValue: unknown, oldValue: unknown, timestamp: number): void {
    if (this.replace(0, identity, newValue, timestamp)) return
    this.hold(0, identity, key, newValue, oldValue, timestamp)
  }

  /** Replaces an update of the key that is held back; false when none is, and `hold` is to be called. */
  replace(slot: number, identity: KeyIdentity, newValue: unknown, timestamp: number): boolean {
    const held = this.entriesOf(slot).get(identity)
    if (held === undefined) return false
    const record = this.context.record
    held.newValue = newValue
    held.resultTimestamp = timestamp
    held.sequence = this.sequenceNext++
    held.topic = record.topic
    held.partition = record.partition
    held.offset = record.offset
    held.timestamp = record.timestamp
    held.headers = record.headers
    return true
  }

  /** Holds back the first update of the key that `identity` stands for, in the window that starts at `slot`. */
  hold(
    slot: number,
    identity: KeyIdentity,
    key: unknown,
    newValue: unknown,
    oldValue: unknown,
    timestamp: number,
  ): void {
    const record = this.context.record
    this.entriesOf(slot).set(identity, {
      key,
      oldValue,
      newValue,
      resultTimestamp: timestamp,
      sequence: this.sequenceNext++,
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      timestamp: record.timestamp,
      headers: record.headers,
    })
    this.heldCount++
    if (this.heldCount > this.heldMax) this.flush()
  }

  /** Forwards everything that is held back. */
  flush(): void {
    if (this.heldCount === 0) return
    const held: Held[] = []
    for (const entries of this.slots.values()) for (const entry of entries.values()) held.push(entry)
    this.slots = new Map()
    this.slotLast = undefined
    this.slotLastStart = -1
    this.heldCount = 0
    this.sequenceNext = 0
    held.sort((a, b) => a.sequence - b.sequence)
    for (const entry of held) {
      if (entry.oldValue === undefined && entry.newValue === undefined) continue
      const change = new Change(entry.newValue, this.sendOldValues ? entry.oldValue : undefined)
      const record = new StreamRecord(entry.key, change, entry.resultTimestamp, entry.headers)
      this.context.forwardAs(entry, record)
    }
  }

  private entriesOf(slot: number): Map<KeyIdentity, Held> {
    if (slot === this.slotLastStart && this.slotLast !== undefined) return this.slotLast
    let entries = this.slots.get(slot)
    if (entries === undefined) {
      entries = new Map()
      this.slots.set(slot, entries)
    }
    this.slotLast = entries
    this.slotLastStart = slot
    return entries
  }
}
