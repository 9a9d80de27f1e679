/**
 * Writes the end of a file once more, as it is.
 *
 * After a sync that failed, the system may take the bytes that never reached the disk for clean: they are read from memory as
 * if nothing had happened, the next sync succeeds without writing them, and a loss of power takes them (on Linux whatever the
 * file system, see PostgreSQL's "fsyncgate"). So a start that finds a log with such bytes, which recovery then counts as the
 * log's, must not promise anything of them before they were written again. The last page that had been synced goes with them.
 */
import type { File } from './files.ts'

const chunkBytesMax = 1 << 20

export function rewrite(file: File, { from, to }: { readonly from: number; readonly to: number }): void {
  const chunk = new Uint8Array(Math.max(0, Math.min(chunkBytesMax, to - from)))
  for (let position = from; position < to;) {
    const length = file.read(chunk, 0, Math.min(chunk.length, to - position), position)
    if (length === 0) return
    file.write(chunk.subarray(0, length), position)
    position += length
  }
}
