/**
 * The time of an operator whose input has fallen silent: it goes on by the clock, so that what waits for time to pass
 * does not wait for the next record.
 *
 * When no record has come to the operator for `idleMs`, its stream time becomes that of the last record and as much as
 * has passed since, and goes on so until a record comes; it never goes back. It is a distance that is added, not the
 * clock's own time, so records of the past are treated like those of today. Records that come later with earlier
 * timestamps may be late for it. It is committed with the positions: after a restart, time is where it was, and silence
 * is counted from the start.
 */
import type { ProcessorContext } from '../processor/processor.ts'

export interface IdleTimeOptions {
  readonly context: ProcessorContext
  /** Under which the time is noted: the name of the operator's store will do. */
  readonly name: string
  readonly idleMs: number
  /** Told of a time that nothing but the clock has brought. */
  readonly advance: (streamTime: number) => void
}

/** The time of an operator whose input may fall silent; nothing where only records are to move time. */
export function idleTime({
  idleMs,
  ...options
}: Omit<IdleTimeOptions, 'idleMs'> & { readonly idleMs: number | undefined }): IdleTime | undefined {
  return idleMs === undefined ? undefined : new IdleTime({ ...options, idleMs })
}

/** How often it is looked whether the input is silent: ten times while it becomes so, every second at least. */
const lookMsMax = 1_000

export class IdleTime {
  private readonly options: IdleTimeOptions
  private readonly key: string
  /** Stream time when the last record had come. `undefined` until it is known what was noted before a restart. */
  private base: number | undefined
  /** When the last record came, or the task started, by the monotonic clock. */
  private since: number

  constructor(options: IdleTimeOptions) {
    const { context, name, idleMs } = options
    this.options = options
    this.key = `${name}/idle`
    this.since = context.async.clock.monotonic()
    const intervalMs = Math.max(1, Math.min(lookMsMax, Math.floor(idleMs / 10)))
    context.schedule(intervalMs, 'wall-clock', () => this.look())
  }

  /** A record has come, with which the operator's time would be `streamTime`; answers what it is. */
  seen(streamTime: number): number {
    const { context } = this.options
    const time = Math.max(streamTime, context.noted(this.key) ?? -1)
    this.base = time
    this.since = context.async.clock.monotonic()
    context.note(this.key, time)
    return time
  }

  private look(): void {
    const { context, idleMs, advance } = this.options
    const base = (this.base ??= context.noted(this.key) ?? -1)
    if (base < 0) return
    const elapsedMs = Math.floor(context.async.clock.monotonic() - this.since)
    if (elapsedMs < idleMs) return
    context.note(this.key, base + elapsedMs)
    advance(base + elapsedMs)
  }
}
