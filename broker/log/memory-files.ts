/**
 * A file system in memory, with the faults of a real one: for tests, simulation and throw-away brokers.
 *
 * Every file keeps two contents and every directory two sets of names: what a process sees, and what a power cut
 * would leave. `sync` and `syncDirectory` make the second equal to the first. `crash` throws away or tears what lies
 * between; `faults` fails or cuts off a chosen operation. The names of one directory become durable in the order in
 * which they were changed, as journalling file systems do it; data and names, and different directories, do so
 * independently of each other, which is harsher than most.
 */
import { assert } from '../../src/base/assert.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { randomIndex, type Random } from '../../src/base/random.ts'
import { MemoryDirectory, MemoryFile, type MemoryEntry } from './memory-entries.ts'
import { FreshBytes } from './fresh-bytes.ts'
import { storageError, type DirectoryLock, type File, type FileStat, type FileSystem } from './files.ts'

/** An operation that changes something, as fault hooks see it. */
export interface MemoryOperation {
  /** Counts all changing operations of this file system, from 1. */
  readonly ordinal: number
  readonly kind: 'create' | 'write' | 'truncate' | 'sync' | 'rename' | 'remove' | 'mkdir' | 'sync-directory'
  readonly path: string
  /** Bytes to be written; 0 for other kinds. */
  readonly sizeInBytes: number
}

/**
 * What becomes of an operation: undefined lets it be; a number of bytes is the prefix of a write that still happens
 * before the failure.
 */
export type MemoryFault =
  | { readonly errno: 'ENOSPC' | 'EIO'; readonly writtenBytes?: number }
  | { readonly crash: true; readonly writtenBytes?: number }

/** Thrown by every operation after a fault crashed the machine, until `crash` restarts it. Not a `StreamsError`. */
export class MachineStopped extends Error {
  override readonly name = 'MachineStopped'
}

/** What a crash leaves of unsynced bytes and names; 'kept' is the death of the process alone. */
export type CrashMode = 'kept' | 'dropped' | 'torn'

export class MemoryFiles implements FileSystem {
  /** Asked before every changing operation. */
  faults: ((operation: MemoryOperation) => MemoryFault | undefined) | undefined
  /** The time that changed files get as their time of modification. */
  nowMs = 0
  /** Bytes that all files together may hold. */
  spaceBytesMax = Infinity

  readonly #root = new MemoryDirectory()
  readonly #locks = new Set<string>()
  #operationCount = 0
  #stopped = false
  /** Files opened before a crash belong to a process that is gone. */
  #incarnation = 0
  #usedBytes = 0
  #boot = 1

  /** Changing operations so far. */
  get operationCount(): number {
    return this.#operationCount
  }

  open(path: string, mode: 'read' | 'write' | 'create'): File {
    this.#checkRunning()
    const found = this.#entry(path)
    if (found instanceof MemoryFile) return this.#handle(path, found, mode)
    if (mode !== 'create' || found !== undefined) throw storageError('open', path, errnoError('ENOENT'))
    this.#apply('create', path)
    const file = new MemoryFile(this.nowMs)
    this.#parentOf(path).change(entries => entries.set(nameOf(path), file))
    return this.#handle(path, file, mode)
  }

  stat(path: string): FileStat | undefined {
    this.#checkRunning()
    const found = this.#entry(path)
    if (!(found instanceof MemoryFile)) return undefined
    return { sizeInBytes: found.length, modifiedMs: found.modifiedMs }
  }

  list(directory: string): readonly string[] {
    this.#checkRunning()
    const found = this.#entry(directory)
    if (!(found instanceof MemoryDirectory)) throw storageError('list', directory, errnoError('ENOENT'))
    return [...found.entries].map(([name, entry]) => (entry instanceof MemoryDirectory ? `${name}/` : name))
  }

  makeDirectory(path: string): void {
    this.#checkRunning()
    let directory = this.#root
    for (const name of partsOf(path)) {
      let next = directory.entries.get(name)
      if (next === undefined) {
        this.#apply('mkdir', path)
        const made = (next = new MemoryDirectory())
        directory.change(entries => entries.set(name, made))
      }
      if (!(next instanceof MemoryDirectory)) throw storageError('make directory', path, errnoError('EEXIST'))
      directory = next
    }
  }

  rename(from: string, to: string): void {
    const entry = this.#entry(from)
    if (entry === undefined) throw storageError('rename', from, errnoError('ENOENT'))
    this.#apply('rename', from)
    const [source, target] = [this.#parentOf(from), this.#parentOf(to)]
    this.#forget(this.#entry(to))
    if (source === target) {
      source.change(entries => {
        entries.delete(nameOf(from))
        entries.set(nameOf(to), entry)
      })
    } else {
      target.change(entries => entries.set(nameOf(to), entry))
      source.change(entries => entries.delete(nameOf(from)))
    }
  }

  remove(path: string): void {
    const entry = this.#entry(path)
    if (entry === undefined) return
    this.#apply('remove', path)
    this.#forget(entry)
    this.#parentOf(path).change(entries => entries.delete(nameOf(path)))
  }

  removeDirectory(path: string): void {
    const entry = this.#entry(path)
    if (!(entry instanceof MemoryDirectory)) return
    for (const [name, child] of entry.entries) {
      if (child instanceof MemoryDirectory) this.removeDirectory(`${path}/${name}`)
      else this.remove(`${path}/${name}`)
    }
    this.remove(path)
  }

  syncDirectory(path: string): void {
    const entry = this.#entry(path)
    if (!(entry instanceof MemoryDirectory)) throw storageError('sync', path, errnoError('ENOENT'))
    this.#apply('sync-directory', path)
    entry.sync()
  }

  lock(directory: string): DirectoryLock {
    this.#checkRunning()
    if (this.#locks.has(directory)) {
      throw new StreamsError('MR-4001', { what: 'The data directory is in use.', where: directory })
    }
    this.#locks.add(directory)
    return { refresh: () => {}, release: () => void this.#locks.delete(directory) }
  }

  bootId(): string {
    return `boot-${this.#boot}`
  }

  /** Ends all open files and locks, and leaves what the mode says; `random` decides what is torn, and must be given then. */
  crash(mode: CrashMode, random?: Random): void {
    this.#incarnation++
    this.#stopped = false
    this.#locks.clear()
    this.faults = undefined
    if (mode !== 'kept') {
      assert(mode === 'dropped' || random !== undefined, 'tearing needs chance')
      this.#root.crash(mode === 'torn' ? random : undefined)
      this.#boot++
    }
    this.#usedBytes = this.#root.sizeInBytes()
  }

  /** The bytes of a file as a process sees them, to look at and to damage. */
  contents(path: string): Uint8Array {
    const found = this.#entry(path)
    if (!(found instanceof MemoryFile)) throw storageError('open', path, errnoError('ENOENT'))
    return found.bytes.subarray(0, found.length)
  }

  #handle(path: string, file: MemoryFile, mode: 'read' | 'write' | 'create'): File {
    const incarnation = this.#incarnation
    let closed = false
    const fresh = new FreshBytes()
    /** How often the file had been changed when it was changed from here last, or found sound. */
    let knownChanges = -1
    const check = (changing: boolean): void => {
      this.#checkRunning()
      if (incarnation !== this.#incarnation)
        throw new MachineStopped('the process that opened this file is gone')
      assert(!closed, 'a closed file is not used')
      assert(!changing || mode !== 'read', 'a file opened for reading is not changed')
    }
    const sync = (): void => {
      check(false)
      this.#apply('sync', path)
      file.sync()
    }
    return {
      path,
      read: (target, at, length, position) => {
        check(false)
        const count = Math.max(0, Math.min(length, file.length - position))
        target.set(file.bytes.subarray(position, position + count), at)
        return count
      },
      write: (source, position) => {
        check(true)
        this.#write(path, file, source, position)
        fresh.note(position, source.length, this.nowMs)
        knownChanges = file.changes
      },
      truncate: sizeInBytes => {
        check(true)
        this.#apply('truncate', path)
        this.#usedBytes += sizeInBytes - file.length
        file.truncate(sizeInBytes, this.nowMs)
        fresh.forget()
        knownChanges = file.changes
      },
      sizeInBytes: () => {
        check(false)
        return file.length
      },
      isFresh: (position, length) =>
        knownChanges === file.changes && fresh.covers(position, length, this.nowMs),
      foundSound: (position, length) => {
        if (knownChanges !== file.changes) fresh.forget()
        knownChanges = file.changes
        fresh.note(position, length, this.nowMs)
      },
      lend: () => undefined,
      sync,
      syncAsync: async () => sync(),
      close: () => {
        closed = true
      },
    }
  }

  #write(path: string, file: MemoryFile, source: Uint8Array, position: number): void {
    const growth = Math.max(0, position + source.length - file.length)
    const write = (count: number): void => {
      const before = file.length
      file.write(source.subarray(0, count), position, this.nowMs)
      this.#usedBytes += file.length - before
    }
    if (this.#usedBytes + growth > this.spaceBytesMax) {
      write(Math.max(0, source.length - (this.#usedBytes + growth - this.spaceBytesMax)))
      throw storageError('write', path, errnoError('ENOSPC'))
    }
    this.#apply('write', path, source.length, write)
    write(source.length)
  }

  /** Counts a changing operation and lets the fault hook decide. */
  #apply(
    kind: MemoryOperation['kind'],
    path: string,
    sizeInBytes = 0,
    writePrefix: (count: number) => void = () => {},
  ): void {
    this.#checkRunning()
    this.#operationCount++
    const fault = this.faults?.({ ordinal: this.#operationCount, kind, path, sizeInBytes })
    if (fault === undefined) return
    if (fault.writtenBytes !== undefined) writePrefix(Math.min(fault.writtenBytes, sizeInBytes))
    if ('errno' in fault) throw storageError(kind, path, errnoError(fault.errno))
    this.#stopped = true
    throw new MachineStopped(`the machine stopped at operation ${this.#operationCount}: ${kind} ${path}`)
  }

  #checkRunning(): void {
    if (this.#stopped) throw new MachineStopped('the machine has stopped')
  }

  #forget(entry: MemoryEntry | undefined): void {
    if (entry instanceof MemoryFile) this.#usedBytes -= entry.length
  }

  #entry(path: string): MemoryEntry | undefined {
    let entry: MemoryEntry | undefined = this.#root
    for (const name of partsOf(path)) {
      if (!(entry instanceof MemoryDirectory)) return undefined
      entry = entry.entries.get(name)
    }
    return entry
  }

  #parentOf(path: string): MemoryDirectory {
    const parent = this.#entry(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    if (!(parent instanceof MemoryDirectory)) throw storageError('open', path, errnoError('ENOENT'))
    return parent
  }
}

/** Makes a fault hook that stops the machine at one operation, with a prefix of a write done: for loops over all k. */
export function stopAt(
  ordinal: number,
  random: Random,
): (operation: MemoryOperation) => MemoryFault | undefined {
  return operation =>
    operation.ordinal === ordinal
      ? { crash: true, writtenBytes: randomIndex(random, operation.sizeInBytes + 1) }
      : undefined
}

function errnoError(code: string): Error {
  return Object.assign(new Error(code), { code })
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter(part => part !== '')
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
