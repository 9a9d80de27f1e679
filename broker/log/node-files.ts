/** The file system of the machine, through `node:fs`. */
import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { assert } from '../../src/base/assert.ts'
import type { FileRange } from '../file-range.ts'
import { bootId, lockDirectory } from './directory-lock.ts'
import { FreshBytes } from './fresh-bytes.ts'
import { storageError, type DirectoryLock, type File, type FileStat, type FileSystem } from './files.ts'

const openFlags = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT,
} as const

/** To read a few megabytes and check them takes less. */
const settledMs = 1000

class NodeFile implements File {
  readonly path: string
  readonly #descriptor: number
  readonly #fresh = new FreshBytes()
  /** Up to when changes of the file are known: the last write from here had ended, or what it held was checked since. */
  #knownMs = -1
  #closed = false
  /** A descriptor must outlive the syncs under way on it, and ranges that were lent: its number may be another file's next. */
  #uses = 0

  constructor(path: string, descriptor: number) {
    this.path = path
    this.#descriptor = descriptor
  }

  read(target: Uint8Array, at: number, length: number, position: number): number {
    let done = 0
    while (done < length) {
      const count = this.#run('read', () =>
        readSync(this.#descriptor, target, at + done, length - done, position + done),
      )
      if (count === 0) break
      done += count
    }
    return done
  }

  write(source: Uint8Array, position: number): void {
    // Not through #run: this is the hot path, and the closure shows in profiles of small appends.
    assert(!this.#closed, 'a closed file is not used')
    try {
      let done = 0
      while (done < source.length) {
        done += writeSync(this.#descriptor, source, done, source.length - done, position + done)
      }
    } catch (error) {
      throw storageError('write', this.path, error)
    }
    this.#knownMs = Date.now()
    this.#fresh.note(position, source.length, this.#knownMs)
  }

  truncate(sizeInBytes: number): void {
    this.#fresh.forget()
    this.#run('truncate', () => ftruncateSync(this.#descriptor, sizeInBytes))
  }

  sizeInBytes(): number {
    return this.#run('stat', () => fstatSync(this.#descriptor).size)
  }

  isFresh(position: number, length: number): boolean {
    // Files get the time of the system's last tick, which is never ahead of the clock: a later time is another's write.
    return this.#fresh.covers(position, length, Date.now()) && this.#changedMs() <= this.#knownMs
  }

  foundSound(position: number, length: number): void {
    const [nowMs, changedMs] = [Date.now(), this.#changedMs()]
    if (changedMs > this.#knownMs) {
      this.#fresh.forget()
      // Perhaps while these bytes were read and checked.
      if (changedMs > nowMs - settledMs) return
      this.#knownMs = changedMs
    }
    this.#fresh.note(position, length, nowMs)
  }

  lend(position: number, length: number): FileRange {
    assert(!this.#closed, 'a closed file is not used')
    const descriptor = this.#descriptor
    this.#uses++
    let isOut = true
    return {
      descriptor,
      position,
      length,
      read: (target, from) => {
        assert(isOut, 'a range that was released is not used')
        try {
          return readSync(descriptor, target, 0, Math.min(target.length, length - from), position + from)
        } catch (error) {
          throw storageError('read', this.path, error)
        }
      },
      release: () => {
        if (!isOut) return
        isOut = false
        this.#usedNoMore()
      },
    }
  }

  sync(): void {
    this.#run('sync', () => fdatasyncSync(this.#descriptor))
  }

  syncAsync(): Promise<void> {
    assert(!this.#closed, 'a closed file is not used')
    this.#uses++
    return new Promise((resolve, reject) => {
      fdatasync(this.#descriptor, error => {
        this.#usedNoMore()
        if (error === null) resolve()
        else reject(storageError('sync', this.path, error))
      })
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#uses > 0) return
    try {
      closeSync(this.#descriptor)
    } catch (error) {
      throw storageError('close', this.path, error)
    }
  }

  #usedNoMore(): void {
    this.#uses--
    if (this.#closed && this.#uses === 0) closeSync(this.#descriptor)
  }

  #changedMs(): number {
    return this.#run('stat', () => Math.floor(fstatSync(this.#descriptor).mtimeMs))
  }

  #run<T>(operation: string, act: () => T): T {
    assert(!this.#closed, 'a closed file is not used')
    try {
      return act()
    } catch (error) {
      throw storageError(operation, this.path, error)
    }
  }
}

export class NodeFiles implements FileSystem {
  open(path: string, mode: 'read' | 'write' | 'create'): File {
    return new NodeFile(
      path,
      run('open', path, () => openSync(path, openFlags[mode], 0o644)),
    )
  }

  stat(path: string): FileStat | undefined {
    const stat = run('stat', path, () => statSync(path, { throwIfNoEntry: false }))
    return stat === undefined ? undefined : { sizeInBytes: stat.size, modifiedMs: Math.floor(stat.mtimeMs) }
  }

  list(directory: string): readonly string[] {
    return run('list', directory, () =>
      readdirSync(directory, { withFileTypes: true }).map(entry => {
        // A partition may have been moved to another disk, with a link in its place.
        const isLink = entry.isSymbolicLink() && this.#isDirectory(`${directory}/${entry.name}`)
        return isLink || entry.isDirectory() ? `${entry.name}/` : entry.name
      }),
    )
  }

  makeDirectory(path: string): void {
    run('make directory', path, () => makeDirectories(path))
  }

  rename(from: string, to: string): void {
    run('rename', from, () => renameSync(from, to))
  }

  remove(path: string): void {
    run('remove', path, () => rmSync(path, { force: true }))
  }

  removeDirectory(path: string): void {
    run('remove directory', path, () => rmSync(path, { recursive: true, force: true }))
  }

  syncDirectory(path: string): void {
    // Windows has no way to open a directory; its file systems journal names themselves.
    if (process.platform === 'win32') return
    run('sync directory', path, () => {
      const descriptor = openSync(path, constants.O_RDONLY)
      try {
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
    })
  }

  lock(directory: string): DirectoryLock {
    return lockDirectory(directory)
  }

  bootId(): string | undefined {
    return bootId()
  }

  #isDirectory(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  }
}

/**
 * With those above it. Not an error if it is there. Node's own (`recursive`) says ENOENT of a file system that is mounted
 * read-only, and never ends where nothing can be made, as below /proc.
 */
function makeDirectories(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const above = dirname(path)
    if (code === 'EEXIST' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
    if (code !== 'ENOENT' || above === path || existsSync(above)) throw error
    makeDirectories(above)
    makeDirectories(path)
  }
}

function run<T>(operation: string, path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw storageError(operation, path, error)
  }
}
