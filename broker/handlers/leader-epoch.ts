/** Leader epochs that clients believe in, held against a partition's own. */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import type { PartitionLog } from '../log/partition-log.ts'

/** FENCED or UNKNOWN_LEADER_EPOCH, or 0 where the client's epoch is the log's (or -1: it does not say). */
export function leaderEpochError(clientEpoch: number, { leaderEpoch }: PartitionLog): number {
  if (clientEpoch === -1 || clientEpoch === leaderEpoch) return 0
  const { FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH } = kafkaErrors
  return clientEpoch < leaderEpoch ? FENCED_LEADER_EPOCH.code : UNKNOWN_LEADER_EPOCH.code
}

export interface EpochEnd {
  readonly epoch: number
  readonly endOffset: number
}

/** Where `epoch` ends, or the greatest before it that the log knows; `undefined` for one to come or before all. */
export function epochEndOf(log: PartitionLog, epoch: number): EpochEnd | undefined {
  if (epoch > log.leaderEpoch) return undefined
  // The present epoch counts before its first record is written.
  if (epoch === log.leaderEpoch) return { epoch, endOffset: log.logEndOffset }
  return log.endOffsetForEpoch(epoch)
}
