/**
 * Files in memory of a system that takes bytes for clean once it has told that it could not write them, as Linux does: they
 * are there to be read, later syncs succeed, and a loss of power takes them unless they were written again.
 */
import type { Random } from '../../../src/base/random.ts'
import type { File } from '../../../broker/log/files.ts'
import { MemoryFiles, type CrashMode } from '../../../broker/log/memory-files.ts'

interface Extent {
  /** From where on bytes were written since the last sync, or since one that failed. */
  dirtyFrom: number
  /** From where on bytes never reached the disk, and are taken for clean. */
  lostFrom: number
}

export class ForgetfulFiles extends MemoryFiles {
  readonly #extents = new Map<string, Extent>()

  override open(path: string, mode: 'read' | 'write' | 'create'): File {
    const file = super.open(path, mode)
    const extent = this.#extents.get(path) ?? { dirtyFrom: Infinity, lostFrom: Infinity }
    this.#extents.set(path, extent)
    const sync = (): void => {
      const { dirtyFrom } = extent
      extent.dirtyFrom = Infinity
      try {
        file.sync()
      } catch (error) {
        extent.lostFrom = Math.min(extent.lostFrom, dirtyFrom)
        throw error
      }
    }
    return {
      ...file,
      write: (source, position) => {
        file.write(source, position)
        extent.dirtyFrom = Math.min(extent.dirtyFrom, position)
        // Writes of a log are in its order.
        if (position <= extent.lostFrom && position + source.length > extent.lostFrom)
          extent.lostFrom =
            position + source.length < file.sizeInBytes() ? position + source.length : Infinity
      },
      truncate: sizeInBytes => {
        file.truncate(sizeInBytes)
        if (sizeInBytes <= extent.lostFrom) extent.lostFrom = Infinity
      },
      sync,
      syncAsync: async () => sync(),
    }
  }

  override rename(from: string, to: string): void {
    super.rename(from, to)
    const extent = this.#extents.get(from)
    this.#extents.delete(from)
    if (extent === undefined) this.#extents.delete(to)
    else this.#extents.set(to, extent)
  }

  override crash(mode: CrashMode, random?: Random): void {
    super.crash(mode, random)
    if (mode === 'kept') return
    for (const [path, { lostFrom }] of this.#extents) {
      if ((this.stat(path)?.sizeInBytes ?? 0) <= lostFrom) continue
      const file = super.open(path, 'write')
      file.truncate(lostFrom)
      file.sync()
    }
    this.#extents.clear()
  }
}
