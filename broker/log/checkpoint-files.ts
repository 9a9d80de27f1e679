/**
 * The small text files of a data directory, in Kafka's formats (semantics G35, G36). Always replaced as a whole, so that a
 * crash leaves the old or the new one.
 *
 *   checkpoint          a line with the version 0, a line with the number of rows, then a row a line, blank-separated
 *   partition.metadata  'version: 0' and 'topic_id: <uuid>'
 *   meta.properties     'key=value' lines
 */
import { utf8Bytes, utf8Slice } from '../../src/base/text.ts'
import { isUuid } from '../../src/base/uuid.ts'
import { readWholeFile, replaceFile, type FileSystem } from './files.ts'

export type CheckpointRow = readonly string[]

/** The rows of a checkpoint; undefined if there is no such file or it is not whole. */
export function readCheckpoint(files: FileSystem, path: string): readonly CheckpointRow[] | undefined {
  const lines = readLines(files, path)
  if (lines === undefined || lines[0] !== '0') return undefined
  const count = Number(lines[1])
  const rows = lines.slice(2).filter(line => line !== '')
  if (!Number.isInteger(count) || rows.length !== count) return undefined
  return rows.map(line => line.split(' '))
}

export function writeCheckpoint(
  files: FileSystem,
  path: string,
  rows: readonly CheckpointRow[],
  sync = true,
): void {
  replaceFile(files, path, checkpointBytes(rows), sync)
}

export function checkpointBytes(rows: readonly CheckpointRow[]): Uint8Array {
  const lines = ['0', String(rows.length), ...rows.map(row => row.join(' '))]
  return utf8Bytes(`${lines.join('\n')}\n`)
}

/** `topic partition offset` rows as a map by `topic-partition`; what is not such a row is passed over. */
export function offsetsOfCheckpoint(rows: readonly CheckpointRow[] | undefined): Map<string, number> {
  const offsets = new Map<string, number>()
  for (const [topic, partition, offset] of rows ?? []) {
    const number = Number(offset)
    if (Number.isSafeInteger(number) && number >= 0) offsets.set(`${topic}-${partition}`, number)
  }
  return offsets
}

/** The topic id of a partition's directory; undefined if the file is absent or not whole. */
export function readTopicId(files: FileSystem, path: string): string | undefined {
  const line = readLines(files, path)?.find(each => each.startsWith('topic_id: '))
  const id = line?.slice('topic_id: '.length)
  return id !== undefined && isUuid(id) ? id : undefined
}

export function writeTopicId(files: FileSystem, path: string, topicId: string, sync = true): void {
  replaceFile(files, path, utf8Bytes(`version: 0\ntopic_id: ${topicId}\n`), sync)
}

export function readProperties(files: FileSystem, path: string): ReadonlyMap<string, string> | undefined {
  const lines = readLines(files, path)
  if (lines === undefined) return undefined
  const properties = new Map<string, string>()
  for (const line of lines) {
    const equals = line.indexOf('=')
    if (equals > 0 && !line.startsWith('#'))
      properties.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim())
  }
  return properties
}

export function writeProperties(
  files: FileSystem,
  path: string,
  properties: ReadonlyMap<string, string>,
): void {
  const lines = ['#', ...[...properties].map(([key, value]) => `${key}=${value}`)]
  replaceFile(files, path, utf8Bytes(`${lines.join('\n')}\n`))
}

function readLines(files: FileSystem, path: string): readonly string[] | undefined {
  const bytes = readWholeFile(files, path)
  return bytes === undefined ? undefined : utf8Slice(bytes).split('\n')
}
