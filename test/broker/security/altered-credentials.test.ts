/** Which credentials a request of AlterUserScramCredentials may alter, and which of its faults it is told. */
import { expect, it } from 'vitest'
import { DescribeUserScramCredentials } from '../../../src/protocol/messages/50-describe-user-scram-credentials.ts'
import { AlterUserScramCredentials } from '../../../src/protocol/messages/51-alter-user-scram-credentials.ts'
import { startFixture } from '../broker-fixture.ts'
import { errorName } from '../coordinator/world.ts'
import { salt } from './secured-broker.ts'

const [sha256, sha512, unknown] = [1, 2, 9] as const
const saltedPassword = new Uint8Array(64).fill(7)

type Names = readonly (readonly [name: string, mechanism: number])[]

async function start() {
  const { connection } = await startFixture()
  return {
    alter: async ({ put = [], remove = [] }: { readonly put?: Names; readonly remove?: Names }) => {
      const { results } = await connection.send(AlterUserScramCredentials, 0, {
        deletions: remove.map(([name, mechanism]) => ({ name, mechanism })),
        upsertions: put.map(([name, mechanism]) => ({
          name,
          mechanism,
          salt,
          saltedPassword,
          iterations: 4096,
        })),
      })
      return Object.fromEntries(results.map(({ user, errorCode }) => [user, errorName(errorCode)]))
    },
    mechanismsOf: async (name: string) => {
      const { results } = await connection.send(DescribeUserScramCredentials, 0, { users: [{ name }] })
      return results[0]!.credentialInfos.map(({ mechanism }) => mechanism)
    },
  }
}

it('one of each mechanism of a user, which are put and taken away together', async () => {
  const { alter, mechanismsOf } = await start()
  const both: Names = [
    ['alice', sha256],
    ['alice', sha512],
  ]
  expect(await alter({ put: both })).toEqual({ alice: 'NONE' })
  expect(await mechanismsOf('alice')).toEqual([sha256, sha512])
  expect(await alter({ remove: [['alice', sha256]], put: [['alice', sha512]] })).toEqual({ alice: 'NONE' })
  expect(await mechanismsOf('alice')).toEqual([sha512])
})

it('none twice, and then nothing of that user', async () => {
  const { alter, mechanismsOf } = await start()
  const alice: Names = [['alice', sha256]]
  expect(await alter({ put: [...alice, ...alice, ['bob', sha256]] })).toEqual({
    alice: 'DUPLICATE_RESOURCE',
    bob: 'NONE',
  })
  expect(await mechanismsOf('alice')).toEqual([])
  expect(await alter({ put: alice })).toEqual({ alice: 'NONE' })
  expect(await alter({ remove: alice, put: alice })).toEqual({ alice: 'DUPLICATE_RESOURCE' })
  expect(await mechanismsOf('alice')).toEqual([sha256])
})

it.each([
  ['a user without a name', '', sha256, 'UNACCEPTABLE_CREDENTIAL'],
  ['a user without a name, before the mechanism is looked at', '', unknown, 'UNACCEPTABLE_CREDENTIAL'],
  ['a mechanism that there is not', 'alice', unknown, 'UNSUPPORTED_SASL_MECHANISM'],
])('not those of %s, whether put or taken away', async (_what, name, mechanism, error) => {
  const { alter } = await start()
  expect(await alter({ put: [[name, mechanism]] })).toEqual({ [name]: error })
  expect(await alter({ remove: [[name, mechanism]] })).toEqual({ [name]: error })
})
