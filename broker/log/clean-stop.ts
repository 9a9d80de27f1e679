/**
 * `.kafka_cleanshutdown` in a data directory: everything was put on the disk before the stop, and nothing has been written
 * since. Kafka's name and contents (semantics G36).
 */
import { utf8Bytes } from '../../src/base/text.ts'
import { joinPath, writeNewFile, type FileSystem } from './files.ts'

const fileName = '.kafka_cleanshutdown'

/** Whether the directory was closed in order. The marker is gone for good after this: it must not come back with a loss of power. */
export function takeCleanStop(files: FileSystem, root: string): boolean {
  const path = joinPath(root, fileName)
  if (files.stat(path) === undefined) return false
  files.remove(path)
  files.syncDirectory(root)
  return true
}

/** Leaves the marker, on the disk. */
export function writeCleanStop(files: FileSystem, root: string): void {
  writeNewFile(files, joinPath(root, fileName), utf8Bytes('{"version":0,"brokerEpoch":-1}'))
  files.syncDirectory(root)
}
