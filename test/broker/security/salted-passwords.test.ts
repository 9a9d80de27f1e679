/** What AlterUserScramCredentials takes as a salted password: as in Apache Kafka any length, which clients' own tests rely on. */
import { expect, it } from 'vitest'
import { errorByCode } from '../../../src/protocol/errors.ts'
import { DescribeUserScramCredentials } from '../../../src/protocol/messages/50-describe-user-scram-credentials.ts'
import { AlterUserScramCredentials } from '../../../src/protocol/messages/51-alter-user-scram-credentials.ts'
import { startFixture } from '../broker-fixture.ts'
import { salt } from './secured-broker.ts'

it.each([
  ['shorter than the hash', 18, 'NONE'],
  ['as long as the hash', 64, 'NONE'],
  ['none', 0, 'UNACCEPTABLE_CREDENTIAL'],
])('a salted password is %s', async (_what, length, error) => {
  const { connection } = await startFixture()
  const saltedPassword = new Uint8Array(length).fill(7)
  const { results } = await connection.send(AlterUserScramCredentials, 0, {
    deletions: [],
    upsertions: [{ name: 'alice', mechanism: 2, iterations: 15_000, salt, saltedPassword }],
  })
  expect(results.map(each => errorByCode(each.errorCode).name)).toEqual([error])
  const described = await connection.send(DescribeUserScramCredentials, 0, { users: [{ name: 'alice' }] })
  expect(described.results[0]!.credentialInfos).toEqual(
    error === 'NONE' ? [{ mechanism: 2, iterations: 15_000 }] : [],
  )
})
