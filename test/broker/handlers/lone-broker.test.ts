/** What administrators ask of clusters, answered by one broker as it is: leaders, moves, quorum, features, brokers. */
import { describe, expect, it } from 'vitest'
import { AlterReplicaLogDirs } from '../../../src/protocol/messages/34-alter-replica-log-dirs.ts'
import { ElectLeaders } from '../../../src/protocol/messages/43-elect-leaders.ts'
import { AlterPartitionReassignments } from '../../../src/protocol/messages/45-alter-partition-reassignments.ts'
import { ListPartitionReassignments } from '../../../src/protocol/messages/46-list-partition-reassignments.ts'
import { DescribeQuorum } from '../../../src/protocol/messages/55-describe-quorum.ts'
import { UpdateFeatures } from '../../../src/protocol/messages/57-update-features.ts'
import { UnregisterBroker } from '../../../src/protocol/messages/64-unregister-broker.ts'
import { ListConfigResources } from '../../../src/protocol/messages/74-list-config-resources.ts'
import { ApiVersions } from '../../../src/protocol/messages/18-api-versions.ts'
import { errorName } from '../coordinator/world.ts'
import { createTopic, startFixture } from '../broker-fixture.ts'

async function arrange() {
  const fixture = await startFixture()
  await createTopic(fixture.connection, 'topic')
  return fixture.connection
}

describe('a broker that is alone', () => {
  it('leads every partition already', async () => {
    const connection = await arrange()
    const elect = async (
      topicPartitions: { topic: string; partitions: number[] }[] | null,
      electionType = 0,
    ) => {
      const response = await connection.send(ElectLeaders, 2, { electionType, topicPartitions, timeoutMs: 1 })
      return [
        errorName(response.errorCode),
        ...response.replicaElectionResults.flatMap(({ partitionResult }) =>
          partitionResult.map(({ errorCode }) => errorName(errorCode)),
        ),
      ]
    }
    expect(await elect(null)).toEqual(['NONE'])
    expect(await elect([{ topic: 'topic', partitions: [0, 1] }], 1)).toEqual([
      'NONE',
      'ELECTION_NOT_NEEDED',
      'UNKNOWN_TOPIC_OR_PARTITION',
    ])
    expect(await elect(null, 2)).toEqual(['INVALID_REQUEST'])
  })

  it.each([
    ['topic', [1], 'NONE'],
    ['topic', [2], 'INVALID_REPLICA_ASSIGNMENT'],
    ['topic', [1, 1], 'INVALID_REPLICA_ASSIGNMENT'],
    ['topic', [], 'INVALID_REPLICA_ASSIGNMENT'],
    ['topic', null, 'NO_REASSIGNMENT_IN_PROGRESS'],
    ['nowhere', [1], 'UNKNOWN_TOPIC_OR_PARTITION'],
  ])('moves %s to %j: %s', async (name, replicas, error) => {
    const connection = await arrange()
    const { responses } = await connection.send(AlterPartitionReassignments, 1, {
      timeoutMs: 1,
      allowReplicationFactorChange: true,
      topics: [{ name, partitions: [{ partitionIndex: 0, replicas }] }],
    })
    expect(errorName(responses[0]!.partitions[0]!.errorCode)).toBe(error)
    const listed = await connection.send(ListPartitionReassignments, 0, { timeoutMs: 1, topics: null })
    expect(listed).toMatchObject({ errorCode: 0, topics: [] })
  })

  it('is the whole quorum', async () => {
    const connection = await arrange()
    const ask = async (topicName: string) => {
      const topics = [{ topicName, partitions: [{ partitionIndex: 0 }] }]
      const response = await connection.send(DescribeQuorum, 2, { topics })
      return response.topics[0]!.partitions[0]!
    }
    const quorum = await ask('__cluster_metadata')
    expect(quorum).toMatchObject({ errorCode: 0, leaderId: 1, observers: [] })
    expect(quorum.highWatermark).toBeGreaterThan(0)
    expect(quorum.currentVoters).toMatchObject([{ replicaId: 1, logEndOffset: quorum.highWatermark }])
    expect(errorName((await ask('topic')).errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  it('tells its features, and keeps their levels', async () => {
    const connection = await arrange()
    const own = { clientSoftwareName: 't', clientSoftwareVersion: '1', clusterId: null, nodeId: -1 }
    const told = await connection.send(ApiVersions, 4, own)
    expect(told.finalizedFeatures.map(({ name, maxVersionLevel }) => `${name} ${maxVersionLevel}`)).toEqual([
      'group.version 1',
      'transaction.version 2',
    ])
    const update = async (feature: string, maxVersionLevel: number, version = 2) => {
      const featureUpdates = [{ feature, maxVersionLevel, allowDowngrade: false, upgradeType: 1 }]
      const request = { timeoutMs: 1, featureUpdates, validateOnly: false }
      const { errorCode, results } = await connection.send(UpdateFeatures, version, request)
      return errorName(results[0]?.errorCode ?? errorCode)
    }
    expect(await update('group.version', 1)).toBe('NONE')
    expect(await update('transaction.version', 1)).toBe('INVALID_UPDATE_VERSION')
    expect(await update('transaction.version', 9, 1)).toBe('INVALID_UPDATE_VERSION')
    expect(await update('share.version', 1)).toBe('INVALID_UPDATE_VERSION')
  })

  it('knows no other broker and no other directory', async () => {
    const connection = await arrange()
    const unregister = async (brokerId: number) =>
      errorName((await connection.send(UnregisterBroker, 0, { brokerId })).errorCode)
    expect(await unregister(1)).toBe('INVALID_REQUEST')
    expect(await unregister(2)).toBe('BROKER_ID_NOT_REGISTERED')
    const move = async (path: string, name: string) => {
      const dirs = [{ path, topics: [{ name, partitions: [0] }] }]
      const { results } = await connection.send(AlterReplicaLogDirs, 2, { dirs })
      return errorName(results[0]!.partitions[0]!.errorCode)
    }
    expect(await move('/data', 'topic')).toBe('NONE')
    expect(await move('/data', 'nowhere')).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(await move('/other', 'topic')).toBe('LOG_DIR_NOT_FOUND')
  })

  it('lists what has a configuration', async () => {
    const connection = await arrange()
    const list = async (resourceTypes: number[], version = 1) => {
      const response = await connection.send(ListConfigResources, version, { resourceTypes })
      const found = response.configResources.map(each => `${each.resourceType} ${each.resourceName}`)
      return response.errorCode === 0 ? found : errorName(response.errorCode)
    }
    expect(await list([])).toEqual(['4 1', '2 topic'])
    expect(await list([2])).toEqual(['2 topic'])
    expect(await list([16, 32])).toEqual([])
    expect(await list([99])).toBe('UNSUPPORTED_VERSION')
  })
})
