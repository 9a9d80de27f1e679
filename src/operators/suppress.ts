/**
 * `suppress`: holds the changes of a table back, the last of each key, until time has passed or a window has closed.
 *
 * A change waits under the time of its key's first update, or under the end of its window; later updates of the key
 * replace it and keep its place (semantics P2, P3). When a record comes, whatever waits under a time that is not later
 * than stream time less the delay leaves, by time and then by the bytes of the key; without records nothing leaves (P5).
 * Stream time is the greatest timestamp that this node has seen, from -1 after every start (T3). A change leaves with
 * the timestamp, headers and place that it came with (P6). Deletes of windows are dropped on leaving.
 *
 * What waits is in a key-value store, which carries it over commits and crashes, and beside it in memory in the order
 * of leaving (P1): that order is made anew from the store at every start.
 */
import { StreamsError } from '../base/errors.ts'
import { Heap } from '../base/heap.ts'
import { latin1Bytes, latin1Slice } from '../base/text.ts'
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import { StreamRecord } from '../processor/record.ts'
import type { Serde } from '../serdes/serde.ts'
import type { KeyValueStore } from '../state/store.ts'
import type { Windowed } from '../windows/window.ts'
import { countedBytesOf, type BufferedChange } from './buffered-change.ts'
import { Change } from './change.ts'
import { idleTime, type IdleTime } from './idle-time.ts'

/** What is held back, and how much at most. */
export interface Suppression {
  /** `window-end`: keys are windowed, and deletes are not forwarded. */
  readonly waitsFrom: 'first-update' | 'window-end'
  /** How long after that, in stream time. */
  readonly delayMs: number
  /** Infinity: no bound. */
  readonly recordsMax: number
  /** Of keys and changes, as `countedBytesOf` counts them. Infinity: no bound. */
  readonly bytesMax: number
  /** `emit-early`: the first leave before their time. `stop`: MR-4007. */
  readonly whenFull: 'emit-early' | 'stop'
  /** How long the input is silent before time goes on by the clock. Absent: only records move it. */
  readonly idleMs?: number | undefined
}

export interface SuppressOptions extends Suppression {
  /** A key-value store of buffered changes that can be walked. */
  readonly store: string
  readonly keySerde: Serde<unknown>
  /** That of the store's values. */
  readonly changeSerde: Serde<BufferedChange>
  /** The line of the application that declared it, for MR-4007. */
  readonly declaredAt?: string | undefined
}

export function suppress(options: SuppressOptions): ProcessorSupplier {
  return () => new Suppress(options)
}

/** A key that waits. */
interface Waiting {
  readonly time: number
  /** The bytes of the key as text, a character for each byte: the order of such texts is that of the bytes. */
  readonly order: string
  bytes: number
  change: BufferedChange
}

class Suppress implements Processor<unknown, Change> {
  private readonly options: SuppressOptions
  private context!: ProcessorContext
  private store!: KeyValueStore<unknown, BufferedChange>
  private readonly waiting = new Map<string, Waiting>()
  private readonly leaving = new Heap<Waiting>(
    (left, right) => left.time < right.time || (left.time === right.time && left.order < right.order),
  )
  private bytes = 0
  private idle: IdleTime | undefined
  private streamTime = -1

  constructor(options: SuppressOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.store = context.store(this.options.store)
    for (const [key, change] of this.store.walk()) this.wait(this.orderOf(key), change)
    const { store: name, idleMs } = this.options
    const advance = (streamTime: number): void => {
      this.streamTime = Math.max(this.streamTime, streamTime)
      this.leaveWhatIsDue()
    }
    this.idle = idleTime({ context, name, idleMs, advance })
  }

  process(record: StreamRecord<unknown, Change>): void {
    const { key, value: change, timestamp, headers } = record
    if (timestamp > this.streamTime) this.streamTime = timestamp
    if (this.idle !== undefined) this.streamTime = this.idle.seen(this.streamTime)
    const { topic, partition, offset } = this.context.record
    const { newValue, oldValue } = change
    const order = this.orderOf(key)
    const before = this.waiting.get(order)?.change
    const buffered: BufferedChange = {
      time: before === undefined ? this.timeOf(key, timestamp) : before.time,
      priorValue: before === undefined ? oldValue : before.priorValue,
      oldValue,
      newValue,
      topic,
      partition,
      offset,
      timestamp,
      headers,
    }
    this.wait(order, buffered)
    this.store.put(key, buffered, timestamp)
    this.leaveWhatIsDue()
    this.makeRoom()
  }

  private leaveWhatIsDue(): void {
    const due = this.streamTime - this.options.delayMs
    for (
      let first = this.leaving.peek();
      first !== undefined && first.time <= due;
      first = this.leaving.peek()
    )
      this.leave(first)
  }

  private makeRoom(): void {
    const { whenFull, recordsMax, bytesMax } = this.options
    for (;;) {
      const first = this.leaving.peek()
      if (first === undefined || (this.leaving.count <= recordsMax && this.bytes <= bytesMax)) return
      if (whenFull === 'stop') throw this.full()
      this.leave(first)
    }
  }

  private wait(order: string, change: BufferedChange): void {
    const { bytesMax, changeSerde } = this.options
    const bytes =
      bytesMax === Infinity ? 0 : countedBytesOf(order.length, changeSerde.serialize(change), change)
    const waiting = this.waiting.get(order)
    if (waiting !== undefined) {
      this.bytes += bytes - waiting.bytes
      waiting.bytes = bytes
      waiting.change = change
      return
    }
    const added: Waiting = { time: change.time, order, bytes, change }
    this.waiting.set(order, added)
    this.leaving.push(added)
    this.bytes += bytes
  }

  /** Forwards the first and lets go of it, in this order: who looks its row up meanwhile finds what was there before. */
  private leave(first: Waiting): void {
    const { order, change } = first
    // As it would be after a restart, and as it is in Kafka: of a window of varying size, its bytes have the start alone.
    const key = this.options.keySerde.deserialize(latin1Bytes(order))
    if (change.newValue !== undefined || this.options.waitsFrom === 'first-update') {
      const { newValue, oldValue, timestamp, headers } = change
      const record = new StreamRecord(key, new Change(newValue, oldValue), timestamp, headers)
      this.context.forwardAs(change, record)
    }
    this.leaving.pop()
    this.waiting.delete(order)
    this.bytes -= first.bytes
    this.store.delete(key, change.timestamp)
  }

  private timeOf(key: unknown, timestamp: number): number {
    return this.options.waitsFrom === 'first-update' ? timestamp : (key as Windowed<unknown>).window.end
  }

  private orderOf(key: unknown): string {
    return latin1Slice(this.options.keySerde.serialize(key))
  }

  private full(): StreamsError {
    const { recordsMax, bytesMax, declaredAt = '' } = this.options
    const { nodeName, record } = this.context
    const bounds = [
      ...(recordsMax === Infinity ? [] : [`${recordsMax} records`]),
      ...(bytesMax === Infinity ? [] : [`${bytesMax} bytes`]),
    ]
    return new StreamsError('MR-4007', {
      what: `The buffer of '${nodeName}' holds more than ${bounds.join(' or ')}`,
      where: `'${nodeName}', ${record.topic}-${record.partition}@${record.offset}  ${declaredAt}`,
      why: 'It was told to stop rather than to put out what may not be final yet.',
      fix: `raise maxRecords or maxBytes, or let the first leave early with whenFull: 'emit-early'`,
    })
  }
}
