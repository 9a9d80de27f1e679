/** The form in which a command line sets a password: `SCRAM-SHA-512=[name=alice,iterations=4096,password=secret]`. */
import { scramMechanisms } from '../../src/protocol/scram.ts'
import type { ScramPassword } from '../../broker/index.ts'
import { invalid } from './invalid.ts'

const form = 'SCRAM-SHA-512=[name=USER,iterations=COUNT,password=PASSWORD]'

/** Reads it as Kafka's storage tool does; the password comes last and may hold anything. MR-6201 if it cannot be read. */
export function scramPassword(text: string): ScramPassword {
  const [, name, options] = /^([^=]+)=\[(.*)\]$/s.exec(text) ?? []
  const mechanism = scramMechanisms.find(each => each === name)
  const [, user, rounds, password] =
    /^name=([^,]+)(?:,iterations=(\d{1,6}))?,password=(.+)$/s.exec(options ?? '') ?? []
  if (mechanism === undefined || user === undefined || password === undefined) {
    throw invalid('--add-scram cannot be read', `Write ${form}; iterations may be left out.`)
  }
  const iterations = rounds === undefined ? undefined : Number(rounds)
  if (iterations === undefined || (iterations >= 4096 && iterations <= 16_384)) {
    return { mechanism, user, password, iterations }
  }
  throw invalid(`--add-scram: iterations must be 4096 to 16384, not ${rounds}`)
}
