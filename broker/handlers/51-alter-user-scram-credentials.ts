/**
 * AlterUserScramCredentials (key 51): sets and removes SCRAM credentials of users.
 *
 * Behaviour. All changes of one user are made, or none: any that is refused refuses the others of that user too. The client
 * derives the salted password, so that the password itself never comes here; as in Kafka its length is not looked at, and
 * with one that no hash makes nobody can log in. Rounds are 4,096 to 16,384. A user's credential of one mechanism is altered once in
 * a request; those of both mechanisms may be, which Kafka took until version 4 and its tools still send.
 */
import { kafkaErrors, type KafkaErrorName } from '../../src/protocol/errors.ts'
import {
  AlterUserScramCredentials,
  type AlterUserScramCredentialsRequest,
  type AlterUserScramCredentialsResponse,
  type AlterUserScramCredentialsResult,
  type ScramCredentialDeletion,
  type ScramCredentialUpsertion,
} from '../../src/protocol/messages/51-alter-user-scram-credentials.ts'
import { iterationsMin, scramMechanisms, type ScramMechanism } from '../../src/protocol/scram.ts'
import { credentialOf, iterationsMax } from '../security/scram-credentials.ts'
import { durably } from './durably.ts'
import { apiHandler, type ApiHandler, type BrokerContext, type RequestContext } from './handler.ts'
import { sliced } from './sliced.ts'

const nameBytesMax = 1024
const saltBytesMax = 1024

export const alterUserScramCredentials: ApiHandler<
  AlterUserScramCredentialsRequest,
  AlterUserScramCredentialsResponse
> = apiHandler(AlterUserScramCredentials, {
  versions: [0, 0],
  handle,
  refuse: (request, errorCode, errorMessage) => ({
    throttleTimeMs: 0,
    results: Array.from(usersOf(request), user => ({ user, errorCode, errorMessage })),
  }),
})

interface Fault {
  readonly error: KafkaErrorName
  readonly message: string
}

function handle(
  broker: BrokerContext,
  { request }: RequestContext<AlterUserScramCredentialsRequest>,
): AlterUserScramCredentialsResponse | Promise<AlterUserScramCredentialsResponse> {
  return durably(broker, sliced(broker, alterAll(broker, request)))
}

function* alterAll(
  broker: BrokerContext,
  request: AlterUserScramCredentialsRequest,
): Generator<void, AlterUserScramCredentialsResponse, void> {
  const faults = new Map<string, Fault>()
  const seen = new Set<string>()
  const check = ({ name, mechanism }: ScramCredentialDeletion, found: Fault | undefined) => {
    const fault = seen.has(`${mechanism}/${name}`) ? duplicate : found
    seen.add(`${mechanism}/${name}`)
    if (fault !== undefined && !faults.has(name)) faults.set(name, fault)
  }
  for (const deletion of request.deletions) {
    check(deletion, deletionFault(broker, deletion))
    yield
  }
  for (const upsertion of request.upsertions) {
    check(upsertion, upsertionFault(upsertion))
    yield
  }
  for (const { name, mechanism } of request.deletions) {
    if (!faults.has(name)) broker.credentials.remove(mechanismOf(mechanism)!, name)
    yield
  }
  for (const upsertion of request.upsertions) {
    const mechanism = mechanismOf(upsertion.mechanism)
    if (faults.has(upsertion.name) || mechanism === undefined) continue
    broker.credentials.put(mechanism, upsertion.name, credentialOf(mechanism, upsertion))
    yield
  }
  const results = Array.from(usersOf(request), (user): AlterUserScramCredentialsResult => {
    const fault = faults.get(user)
    if (fault === undefined) return { user, errorCode: 0, errorMessage: null }
    return { user, errorCode: kafkaErrors[fault.error].code, errorMessage: fault.message }
  })
  return { throttleTimeMs: 0, results }
}

const duplicate: Fault = {
  error: 'DUPLICATE_RESOURCE',
  message: 'A user credential cannot be altered twice in the same request',
}

function deletionFault(
  { credentials }: BrokerContext,
  { name, mechanism }: ScramCredentialDeletion,
): Fault | undefined {
  if (name === '') return nameless
  const found = mechanismOf(mechanism)
  if (found === undefined) return unknownMechanism
  if (credentials.get(found, name) !== undefined) return undefined
  return {
    error: 'RESOURCE_NOT_FOUND',
    message: 'Attempt to delete a user credential that does not exist',
  }
}

const nameless: Fault = { error: 'UNACCEPTABLE_CREDENTIAL', message: 'Username must not be empty' }
const unknownMechanism: Fault = { error: 'UNSUPPORTED_SASL_MECHANISM', message: 'Unknown SCRAM mechanism' }

function upsertionFault(upsertion: ScramCredentialUpsertion): Fault | undefined {
  const { name, mechanism, iterations, salt, saltedPassword } = upsertion
  if (name === '') return nameless
  if (mechanismOf(mechanism) === undefined) return unknownMechanism
  const unacceptable = (message: string): Fault => ({ error: 'UNACCEPTABLE_CREDENTIAL', message })
  if (name.length > nameBytesMax) return unacceptable('Username is too long')
  if (iterations < iterationsMin) return unacceptable('Too few iterations')
  if (iterations > iterationsMax) return unacceptable('Too many iterations')
  if (salt.length === 0 || salt.length > saltBytesMax) return unacceptable('The salt is empty or too long')
  if (saltedPassword.length === 0) return unacceptable('The salted password is empty')
  return undefined
}

/** Kafka's numbers: 1 for SCRAM-SHA-256, 2 for SCRAM-SHA-512. */
function mechanismOf(id: number): ScramMechanism | undefined {
  return scramMechanisms[id - 1]
}

function usersOf({ deletions, upsertions }: AlterUserScramCredentialsRequest): ReadonlySet<string> {
  return new Set([...deletions, ...upsertions].map(({ name }) => name))
}
