/**
 * Keeps what a start after a kill must read within bounds, however many logs there are and however large their segments.
 *
 * A log that is *noted* has its index files and a snapshot of its producers as of its end, which sealing a segment leaves
 * as well (`LogStore.note`). Once many bytes were appended to a data directory, the logs with the most bytes since are
 * noted, until what is left over all of them is little. Noting syncs nothing under durability 'process': it serves as long as
 * the machine runs, which a file in the data directory tells,
 *
 *   <root>/.written-in    the boot in which all logs were opened; absent once the disk failed one of them
 *   <root>/.sync-failed   the same file from then on, until all logs were opened again
 *
 * and after a loss of power the recovery point decides, as ever. A start in the same boot that finds that a sync has
 * failed writes what follows the recovery point once more (`rewriting.ts`), before any later sync is taken to cover it.
 */
import { utf8Bytes, utf8Slice } from '../../src/base/text.ts'
import { joinPath, readWholeFile, replaceFile, type FileSystem } from './files.ts'

/** A log as noting sees it. */
export interface NotedLog {
  readonly state: 'open' | 'failed' | 'closed'
  readonly logEndOffset: number
  readonly store: { readonly unnotedBytes: number; readonly note: (logEndOffset: number) => void }
}

/** Logs that are noted in one call of `step`: each takes a few tenths of a millisecond. */
const logsPerStep = 4

const bootFile = '.written-in'
const failedFile = '.sync-failed'

/** Counts the bytes that were appended since the logs were last looked at. */
export class UnnotedBytes {
  readonly bytesMax: number
  readonly #due: () => void
  #bytes = 0

  /** `due` is called in the middle of an append, once there are more than `bytesMax`: it must only take note. */
  constructor(bytesMax: number, due: () => void) {
    this.bytesMax = bytesMax
    this.#due = due
  }

  add(count: number): void {
    const before = this.#bytes
    this.#bytes += count
    if (before <= this.bytesMax && this.isDue) this.#due()
  }

  get isDue(): boolean {
    return this.#bytes > this.bytesMax
  }

  /** Begins to count anew, from what is left. */
  reset(bytes: number): void {
    this.#bytes = bytes
  }
}

/** The rounds of noting of one data directory. */
export class Noting {
  readonly unnoted: UnnotedBytes
  /** Logs of this round that are still to be noted, largest first. */
  #round: NotedLog[] = []

  constructor(unnoted: UnnotedBytes) {
    this.unnoted = unnoted
  }

  /** Notes a few logs if it is time for that; whether there is more to do. A log that cannot be noted waits for the next round. */
  step(logs: Iterable<NotedLog>): boolean {
    if (this.#round.length === 0 && this.unnoted.isDue) this.#round = this.#begin(logs)
    for (const log of this.#round.splice(0, logsPerStep)) {
      if (log.state === 'open') log.store.note(log.logEndOffset)
    }
    return this.#round.length > 0
  }

  /** The largest logs, so many that the others together have at most half of what is allowed. */
  #begin(logs: Iterable<NotedLog>): NotedLog[] {
    const bySize = [...logs].toSorted((left, right) => left.store.unnotedBytes - right.store.unnotedBytes)
    let [kept, left] = [0, 0]
    for (const { store } of bySize) {
      if (left + store.unnotedBytes > this.unnoted.bytesMax / 2) break
      left += store.unnotedBytes
      kept++
    }
    this.unnoted.reset(left)
    return bySize.slice(kept).toReversed()
  }
}

/** What a start knows of what was written before it: whether it is all there, and whether a sync of it may have failed. */
export function writesFound(
  files: FileSystem,
  root: string,
): { readonly writesKept: boolean; readonly writesDoubted: boolean } {
  return {
    writesKept: isOfThisBoot(files, joinPath(root, bootFile)),
    writesDoubted: isOfThisBoot(files, joinPath(root, failedFile)),
  }
}

/** Notes that all logs are open: what is written from now on is there as long as the machine runs. */
export function noteBoot(files: FileSystem, root: string): void {
  const [boot, path] = [files.bootId(), joinPath(root, bootFile)]
  if (boot !== undefined && !isOfThisBoot(files, path)) replaceFile(files, path, utf8Bytes(boot), false)
  files.remove(joinPath(root, failedFile))
}

/** The disk failed: what was written may not be there. To rename takes no space, of which there may be none. */
export function forgetBoot(files: FileSystem, root: string): void {
  const [noted, failed] = [joinPath(root, bootFile), joinPath(root, failedFile)]
  const boot = files.bootId()
  try {
    if (isOfThisBoot(files, noted)) files.rename(noted, failed)
    else if (boot !== undefined && !isOfThisBoot(files, failed))
      replaceFile(files, failed, utf8Bytes(boot), false)
  } catch {
    // A disk that refuses this too. The log that failed is told of already.
  }
}

function isOfThisBoot(files: FileSystem, path: string): boolean {
  const bytes = readWholeFile(files, path)
  return bytes !== undefined && bytes.length > 0 && utf8Slice(bytes) === files.bootId()
}
