/** What an act is refused with: Kafka's error by name, or the code of a `StreamsError`. */
import { StreamsError } from '../../../src/base/errors.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { BrokerError } from '../../../broker/broker-error.ts'

export function refusalOf(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return nameOf(error)
  }
}

export function nameOf(error: unknown): string {
  if (error instanceof StreamsError) return error.code
  if (!(error instanceof BrokerError)) throw error
  const found = Object.entries(kafkaErrors).find(([, { code }]) => code === error.kafkaCode)
  return found?.[0] ?? String(error.kafkaCode)
}
