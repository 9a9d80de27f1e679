/** Checks the leader epoch that a client believes in; of a single broker there is only ever one. */
import { kafkaErrors } from '../../src/protocol/errors.ts'

/** FENCED or UNKNOWN_LEADER_EPOCH, or 0 where the client's epoch is the broker's (or -1: it does not say). */
export function leaderEpochError(clientEpoch: number, brokerEpoch: number): number {
  if (clientEpoch === -1 || clientEpoch === brokerEpoch) return 0
  const { FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH } = kafkaErrors
  return clientEpoch < brokerEpoch ? FENCED_LEADER_EPOCH.code : UNKNOWN_LEADER_EPOCH.code
}
