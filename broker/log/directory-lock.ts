/**
 * Keeps two processes from one data directory, on the disk of the machine.
 *
 * Node has no `flock`, so the lock is a file, `.lock`, that says who holds it; what is missing is that the system would
 * remove it with the process. So a lock is *stale* when its holder is known to be dead:
 *
 *   the lock names                                    its holder is
 *   ------------------------------------------------  ------------------------------------------------------------
 *   this boot, this pid namespace                     alive if /proc has that pid with that start time, and not
 *                                                     merely because nobody has asked yet how it ended (a zombie)
 *   another boot of this host                         dead
 *   this boot, another pid namespace (a container);   out of sight: alive as long as it refreshes the file, which
 *   or another host that shares the volume            maintenance does (the file system's own clock is compared)
 *   no boot (systems without /proc)                   alive if the pid exists, and is not this process
 *
 * Taking: everything is written to a file of one's own, which is then hard-linked to `.lock`. A link either makes the
 * whole file appear or fails, so there is no half-written lock and only one taker wins.
 *
 * Taking over a stale lock: two processes may both find it stale, and the slower must not remove the lock that the faster
 * has just taken. So the right to replace the lock of holder H is itself a lock, `.lock.<id of H>`, taken in the same
 * way; with it in hand the taker looks again, and only if `.lock` is still that of H renames its own file over it. Ids are
 * never used twice, and only the holder of that right replaces H's lock, so what was looked at is what is replaced. A
 * taker that dies in between leaves its right behind, stale, to be taken over by the same rule.
 */
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { StreamsError } from '../../src/base/errors.ts'
import { storageError, type DirectoryLock } from './files.ts'

/** Who holds a lock. */
interface Holder {
  readonly id: string
  readonly pid: number
  readonly host: string
  /** Null where the system does not say. */
  readonly boot: string | null
  readonly pidNamespace: string | null
  readonly startTicks: string | null
}

/** A holder out of sight that has not refreshed its lock for this long is dead. Maintenance runs far more often. */
const refreshedWithinMs = 60_000

/** Takers that died while taking over from takers that died; more than one is rare enough. */
const takeoverDepthMax = 8

/** What /proc calls a process that has ended, until its parent has asked how. */
const endedStates: readonly string[] = ['Z', 'X']

/** Ids of the locks that this process holds. */
const heldHere = new Set<string>()

/** Takes the lock of a directory; MR-4001, naming the holder, if another process has it. */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, '.lock')
  const self = describeSelf()
  try {
    take(path, self, 0)
  } catch (error) {
    throw error instanceof StreamsError ? error : storageError('lock', path, error)
  }
  heldHere.add(self.id)
  let held = true
  return {
    refresh() {
      if (!held) return
      const now = new Date()
      utimesSync(path, now, now)
    },
    release() {
      if (held && readHolder(path)?.id === self.id) rmSync(path, { force: true })
      held = false
      heldHere.delete(self.id)
    },
  }
}

function take(path: string, self: Holder, depth: number): void {
  const own = `${path}.${self.id}.${depth}`
  writeDurably(own, `${JSON.stringify(self)}\n`)
  try {
    for (;;) {
      if (link(own, path)) return
      const holder = readHolder(path)
      // Released between the two; once more.
      if (holder === undefined && statSync(path, { throwIfNoEntry: false }) === undefined) continue
      if (holder !== undefined && isAlive(holder, path, own)) throw locked(path, holder)
      if (depth >= takeoverDepthMax) throw locked(path, holder)
      takeOver({ path, own, self, depth, stale: holder })
      if (readHolder(path)?.id === self.id) return
    }
  } finally {
    rmSync(own, { force: true })
  }
}

function takeOver(options: {
  path: string
  own: string
  self: Holder
  depth: number
  stale: Holder | undefined
}): void {
  const { path, own, self, depth, stale } = options
  // A lock that cannot be read was damaged by a loss of power; it has no id, and all who see it contend for one right.
  const right = `${path}.${stale?.id ?? 'unreadable'}`
  take(right, self, depth + 1)
  try {
    const [present, current] = [statSync(path, { throwIfNoEntry: false }) !== undefined, readHolder(path)]
    if (present && current?.id === stale?.id) renameSync(own, path)
  } finally {
    rmSync(right, { force: true })
  }
}

/** Whether the holder may still be there. `own` is a file just written next to it: what its file system calls now. */
function isAlive(holder: Holder, path: string, own: string): boolean {
  const here = describeSelf()
  if (heldHere.has(holder.id)) return true
  if (holder.boot === null || here.boot === null) return holder.pid !== process.pid && pidExists(holder.pid)
  if (holder.boot === here.boot && holder.pidNamespace === here.pidNamespace) {
    const { state, startTicks } = processStat(String(holder.pid))
    return startTicks === holder.startTicks && !endedStates.includes(state ?? '')
  }
  if (holder.boot !== here.boot && holder.host === here.host) return false
  const refreshed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return statSync(own).mtimeMs - refreshed < refreshedWithinMs
}

/** What the system calls this run of the machine; undefined where it has no name for it. */
export function bootId(): string | undefined {
  return readText('/proc/sys/kernel/random/boot_id')?.trim()
}

function describeSelf(): Holder {
  return {
    id: randomUUID(),
    pid: process.pid,
    host: hostname(),
    boot: bootId() ?? null,
    pidNamespace: linkTarget('/proc/self/ns/pid') ?? null,
    startTicks: processStat('self').startTicks ?? null,
  }
}

/**
 * The state of a process, and when it started in ticks since the boot: that tells it from a later one with the same pid.
 * Where pid 1 does not ask after orphans, as in many containers, a broker that was killed stays there as a zombie.
 */
function processStat(pid: string): {
  readonly state?: string | undefined
  readonly startTicks?: string | undefined
} {
  const stat = readText(`/proc/${pid}/stat`)
  // The second field is the name in parentheses, which may hold anything; state is field 3, start time field 22.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state: fields?.at(0), startTicks: fields?.at(19) }
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function readHolder(path: string): Holder | undefined {
  const text = readText(path)
  if (text === undefined) return undefined
  try {
    const value = JSON.parse(text) as Partial<Holder> | null
    return typeof value?.id === 'string' && typeof value.pid === 'number' ? (value as Holder) : undefined
  } catch {
    // Not JSON: a lock whose bytes a loss of power took, or another program's. Either way nobody is named by it.
    return undefined
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Absent or out of reach: the caller treats both as "not known".
    return undefined
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    // A system without /proc.
    return undefined
  }
}

/** False if there is something of that name. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function writeDurably(path: string, text: string): void {
  const descriptor = openSync(path, 'w')
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function locked(path: string, holder: Holder | undefined): StreamsError {
  const who =
    holder === undefined
      ? 'another process'
      : `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`
  return new StreamsError('MR-4001', {
    what: `The data directory is in use by ${who}.`,
    where: path,
    why: 'Two processes that write to one directory would destroy its logs.',
    fix: `Stop ${who}, or give this one another directory. If there is no such process, remove ${path}.`,
  })
}
