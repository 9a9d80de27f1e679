/** Names of the files of a partition's directory, as Kafka has them (semantics G30-G37). */

export const segmentFileKinds = ['log', 'index', 'timeindex', 'txnindex'] as const
export type SegmentFileKind = (typeof segmentFileKinds)[number]

/**
 * '.cleaned': being written by the cleaner, worth nothing. '.swap': written whole, about to replace what it was made
 * from. '.deleted': about to be removed.
 */
export type SegmentSuffix = '' | '.cleaned' | '.swap' | '.deleted'

export const leaderEpochFile = 'leader-epoch-checkpoint'
export const partitionMetadataFile = 'partition.metadata'
export const lostOffsetsFile = 'lost-offsets'
export const txnindexCheckpointFile = 'txnindex-checkpoint'

/** What the directory of a partition is called, as `FileSystem.list` names directories: topic and number. */
export const partitionDirectory = /^([a-zA-Z0-9._-]+)-(\d+)\/$/

const pattern = /^(\d{20})\.(log|index|timeindex|txnindex|snapshot)(\.cleaned|\.swap|\.deleted)?$/

/** Twenty digits, so that names sort as offsets do. */
export function offsetName(offset: number): string {
  return String(offset).padStart(20, '0')
}

export function segmentFileName(
  baseOffset: number,
  kind: SegmentFileKind,
  suffix: SegmentSuffix = '',
): string {
  return `${offsetName(baseOffset)}.${kind}${suffix}`
}

export function snapshotFileName(offset: number): string {
  return `${offsetName(offset)}.snapshot`
}

export interface PartitionFileName {
  readonly offset: number
  readonly kind: SegmentFileKind | 'snapshot'
  readonly suffix: SegmentSuffix
}

/** What a file of a partition's directory is, or undefined if it is none of a segment's. */
export function parsePartitionFileName(name: string): PartitionFileName | undefined {
  const match = pattern.exec(name)
  if (match === null) return undefined
  return {
    offset: Number(match[1]),
    kind: match[2] as PartitionFileName['kind'],
    suffix: (match[3] ?? '') as SegmentSuffix,
  }
}

/** Whether a file of a partition's directory is one of those that a log has there, or was writing. */
export function isLogFile(name: string): boolean {
  const whole = name.replace(/\.tmp$/, '')
  return (
    whole === leaderEpochFile ||
    whole === partitionMetadataFile ||
    whole === lostOffsetsFile ||
    whole === txnindexCheckpointFile ||
    parsePartitionFileName(whole) !== undefined
  )
}
