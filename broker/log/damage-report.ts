/** What opening the logs found damaged, gone, or of no topic, one error each: for whoever runs the broker to read. */
import { StreamsError } from '../../src/base/errors.ts'
import type { PartitionLog } from './partition-log.ts'

/** MR-4002 for every stretch that recovery stepped over. The logs take writes and answer reads of all the rest. */
export function damageFound(logs: readonly PartitionLog[]): readonly StreamsError[] {
  return logs.flatMap(({ topic, partition, recovery }) =>
    recovery.corruptRanges.map(({ file, fromPosition, toPosition, fromOffset, toOffset }) => {
      const bytes = toPosition - fromPosition
      const records = `offsets ${fromOffset} to ${toOffset} of ${topic}-${partition}`
      return new StreamsError('MR-4002', {
        what:
          bytes > 0 ? `${bytes} bytes of a segment are no batches: ${records}` : `A segment lacks ${records}`,
        where: `${file}, byte ${fromPosition}`,
        why: 'These records cannot be read any more; those before and after them can.',
        fix: 'Check the volume. To go on, have consumers seek past them, or restore the file from a copy.',
      })
    }),
  )
}

/** MR-5024 for every log that was moved aside, since the registry of topics knows nothing of it. */
export function straysFound(directories: readonly string[]): readonly StreamsError[] {
  return directories.map(
    where =>
      new StreamsError('MR-5024', {
        what: 'A directory with records is of no topic that the registry knows; it was moved aside.',
        where,
        why: 'The registry lost the topic with a damaged disk or an old copy, or somebody put the directory there.',
        fix: 'Keep it if the records matter, delete it if not: the broker does not touch it again.',
      }),
  )
}

/** MR-4002 for every partition whose directory was gone: it was begun anew. */
export function lostFound(directories: readonly string[]): readonly StreamsError[] {
  return directories.map(
    where =>
      new StreamsError('MR-4002', {
        what: 'The directory of a partition is gone. It was made anew, empty, and its offsets begin at 0.',
        where,
        why: 'Somebody removed it or moved it away, or the disk lost it.',
        fix: 'If that was not meant, stop the broker and put it back from a copy.',
      }),
  )
}
