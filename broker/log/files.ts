/**
 * The file system as the log sees it: few operations, all synchronous, every failure a `StreamsError`.
 *
 * Synchronous, because an append is one write into the page cache (a few microseconds) and a promise would cost
 * more than the write. The one slow operation, forcing bytes to the disk, also exists in an asynchronous form, so
 * that it can run beside the event loop.
 *
 * Rules that callers rely on and that `MemoryFiles` enforces in its crash model:
 * - Bytes are safe from a power cut once `sync` returned; names (create, rename, remove) once `syncDirectory` did.
 * - A failed `write` may have left any prefix of its bytes in the file.
 * - After a failed `sync` nothing is known about the unsynced bytes, and a later success proves nothing
 *   (the kernel may have dropped the dirty pages): the caller must stop and recover.
 *
 * Paths use `/`. Implementations: `NodeFiles` (the disk), `MemoryFiles` (tests and simulation, with faults).
 */
import { StreamsError } from '../../src/base/errors.ts'
import type { FileRange } from '../file-range.ts'

/** An open file. Reads and writes name their position; there is no cursor. */
export interface File {
  readonly path: string
  /** Reads up to `length` bytes into `target` from `at` on; answers how many: fewer only at the end of the file. */
  read(target: Uint8Array, at: number, length: number, position: number): number
  /** Writes all of `source` or throws; after a throw any prefix may be in the file. */
  write(source: Uint8Array, position: number): void
  truncate(sizeInBytes: number): void
  sizeInBytes(): number
  /**
   * Whether these bytes are as they were written here or found sound: that was within the last minute, so that they do not
   * come from the disk, and nobody else has changed the file since. False where that cannot be told.
   */
  isFresh(position: number, length: number): boolean
  /** These bytes were read just now, and are what they ought to be. */
  foundSound(position: number, length: number): void
  /** The same bytes for somebody who has the system send them. Undefined where the system knows no such file. */
  lend(position: number, length: number): FileRange | undefined
  /** Forces the bytes (and the size) to the disk. */
  sync(): void
  /** As `sync`, beside the event loop. Covers all writes made before the call. */
  syncAsync(): Promise<void>
  /** Idempotent. */
  close(): void
}

export interface FileStat {
  readonly sizeInBytes: number
  /** Time of the last change of the contents, milliseconds since the epoch. */
  readonly modifiedMs: number
}

/** A held directory lock. */
export interface DirectoryLock {
  /** Shows other machines that the holder lives; called with every round of maintenance. */
  refresh(): void
  /** Idempotent. */
  release(): void
}

export interface FileSystem {
  /** Opens an existing file: `read` refuses writes. `create` makes it if absent and keeps what it holds. */
  open(path: string, mode: 'read' | 'write' | 'create'): File
  /** `undefined` if there is nothing of that name. */
  stat(path: string): FileStat | undefined
  /** Names in a directory, in no order; directories end with `/`. */
  list(directory: string): readonly string[]
  /** With its parents; not an error if it exists. */
  makeDirectory(path: string): void
  /** Replaces `to` if it is a file. */
  rename(from: string, to: string): void
  /** Not an error if absent. */
  remove(path: string): void
  /** With all it holds; not an error if absent. */
  removeDirectory(path: string): void
  /** Forces the names in a directory to the disk. */
  syncDirectory(path: string): void
  /** Takes the lock of a directory, held until released or the process ends. MR-4001 if another process has it. */
  lock(directory: string): DirectoryLock
  /**
   * Names the run of the machine: as long as it is the same, all that was written is there, synced or not, whatever became
   * of the process. Undefined where the system does not say.
   */
  bootId(): string | undefined
}

/** Joins parts of a path. */
export function joinPath(...parts: readonly string[]): string {
  return parts.join('/')
}

/** What an operation of the file system failed with, told by the error number's name. */
export function storageError(operation: string, path: string, cause: unknown): StreamsError {
  const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new StreamsError('MR-4003', {
      what: `The disk is full: ${operation} failed (${errno}).`,
      where: path,
      why: 'Nothing that was acknowledged is lost; reads go on and writes are refused until there is space.',
      fix: 'Free space on the volume, or lower retention.ms / retention.bytes. No restart is needed.',
      cause,
    })
  }
  return new StreamsError('MR-4004', {
    what: `The file system refused to ${operation} (${errno}).`,
    where: path,
    fix: fixOf(errno),
    cause,
  })
}

function fixOf(errno: string): string {
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
      return 'Give the process read and write permission on the data directory.'
    case 'EMFILE':
    case 'ENFILE':
      return 'Raise the limit of open files (ulimit -n).'
    case 'EEXIST':
    case 'ENOTDIR':
      return 'Name a directory: there is a file of that name, or above it.'
    case 'EROFS':
      return 'Mount the volume read-write.'
    default:
      return 'Check the volume (dmesg, SMART). Logs recover to their last whole batch, those of internal topics after a restart.'
  }
}

/** All bytes of a small file (checkpoints, snapshots, indexes), or `undefined` if there is no such file. */
export function readWholeFile(files: FileSystem, path: string): Uint8Array | undefined {
  const stat = files.stat(path)
  if (stat === undefined) return undefined
  const file = files.open(path, 'read')
  try {
    const bytes = new Uint8Array(stat.sizeInBytes)
    const length = file.read(bytes, 0, bytes.length, 0)
    return length === bytes.length ? bytes : bytes.subarray(0, length)
  } finally {
    file.close()
  }
}

/**
 * Writes a file so that a crash leaves the old one or the new one, whole: temporary file, sync, rename, sync. Without
 * `sync` this holds for the death of the process, and a power cut may leave it empty.
 */
export function replaceFile(files: FileSystem, path: string, contents: Uint8Array, sync = true): void {
  const temporary = `${path}.tmp`
  writeNewFile(files, temporary, contents, sync)
  files.rename(temporary, path)
  if (sync) files.syncDirectory(path.slice(0, path.lastIndexOf('/')))
}

/** Writes a file from its start, whatever it held, and syncs its bytes. */
export function writeNewFile(files: FileSystem, path: string, contents: Uint8Array, sync = true): void {
  const file = files.open(path, 'create')
  try {
    if (file.sizeInBytes() > 0) file.truncate(0)
    file.write(contents, 0)
    if (sync) file.sync()
  } finally {
    file.close()
  }
}
