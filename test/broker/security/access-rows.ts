/** Requests of every API, how each is refused to who may not send it, and the rights that it takes. */
import type { Operation, ResourceType } from '../../../broker/security/acl.ts'
import { batch, fetchRequest } from '../broker-fixture.ts'

export const topic = 'orders'
export const group = 'g'
export const id = 't'

export type Right = readonly [Operation, ResourceType, name?: string]

export const partition = {
  partitionIndex: 0,
  committedOffset: 1,
  committedLeaderEpoch: -1,
  committedMetadata: null,
}
export const inGroup = { groupId: group, memberId: 'm', groupInstanceId: null, generationId: 1 }
const transaction = { transactionalId: id, producerId: 1, producerEpoch: 0 }
export const byTransaction = 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'
export const byTopic = 'TOPIC_AUTHORIZATION_FAILED'
const byGroup = 'GROUP_AUTHORIZATION_FAILED'
const byCluster = 'CLUSTER_AUTHORIZATION_FAILED'
export const records = batch([['k', 'v']])
export const filter = { resourceTypeFilter: 1, patternTypeFilter: 1, operation: 1, permissionType: 1 }

/** API, version, request, how it is refused, and what must be allowed for it not to be. */
export const rows: readonly [
  key: number,
  version: number,
  request: object,
  refusal: string,
  rights: readonly Right[],
][] = [
  [
    0,
    12,
    { acks: -1, transactionalId: null, topicData: [{ name: topic, partitionData: [{ index: 0, records }] }] },
    byTopic,
    [['WRITE', 'TOPIC', topic]],
  ],
  [1, 12, fetchRequest(topic, [{ partition: 0, fetchOffset: 0 }]), byTopic, [['READ', 'TOPIC', topic]]],
  [
    2,
    6,
    {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }] }],
    },
    byTopic,
    [['DESCRIBE', 'TOPIC', topic]],
  ],
  [
    3,
    9,
    { topics: [{ name: topic, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }], allowAutoTopicCreation: false },
    byTopic,
    [['DESCRIBE', 'TOPIC', topic]],
  ],
  [
    3,
    9,
    { topics: [{ name: 'new', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }], allowAutoTopicCreation: true },
    byTopic,
    [
      ['DESCRIBE', 'TOPIC', 'new'],
      ['CREATE', 'TOPIC', 'new'],
    ],
  ],
  [
    8,
    8,
    {
      ...inGroup,
      generationIdOrMemberEpoch: -1,
      retentionTimeMs: -1,
      topics: [{ name: topic, partitions: [partition] }],
    },
    byGroup,
    [
      ['READ', 'GROUP', group],
      ['READ', 'TOPIC', topic],
    ],
  ],
  [
    9,
    8,
    { groups: [{ groupId: group, memberId: null, memberEpoch: -1, topics: null }], requireStable: false },
    byGroup,
    [['DESCRIBE', 'GROUP', group]],
  ],
  [9, 5, { groupId: group, topics: null, requireStable: false }, byGroup, [['DESCRIBE', 'GROUP', group]]],
  [10, 4, { keyType: 0, coordinatorKeys: [group] }, byGroup, [['DESCRIBE', 'GROUP', group]]],
  [10, 4, { keyType: 1, coordinatorKeys: [id] }, byTransaction, [['DESCRIBE', 'TRANSACTIONAL_ID', id]]],
  [
    11,
    5,
    {
      ...inGroup,
      memberId: '',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
    },
    byGroup,
    [['READ', 'GROUP', group]],
  ],
  [12, 4, inGroup, byGroup, [['READ', 'GROUP', group]]],
  [13, 4, { groupId: group, members: [] }, byGroup, [['READ', 'GROUP', group]]],
  [
    14,
    5,
    { ...inGroup, protocolType: null, protocolName: null, assignments: [] },
    byGroup,
    [['READ', 'GROUP', group]],
  ],
  [15, 5, { groups: [group], includeAuthorizedOperations: false }, byGroup, [['DESCRIBE', 'GROUP', group]]],
  [
    19,
    5,
    {
      topics: [{ name: 'new', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
      timeoutMs: 1,
      validateOnly: true,
    },
    byTopic,
    [
      ['CREATE', 'TOPIC', 'new'],
      ['DESCRIBE_CONFIGS', 'TOPIC', 'new'],
    ],
  ],
  [20, 5, { topicNames: [topic], timeoutMs: 1 }, byTopic, [['DELETE', 'TOPIC', topic]]],
  [
    21,
    2,
    { topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset: 0 }] }], timeoutMs: 1 },
    byTopic,
    [['DELETE', 'TOPIC', topic]],
  ],
  [
    22,
    4,
    { transactionalId: id, transactionTimeoutMs: 1000, producerId: -1, producerEpoch: -1 },
    byTransaction,
    [['WRITE', 'TRANSACTIONAL_ID', id]],
  ],
  [
    22,
    4,
    { transactionalId: null, transactionTimeoutMs: 1000, producerId: -1, producerEpoch: -1 },
    byCluster,
    [['IDEMPOTENT_WRITE', 'CLUSTER']],
  ],
  [
    22,
    4,
    { transactionalId: null, transactionTimeoutMs: 1000, producerId: -1, producerEpoch: -1 },
    byCluster,
    [['WRITE', 'TOPIC', topic]],
  ],
  [
    23,
    4,
    {
      replicaId: -1,
      topics: [{ topic, partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0 }] }],
    },
    byTopic,
    [['DESCRIBE', 'TOPIC', topic]],
  ],
  [
    24,
    3,
    {
      v3AndBelowTransactionalId: id,
      v3AndBelowProducerId: 1,
      v3AndBelowProducerEpoch: 0,
      v3AndBelowTopics: [{ name: topic, partitions: [0] }],
    },
    byTransaction,
    [
      ['WRITE', 'TRANSACTIONAL_ID', id],
      ['WRITE', 'TOPIC', topic],
    ],
  ],
  [
    24,
    4,
    { transactions: [{ ...transaction, verifyOnly: true, topics: [] }] },
    byCluster,
    [['CLUSTER_ACTION', 'CLUSTER']],
  ],
  [
    25,
    4,
    { ...transaction, groupId: group },
    byTransaction,
    [
      ['WRITE', 'TRANSACTIONAL_ID', id],
      ['READ', 'GROUP', group],
    ],
  ],
  [26, 4, { ...transaction, committed: true }, byTransaction, [['WRITE', 'TRANSACTIONAL_ID', id]]],
  [
    27,
    1,
    {
      markers: [
        {
          producerId: 1,
          producerEpoch: 0,
          transactionResult: true,
          topics: [{ name: topic, partitionIndexes: [0] }],
          coordinatorEpoch: 0,
          transactionVersion: 0,
        },
      ],
    },
    byCluster,
    [['CLUSTER_ACTION', 'CLUSTER']],
  ],
  [
    28,
    4,
    {
      ...transaction,
      groupId: group,
      generationIdOrMemberEpoch: -1,
      memberId: '',
      groupInstanceId: null,
      topics: [{ name: topic, partitions: [partition] }],
    },
    byTransaction,
    [
      ['WRITE', 'TRANSACTIONAL_ID', id],
      ['READ', 'GROUP', group],
      ['READ', 'TOPIC', topic],
    ],
  ],
  [29, 3, filter, byCluster, [['DESCRIBE', 'CLUSTER']]],
  [
    30,
    3,
    {
      creations: [
        {
          resourceType: 2,
          resourceName: 'x',
          resourcePatternType: 3,
          principal: 'User:x',
          host: '*',
          operation: 3,
          permissionType: 3,
        },
      ],
    },
    byCluster,
    [['ALTER', 'CLUSTER']],
  ],
  [
    31,
    3,
    { filters: [{ ...filter, resourceNameFilter: 'none', principalFilter: null, hostFilter: null }] },
    byCluster,
    [['ALTER', 'CLUSTER']],
  ],
  [
    32,
    4,
    { resources: [{ resourceType: 2, resourceName: topic, configurationKeys: [] }] },
    byTopic,
    [['DESCRIBE_CONFIGS', 'TOPIC', topic]],
  ],
  [
    32,
    4,
    { resources: [{ resourceType: 4, resourceName: '1', configurationKeys: [] }] },
    byCluster,
    [['DESCRIBE_CONFIGS', 'CLUSTER']],
  ],
  [
    33,
    2,
    { resources: [{ resourceType: 2, resourceName: topic, configs: [] }], validateOnly: true },
    byTopic,
    [['ALTER_CONFIGS', 'TOPIC', topic]],
  ],
  [35, 4, { topics: null }, byCluster, [['DESCRIBE', 'CLUSTER']]],
  [
    37,
    3,
    { topics: [{ name: topic, count: 2, assignments: null }], timeoutMs: 1, validateOnly: true },
    byTopic,
    [['ALTER', 'TOPIC', topic]],
  ],
  [42, 2, { groupsNames: [group] }, byGroup, [['DELETE', 'GROUP', group]]],
  [
    44,
    1,
    { resources: [{ resourceType: 2, resourceName: topic, configs: [] }], validateOnly: true },
    byTopic,
    [['ALTER_CONFIGS', 'TOPIC', topic]],
  ],
  [
    44,
    1,
    { resources: [{ resourceType: 4, resourceName: '', configs: [] }], validateOnly: true },
    byCluster,
    [['ALTER_CONFIGS', 'CLUSTER']],
  ],
  [47, 0, { groupId: group, topics: [] }, byGroup, [['DELETE', 'GROUP', group]]],
  [50, 0, { users: null }, byCluster, [['DESCRIBE', 'CLUSTER']]],
  [51, 0, { deletions: [{ name: 'x', mechanism: 1 }], upsertions: [] }, byCluster, [['ALTER', 'CLUSTER']]],
  [61, 0, { topics: [{ name: topic, partitionIndexes: [0] }] }, byTopic, [['READ', 'TOPIC', topic]]],
  [65, 0, { transactionalIds: [id] }, byTransaction, [['DESCRIBE', 'TRANSACTIONAL_ID', id]]],
  [
    68,
    0,
    {
      groupId: group,
      memberEpoch: 0,
      rebalanceTimeoutMs: 1000,
      topicPartitions: [],
      subscribedTopicNames: [topic],
    },
    byGroup,
    [
      ['READ', 'GROUP', group],
      ['DESCRIBE', 'TOPIC', topic],
    ],
  ],
  [69, 0, { groupIds: [group] }, byGroup, [['DESCRIBE', 'GROUP', group]]],
  [
    75,
    0,
    { topics: [{ name: topic }], responsePartitionLimit: 10, cursor: null },
    byTopic,
    [['DESCRIBE', 'TOPIC', topic]],
  ],
]
