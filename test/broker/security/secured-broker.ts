/** Brokers with listeners that ask for a login, and users to log in with. */
import type { Broker, BrokerOptions, ListenOptions } from '../../../broker/broker.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import {
  AlterUserScramCredentials,
  type AlterUserScramCredentialsResponse,
} from '../../../src/protocol/messages/51-alter-user-scram-credentials.ts'
import { scramMechanisms, type ScramMechanism } from '../../../src/protocol/scram.ts'
import { systemClock } from '../../../system/clock.ts'
import { startFixture } from '../broker-fixture.ts'
import { saltedPassword } from './scram-client.ts'

export const salt: Uint8Array = new TextEncoder().encode('sixteen bytes...')

/** Sets the password of a user for both mechanisms. */
export function setPassword(
  connection: Connection,
  name: string,
  password: string,
  {
    iterations = 4096,
    mechanisms = scramMechanisms,
  }: {
    readonly iterations?: number
    readonly mechanisms?: readonly ScramMechanism[]
  } = {},
): Promise<AlterUserScramCredentialsResponse> {
  const upsertions = mechanisms.map(mechanism => ({
    name,
    mechanism: scramMechanisms.indexOf(mechanism) + 1,
    iterations,
    salt,
    saltedPassword: saltedPassword(mechanism, { password, salt, iterations }),
  }))
  return connection.send(AlterUserScramCredentials, 0, { deletions: [], upsertions })
}

export interface SecuredBroker {
  readonly broker: Broker
  readonly connection: Connection
  readonly port: number
  readonly address: string
  /** Codes of the connections that the broker ended. */
  readonly refusals: string[]
  /** What it told of them. */
  readonly reasons: string[]
}

/** A broker over the real clock that listens as `listen` says, with alice's password "secret" for every mechanism. */
export async function securedBroker(
  listen: ListenOptions,
  config: BrokerOptions['config'] = {},
): Promise<SecuredBroker> {
  const refusals: string[] = []
  const reasons: string[] = []
  const { broker, connection } = await startFixture({
    clock: systemClock,
    config: { 'connection.failed.authentication.delay.ms': 5, ...config },
    onRefused: reason => {
      refusals.push(reason.code)
      reasons.push(reason.message)
    },
  })
  await setPassword(connection, 'alice', 'secret')
  const { port } = await broker.listen({ port: 0, ...listen })
  return { broker, connection, port, address: `localhost:${port}`, refusals, reasons }
}

export const everyMechanism = {
  mechanisms: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
  passwords: new Map([['alice', 'secret']]),
  sessionMs: 0,
} as const
