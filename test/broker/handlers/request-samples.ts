/** A request of every API that asks for something that there is, fitted to any version. */
import { zeroUuid } from '../../../src/base/uuid.ts'
import type { Api } from '../../../src/protocol/api.ts'
import { hasField, type StructShape, type WireType } from '../../../src/protocol/schema.ts'

type Sample = Readonly<Record<string, unknown>>

/** What the samples refer to. */
export interface SampleWorld {
  readonly topic: string
  readonly topicId: string
  readonly records: Uint8Array
  readonly directory: string
  /** Another one each time: a group that nobody has joined. */
  readonly group: string
}

/** By API key; a field that a version lacks is left out of the request, one that is not named has its default. */
export function samplesOf({
  topic,
  topicId,
  records,
  directory,
  group: joined,
}: SampleWorld): Readonly<Record<number, Sample>> {
  const named = { name: topic, topic, topicName: topic, topicId }
  const group = { groupId: 'group', group: 'group' }
  const producer = { transactionalId: 'tx', producerId: 1, producerEpoch: 0 }
  const offset = { partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: -1, committedMetadata: 'm' }
  const member = { ...group, memberId: 'member', generationId: 1, generationIdOrMemberEpoch: -1 }
  return {
    0: { acks: -1, timeoutMs: 100, topicData: [{ ...named, partitionData: [{ index: 0, records }] }] },
    1: {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1000,
      sessionEpoch: -1,
      topics: [{ ...named, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] }],
    },
    2: { replicaId: -1, topics: [{ ...named, partitions: [{ partitionIndex: 0, timestamp: -1 }] }] },
    3: { topics: [{ ...named, topicId: zeroUuid }] },
    8: { ...member, memberId: '', topics: [{ ...named, partitions: [offset] }] },
    9: {
      ...group,
      topics: [{ ...named, partitionIndexes: [0] }],
      groups: [{ ...group, topics: [{ ...named, partitionIndexes: [0] }] }],
    },
    10: { key: 'group', coordinatorKeys: ['group'] },
    11: {
      groupId: joined,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
    },
    12: member,
    13: { ...member, members: [{ memberId: 'member', groupInstanceId: null, reason: null }] },
    14: { ...member, assignments: [] },
    15: { groups: ['group'], includeAuthorizedOperations: true },
    17: { mechanism: 'PLAIN' },
    18: { clientSoftwareName: 'test', clientSoftwareVersion: '1' },
    19: { topics: [{ name: 'made', numPartitions: 1, replicationFactor: 1 }], timeoutMs: 100 },
    20: { topics: [{ name: 'made', topicId: zeroUuid }], topicNames: ['made'], timeoutMs: 100 },
    21: { topics: [{ ...named, partitions: [{ partitionIndex: 0, offset: 0 }] }], timeoutMs: 100 },
    22: { transactionalId: 'tx', transactionTimeoutMs: 1000 },
    23: { replicaId: -1, topics: [{ ...named, partitions: [{ partition: 0, leaderEpoch: 0 }] }] },
    24: {
      v3AndBelowTransactionalId: 'tx',
      v3AndBelowProducerId: 1,
      v3AndBelowTopics: [{ name: topic, partitions: [0] }],
      transactions: [{ ...producer, verifyOnly: true, topics: [{ name: topic, partitions: [0] }] }],
    },
    25: { ...producer, ...group },
    26: { ...producer, committed: true },
    27: {
      markers: [{ ...producer, transactionResult: false, topics: [{ ...named, partitionIndexes: [0] }] }],
    },
    28: { ...producer, ...member, memberId: '', topics: [{ ...named, partitions: [offset] }] },
    32: {
      resources: [
        { resourceType: 2, resourceName: topic, configurationKeys: null },
        { resourceType: 4, resourceName: '1', configurationKeys: null },
      ],
      includeSynonyms: true,
      includeDocumentation: true,
    },
    33: { resources: [{ resourceType: 2, resourceName: topic, configs: [] }] },
    34: { dirs: [{ path: directory, topics: [{ name: topic, partitions: [0] }] }] },
    35: { topics: null },
    37: { topics: [{ name: topic, count: 2, assignments: null }], validateOnly: true, timeoutMs: 100 },
    42: { groupsNames: ['nobody'] },
    43: { topicPartitions: [{ ...named, partitions: [0] }] },
    44: { resources: [{ resourceType: 2, resourceName: topic, configs: [] }] },
    45: { topics: [{ name: topic, partitions: [{ partitionIndex: 0, replicas: [1] }] }] },
    47: { ...group, topics: [{ ...named, partitions: [{ partitionIndex: 0 }] }] },
    55: { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] },
    57: { featureUpdates: [{ feature: 'group.version', maxVersionLevel: 1 }] },
    60: { includeClusterAuthorizedOperations: true },
    61: { topics: [{ ...named, partitionIndexes: [0] }] },
    64: { brokerId: 9 },
    65: { transactionalIds: ['tx'] },
    68: {
      groupId: 'consumers',
      memberId: 'member',
      rebalanceTimeoutMs: 1000,
      subscribedTopicNames: [topic],
      topicPartitions: [],
    },
    69: { groupIds: ['consumers', 'nobody'], includeAuthorizedOperations: true },
    75: { topics: [{ name: topic }], responsePartitionLimit: 10 },
  }
}

/** A whole request of a version: the sample without what the version lacks, and defaults for what it does not name. */
export function fitted(api: Api<unknown, unknown>, version: number, sample: Sample): unknown {
  return fitStruct(api.request, version, sample)
}

function fitStruct(shape: StructShape, version: number, sample: Sample): unknown {
  const fields = Object.entries(shape.fields).map(([name, field]) => {
    const isGiven = Object.hasOwn(sample, name) && hasField(field, version)
    return [name, isGiven ? fitValue(field.type, version, sample[name]) : field.defaultValue]
  })
  return Object.fromEntries(fields)
}

function fitValue(type: WireType, version: number, value: unknown): unknown {
  if (value === null) return null
  if (type.kind === 'array')
    return (value as readonly unknown[]).map(each => fitValue(type.element, version, each))
  return type.kind === 'struct' ? fitStruct(type.struct, version, value as Sample) : value
}
