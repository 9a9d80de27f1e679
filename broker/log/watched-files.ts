/**
 * A file system that tells somebody of every write that fails, and otherwise is the one it wraps.
 *
 * Clients of a failing broker are told to ask again later, which is right in a cluster and helps nobody when the broker is
 * in the same process: there the application wants to know at once, with the path and the cause.
 */
import { StreamsError } from '../../src/base/errors.ts'
import type { FileRange } from '../file-range.ts'
import type { DirectoryLock, File, FileStat, FileSystem } from './files.ts'

export class WatchedFiles implements FileSystem {
  readonly #files: FileSystem
  readonly #onFailure: (error: StreamsError) => void

  /** `onFailure` is called in the middle of the failing operation: it must only take note. */
  constructor(files: FileSystem, onFailure: (error: StreamsError) => void) {
    this.#files = files
    this.#onFailure = onFailure
  }

  open(path: string, mode: 'read' | 'write' | 'create'): File {
    const file = this.#files.open(path, mode)
    return mode === 'read' ? file : new WatchedFile(file, this.#onFailure)
  }

  stat(path: string): FileStat | undefined {
    return this.#files.stat(path)
  }

  list(directory: string): readonly string[] {
    return this.#files.list(directory)
  }

  makeDirectory(path: string): void {
    watched(this.#onFailure, () => this.#files.makeDirectory(path))
  }

  rename(from: string, to: string): void {
    watched(this.#onFailure, () => this.#files.rename(from, to))
  }

  remove(path: string): void {
    this.#files.remove(path)
  }

  removeDirectory(path: string): void {
    this.#files.removeDirectory(path)
  }

  syncDirectory(path: string): void {
    watched(this.#onFailure, () => this.#files.syncDirectory(path))
  }

  lock(directory: string): DirectoryLock {
    return this.#files.lock(directory)
  }

  bootId(): string | undefined {
    return this.#files.bootId()
  }
}

class WatchedFile implements File {
  readonly path: string
  readonly #file: File
  readonly #onFailure: (error: StreamsError) => void

  constructor(file: File, onFailure: (error: StreamsError) => void) {
    this.path = file.path
    this.#file = file
    this.#onFailure = onFailure
  }

  read(target: Uint8Array, at: number, length: number, position: number): number {
    return this.#file.read(target, at, length, position)
  }

  write(source: Uint8Array, position: number): void {
    try {
      this.#file.write(source, position)
    } catch (error) {
      throw told(this.#onFailure, error)
    }
  }

  truncate(sizeInBytes: number): void {
    this.#file.truncate(sizeInBytes)
  }

  sizeInBytes(): number {
    return this.#file.sizeInBytes()
  }

  isFresh(position: number, length: number): boolean {
    return this.#file.isFresh(position, length)
  }

  foundSound(position: number, length: number): void {
    this.#file.foundSound(position, length)
  }

  lend(position: number, length: number): FileRange | undefined {
    return this.#file.lend(position, length)
  }

  sync(): void {
    watched(this.#onFailure, () => this.#file.sync())
  }

  async syncAsync(): Promise<void> {
    try {
      await this.#file.syncAsync()
    } catch (error) {
      throw told(this.#onFailure, error)
    }
  }

  close(): void {
    this.#file.close()
  }
}

function watched(onFailure: (error: StreamsError) => void, operation: () => void): void {
  try {
    operation()
  } catch (error) {
    throw told(onFailure, error)
  }
}

function told(onFailure: (error: StreamsError) => void, error: unknown): unknown {
  if (error instanceof StreamsError && (error.code === 'MR-4003' || error.code === 'MR-4004'))
    onFailure(error)
  return error
}
