/**
 * The folder in which one application instance keeps its state, and the instance's identity.
 *
 *   <root>/<application id>/process/   a small LevelDB: the instance's id, and by its lock the instance's claim
 *   <root>/<application id>/<task>/    the task's database (task-database.ts)
 *
 * The id outlives restarts, so that a restarted instance is the same static group member and the same
 * transactional producer: the broker replaces the dead one at once instead of waiting for its time-outs.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '../../src/base/random.ts'
import { utf8Bytes, utf8Slice } from '../../src/base/text.ts'
import { LevelBytes, type LevelBytesOptions } from './level-bytes.ts'
import { storageError } from './storage-error.ts'
import { TaskDatabase } from './task-database.ts'

const idKey = utf8Bytes('instance-id')

export interface StateDirectoryOptions {
  /** The folder for all applications. */
  readonly root: string
  readonly applicationId: string
  readonly random: Random
  readonly level?: LevelBytesOptions
}

export class StateDirectory {
  readonly path: string
  /** 12 letters and digits, made at the first start in this directory. */
  readonly instanceId: string
  readonly #claim: LevelBytes
  readonly #level: LevelBytesOptions

  private constructor(path: string, instanceId: string, claim: LevelBytes, level: LevelBytesOptions) {
    this.path = path
    this.instanceId = instanceId
    this.#claim = claim
    this.#level = level
  }

  /** Claims the directory for this process. MR-4001 when another live process holds it. */
  static async open(options: StateDirectoryOptions): Promise<StateDirectory> {
    const path = join(options.root, options.applicationId)
    try {
      await mkdir(join(path, 'process'), { recursive: true })
    } catch (error) {
      throw storageError(error, `making the state directory ${path}`)
    }
    const claim = await LevelBytes.open(join(path, 'process'), { cacheBytes: 1024, writeBufferBytes: 65_536 })
    const known = claim.get(idKey)
    const instanceId = known ? utf8Slice(known, 0, known.length) : newInstanceId(options.random)
    try {
      if (!known) await claim.write([{ key: idKey, value: utf8Bytes(instanceId) }])
    } catch (error) {
      await claim.close()
      throw error
    }
    return new StateDirectory(path, instanceId, claim, options.level ?? {})
  }

  /** Opens (or makes) the database of a task. */
  async openTask(taskId: string): Promise<TaskDatabase> {
    const location = join(this.path, taskId)
    const bytes = await LevelBytes.open(location, this.#level)
    try {
      return await TaskDatabase.open(bytes, location)
    } catch (error) {
      await bytes.close()
      throw error
    }
  }

  /** The folder of what processors of a task keep on the disk themselves; not made, and never cleared. */
  filesOf(taskId: string): string {
    return join(this.path, 'files', taskId)
  }

  /** Gives the claim up. Idempotent; the tasks' databases are closed by their tasks. */
  close(): Promise<void> {
    return this.#claim.close()
  }
}

function newInstanceId(random: Random): string {
  let id = ''
  while (id.length < 12) id += Math.floor(random.next() * 36).toString(36)
  return id
}
