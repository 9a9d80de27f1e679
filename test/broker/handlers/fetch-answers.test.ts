/** What Apache Kafka 4.3.1 answers to fetches that are refused, seen in each version of it: fields that clients seldom look at. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { Fetch, type FetchPartition } from '../../../src/protocol/messages/01-fetch.ts'
import { batch, createTopic, fetchedOf, fetchRequest, produce, startFixture } from '../broker-fixture.ts'
import { errorName } from '../coordinator/world.ts'

const versions = Array.from({ length: 18 - 4 + 1 }, (_, index) => 4 + index)
const idsSince = 13
const replicaStateSince = 15
const leadersSince = 16

let connection: Connection
let topicId: string
let onEnd = async (): Promise<void> => undefined

beforeAll(async () => {
  // Over a socket, where answers are encoded.
  const { broker } = await startFixture({ config: { 'node.id': 7 } })
  const { port } = await broker.listen({ port: 0 })
  const network = new TcpNetwork({ software: { name: 'test', version: '1' } })
  connection = await network.connect('127.0.0.1', port, 'test')
  onEnd = () => broker.close()
  topicId = (await createTopic(connection, 'input', { partitions: 2 })).topics[0]!.topicId
  await produce(connection, 'input', batch([['key', 'value']]))
})

afterAll(() => onEnd())

async function fetched(
  version: number,
  asked: readonly (Partial<FetchPartition> & { readonly partition: number })[],
  rest: Parameters<typeof fetchRequest>[2] = {},
) {
  const byId = version >= idsSince ? { topicId } : {}
  const request = fetchRequest(version >= idsSince ? '' : 'input', asked, { ...byId, ...rest })
  return connection.send(Fetch, version, request)
}

describe.each(versions)('Fetch in version %i', version => {
  it('lists no aborted transactions of a partition that is not there, and knows nothing of one that refuses', async () => {
    const answer = await fetched(version, [{ partition: 5 }, { partition: 0, fetchOffset: 9 }])
    expect(
      [0, 1].map(index => {
        const { errorCode, abortedTransactions } = fetchedOf(answer, index)
        return [errorName(errorCode), abortedTransactions]
      }),
    ).toEqual([
      ['UNKNOWN_TOPIC_OR_PARTITION', []],
      ['OFFSET_OUT_OF_RANGE', null],
    ])
  })

  it.each([
    [0, [null, null]],
    [1, [[], []]],
  ])(
    'lists aborted transactions at isolation level %i, also where nothing more fits',
    async (level, lists) => {
      const rest = { isolationLevel: level, maxBytes: 1 }
      const answer = await fetched(version, [{ partition: 0 }, { partition: 1 }], rest)
      expect([0, 1].map(index => fetchedOf(answer, index).abortedTransactions)).toEqual(lists)
    },
  )

  it.each([0, 7])('is no replication: broker %i is no replica', async replicaId => {
    const rest =
      version >= replicaStateSince ? { replicaState: { replicaId, replicaEpoch: -1 } } : { replicaId }
    const answer = await fetched(version, [{ partition: 0 }, { partition: 5 }], rest)
    const { errorCode, records, currentLeader } = fetchedOf(answer)
    expect([errorName(errorCode), records?.length]).toEqual(['NOT_LEADER_OR_FOLLOWER', 0])
    expect(currentLeader.leaderId).toBe(version >= leadersSince ? 7 : -1)
    expect(errorName(fetchedOf(answer, 1).errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })
})
