/** Where the input partitions of a task stand, and how that is committed. */
import { encodePositionMetadata } from './position-metadata.ts'

/** Where an input partition stands: what is committed for it. */
export interface TaskPosition {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record to process. */
  readonly offset: number
  readonly leaderEpoch: number
  /** Carries the partition time over a restart. */
  readonly metadata: string
}

/** An input partition as its queue knows it. */
export interface InputPosition {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record to process; -1 until it has been started from one or fed. */
  readonly position: number
  readonly leaderEpoch: number
  readonly partitionTime: number
}

/** What is to be committed for the inputs that have a position; `noted` goes with each of them. */
export function positionsOf(
  inputs: readonly InputPosition[],
  noted: ReadonlyMap<string, number>,
): readonly TaskPosition[] {
  const positions: TaskPosition[] = []
  for (const { topic, partition, position, leaderEpoch, partitionTime } of inputs) {
    if (position < 0) continue
    const metadata = encodePositionMetadata({ partitionTime, noted })
    positions.push({ topic, partition, offset: position, leaderEpoch, metadata })
  }
  return positions
}
