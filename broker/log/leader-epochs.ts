/**
 * Which leader epoch began at which offset (semantics G35): how a client that was away learns whether the log was cut
 * behind it.
 */
import type { CheckpointRow } from './checkpoint-files.ts'

export interface EpochEnd {
  readonly epoch: number
  readonly endOffset: number
}

export class LeaderEpochs {
  #rows: { readonly epoch: number; readonly startOffset: number }[]

  constructor(rows: readonly CheckpointRow[] = []) {
    this.#rows = rows.map(([epoch, startOffset]) => ({
      epoch: Number(epoch),
      startOffset: Number(startOffset),
    }))
  }

  /** The newest epoch, -1 if none. */
  get latest(): number {
    return this.#rows.at(-1)?.epoch ?? -1
  }

  /** Notes that a batch of `epoch` lies at `startOffset`; true if that began the epoch. */
  assign(epoch: number, startOffset: number): boolean {
    if (epoch <= this.latest || epoch < 0) return false
    this.#rows.push({ epoch, startOffset })
    return true
  }

  /** Takes back the last `assign`. */
  removeLast(): void {
    this.#rows.pop()
  }

  /** The epoch that wrote `offset`, -1 if not known. */
  epochAt(offset: number): number {
    return this.#rows.findLast(row => row.startOffset <= offset)?.epoch ?? -1
  }

  /** Where the greatest epoch that does not exceed `epoch` ends; undefined if there is none. */
  endOf(epoch: number, logEndOffset: number): EpochEnd | undefined {
    const index = this.#rows.findLastIndex(row => row.epoch <= epoch)
    const row = this.#rows[index]
    if (row === undefined) return undefined
    return { epoch: row.epoch, endOffset: this.#rows[index + 1]?.startOffset ?? logEndOffset }
  }

  /** Forgets what began at or after `offset`, because the log was cut there. */
  truncateEnd(offset: number): void {
    this.#rows = this.#rows.filter(row => row.startOffset < offset)
  }

  /** Forgets epochs that ended before the log's start; the one that holds the start begins there. */
  truncateStart(offset: number): void {
    const holding = this.#rows.findLastIndex(row => row.startOffset <= offset)
    if (holding < 0) return
    this.#rows = this.#rows.slice(holding)
    this.#rows[0] = { epoch: this.#rows[0]!.epoch, startOffset: offset }
  }

  /** What goes into the checkpoint file. */
  rows(): readonly CheckpointRow[] {
    return this.#rows.map(({ epoch, startOffset }) => [String(epoch), String(startOffset)])
  }
}
