/** Where markers go: to the group coordinator for `__consumer_offsets`, whose memory they change, else to the log. */
import type { Clock } from '../../../src/base/clock.ts'
import type { MarkerOptions } from '../../log/log-types.ts'
import type { TransactionMarker } from '../coordinator-log.ts'
import { offsetsTopic } from '../internal-topic.ts'
import type { MarkerTargets } from './markers.ts'

/** The log of a partition, as far as markers need it. */
export interface MarkedLog {
  appendMarker(options: MarkerOptions): unknown
  durable(): Promise<void> | undefined
}

interface Parts {
  readonly topics: { log(topic: string, partition: number): MarkedLog | undefined }
  readonly groups: {
    end(partition: number, marker: TransactionMarker): void
    durable(partition: number): Promise<void> | undefined
  }
  readonly clock: Clock
}

/** The partitions of this broker. */
export function markerTargets({ topics, groups, clock }: Parts): MarkerTargets {
  return {
    end(topic, partition, marker) {
      const log = topics.log(topic, partition)
      if (log === undefined) return undefined
      if (topic === offsetsTopic) {
        groups.end(partition, marker)
        return groups.durable(partition)
      }
      log.appendMarker({ ...marker, nowMs: clock.now() })
      return log.durable()
    },
  }
}
