/** PRODUCER_FENCED as clients know it that are older than the code: they fail as they should on this one (KIP-588). */
import { kafkaErrors } from '../../src/protocol/errors.ts'

/** The code to answer in `version` of a request that has PRODUCER_FENCED since `since`. */
export function fencedCode(errorCode: number, version: number, since: number): number {
  const isNew = errorCode === kafkaErrors.PRODUCER_FENCED.code && version < since
  return isNew ? kafkaErrors.INVALID_PRODUCER_EPOCH.code : errorCode
}
