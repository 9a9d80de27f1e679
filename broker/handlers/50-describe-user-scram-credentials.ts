/**
 * DescribeUserScramCredentials (key 50): which mechanisms users have a SCRAM credential for, and with how many rounds.
 *
 * Behaviour. No users, or null, asks for all. A user without any is RESOURCE_NOT_FOUND; one who is named twice,
 * DUPLICATE_RESOURCE. Secrets are never told.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  DescribeUserScramCredentials,
  type CredentialInfo,
  type DescribeUserScramCredentialsRequest,
  type DescribeUserScramCredentialsResponse,
  type DescribeUserScramCredentialsResult,
} from '../../src/protocol/messages/50-describe-user-scram-credentials.ts'
import { scramMechanisms } from '../../src/protocol/scram.ts'
import type { ScramCredentials } from '../security/scram-credentials.ts'
import { duplicatesInSteps } from './duplicates.ts'
import { apiHandler, type ApiHandler, type BrokerContext, type RequestContext } from './handler.ts'
import { eachInSteps, sliced } from './sliced.ts'

export const describeUserScramCredentials: ApiHandler<
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse
> = apiHandler(DescribeUserScramCredentials, {
  versions: [0, 0],
  handle,
  refuse: (_request, errorCode, errorMessage) => ({
    throttleTimeMs: 0,
    errorCode,
    errorMessage,
    results: [],
  }),
})

function handle(
  broker: BrokerContext,
  context: RequestContext<DescribeUserScramCredentialsRequest>,
): DescribeUserScramCredentialsResponse | Promise<DescribeUserScramCredentialsResponse> {
  return sliced(broker, describeAll(broker, context))
}

function* describeAll(
  { credentials }: BrokerContext,
  { request: { users } }: RequestContext<DescribeUserScramCredentialsRequest>,
): Generator<void, DescribeUserScramCredentialsResponse, void> {
  const isAll = users === null || users.length === 0
  const names = isAll ? [...credentials.users()] : users.map(({ name }) => name)
  const twice = yield* duplicatesInSteps(names, name => name)
  const results = yield* eachInSteps(new Set(names), user => {
    if (twice.has(user)) {
      return refused(user, kafkaErrors.DUPLICATE_RESOURCE.code, `User ${user} is asked for more than once.`)
    }
    return describe(credentials, user)
  })
  return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, results }
}

function describe(credentials: ScramCredentials, user: string): DescribeUserScramCredentialsResult {
  const credentialInfos: CredentialInfo[] = []
  for (const [index, mechanism] of scramMechanisms.entries()) {
    const credential = credentials.get(mechanism, user)
    if (credential !== undefined) {
      credentialInfos.push({ mechanism: index + 1, iterations: credential.iterations })
    }
  }
  if (credentialInfos.length > 0) return { user, errorCode: 0, errorMessage: null, credentialInfos }
  const why = `Attempt to describe a user credential that does not exist: ${user}`
  return refused(user, kafkaErrors.RESOURCE_NOT_FOUND.code, why)
}

function refused(user: string, errorCode: number, errorMessage: string): DescribeUserScramCredentialsResult {
  return { user, errorCode, errorMessage, credentialInfos: [] }
}
