/**
 * Puts many logs on the disk at a stop in order, beside the event loop and several at a time.
 *
 *   1  of each log that changed, what the next start reads is written beside what is there    nothing is synced
 *   2  all files are synced, several at a time
 *   3  the written ones take the places of the others, then the directories are synced
 *
 * A kill at any point leaves each file old or new, and whole, as writing one log after the other does. All renames come before
 * the first directory, because a journal then takes them all with that one. A sync that fails ends it before anything is
 * renamed, once the syncs under way are over: nobody is to try again, for a later success would prove nothing.
 *
 * It has settled the logs as they were when it began. Whoever closes one asks it again (`LogStore.settle`), which does
 * nothing unless the log was written to meanwhile.
 */
import type { File, FileSystem } from './files.ts'
import { writeNewFile } from './files.ts'
import { Syncs } from './syncs.ts'

/** A log as it is settled. */
export interface SettledLog {
  readonly state: 'open' | 'failed' | 'closed'
  readonly logEndOffset: number
  readonly store: { readonly beginSettling: (logEndOffset: number) => Settling | undefined }
}

/** What one log still has to do. */
export class Settling {
  readonly #files: FileSystem
  readonly #directory: string
  readonly #done: () => void
  readonly #opened: File[] = []
  readonly #written: string[] = []
  readonly #replaced: string[] = []

  /** `done` is called when all is on the disk. */
  constructor(
    files: FileSystem,
    { directory, done }: { readonly directory: string; readonly done: () => void },
  ) {
    this.#files = files
    this.#directory = directory
    this.#done = done
  }

  /** Has a file synced that is open, and stays so. */
  sync(file: File): void {
    this.#opened.push(file)
  }

  /** Writes a file that nobody relies on yet. */
  write(path: string, contents: Uint8Array): void {
    writeNewFile(this.#files, path, contents, false)
    this.#written.push(path)
  }

  /** Writes what is to take the place of a file. */
  replace(path: string, contents: Uint8Array): void {
    this.write(`${path}.tmp`, contents)
    this.#replaced.push(path)
  }

  async syncAll(): Promise<void> {
    const syncs = [
      ...this.#opened.map(file => file.syncAsync()),
      ...this.#written.map(path => syncFile(this.#files, path)),
    ]
    const outcomes = await Promise.allSettled(syncs)
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  rename(): void {
    for (const path of this.#replaced) this.#files.rename(`${path}.tmp`, path)
  }

  end(): void {
    this.#files.syncDirectory(this.#directory)
    this.#done()
  }
}

/** Settles all logs that can be. Rejects with what the disk refused; nothing is under way then, and `failed` was told if it was a sync. */
export async function settleLogs(logs: Iterable<SettledLog>, failed: () => void): Promise<void> {
  const settlings: Settling[] = []
  for (const { state, logEndOffset, store } of logs) {
    const settling = state === 'open' ? store.beginSettling(logEndOffset) : undefined
    if (settling !== undefined) settlings.push(settling)
  }
  const syncs = new Syncs()
  try {
    for (const settling of settlings) await syncs.add(settling.syncAll())
    await syncs.all()
  } catch (error) {
    failed()
    await syncs.all().catch(() => {})
    throw error
  }
  for (const settling of settlings) settling.rename()
  for (const settling of settlings) settling.end()
}

async function syncFile(files: FileSystem, path: string): Promise<void> {
  const file = files.open(path, 'write')
  try {
    await file.syncAsync()
  } finally {
    file.close()
  }
}
