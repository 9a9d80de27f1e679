/** What opening the logs found damaged, one error for each damaged stretch: for whoever runs the broker to read. */
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
