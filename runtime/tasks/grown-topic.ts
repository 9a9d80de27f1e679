/** What is said of an input topic that got more partitions than the running application can take. */
import { StreamsError } from '../../src/base/errors.ts'
import type { TopicPartition } from '../../src/base/topic-partition.ts'

/** MR-2102 for partitions that came to be after the application's topics were laid out. */
export function grown(partitions: readonly TopicPartition[]): StreamsError {
  const names = partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(', ')
  return new StreamsError('MR-2102', {
    what: `An input has got more partitions: ${names}`,
    why: 'The tasks and their changelogs were laid out for fewer; keys are in other partitions now.',
    fix: 'Start again; with state, reset the application first: delete its internal topics and its state directory.',
  })
}
