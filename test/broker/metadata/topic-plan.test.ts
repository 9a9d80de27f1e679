/** From a wish for a topic to a plan, or to the error that Kafka answers. */
import { describe, expect, it } from 'vitest'
import { brokerConfig } from '../../../broker/config.ts'
import { planTopic, type TopicWish } from '../../../broker/metadata/topic-plan.ts'
import { collisionKey } from '../../../broker/metadata/topic-name.ts'
import { errorByCode } from '../../../src/protocol/errors.ts'

const known = {
  get: (name: string) => (name === 'orders.eu' ? {} : undefined),
  colliding: (key: string) => (key === collisionKey('orders.eu') ? 'orders.eu' : undefined),
  isUnderWay: () => false,
  partitionCount: 0,
}

function plan(wish: Partial<TopicWish>, config = {}) {
  const full = { name: 'new', partitionCount: 1, replicationFactor: 1, assignments: [], configs: [], ...wish }
  const planned = planTopic(full, known, brokerConfig({ 'num.partitions': 5, ...config }))
  return 'errorCode' in planned ? errorByCode(planned.errorCode).name : planned
}

describe('planning a topic', () => {
  it('takes the broker’s default for -1', () => {
    expect(plan({ partitionCount: -1, replicationFactor: -1 })).toEqual({
      name: 'new',
      partitionCount: 5,
      overrides: {},
    })
  })

  it('takes the count from a manual assignment', () => {
    const assignments = [
      { partitionIndex: 1, brokerIds: [1] },
      { partitionIndex: 0, brokerIds: [1] },
    ]
    const wish = { partitionCount: -1, replicationFactor: -1, assignments }
    expect(plan(wish)).toMatchObject({ partitionCount: 2 })
  })

  it('keeps the configuration as it was written', () => {
    const configs = [{ name: 'retention.ms', value: '10' }]
    expect(plan({ configs })).toMatchObject({ overrides: { 'retention.ms': '10' } })
  })

  it('creates with one replica whatever is asked for when it is told to be lenient', () => {
    expect(plan({ replicationFactor: 3 }, { 'replication.factor.lenient': true })).toMatchObject({
      name: 'new',
    })
  })

  it.each<[string, Partial<TopicWish>]>([
    ['INVALID_TOPIC_EXCEPTION', { name: '' }],
    ['INVALID_TOPIC_EXCEPTION', { name: '.' }],
    ['INVALID_TOPIC_EXCEPTION', { name: '..' }],
    ['INVALID_TOPIC_EXCEPTION', { name: 'a/b' }],
    ['INVALID_TOPIC_EXCEPTION', { name: 'größe' }],
    ['INVALID_TOPIC_EXCEPTION', { name: 'x'.repeat(250) }],
    ['INVALID_TOPIC_EXCEPTION', { name: 'orders_eu' }],
    ['INVALID_TOPIC_EXCEPTION', { name: '__millrace_metadata' }],
    ['TOPIC_ALREADY_EXISTS', { name: 'orders.eu' }],
    ['INVALID_PARTITIONS', { partitionCount: 0 }],
    ['INVALID_PARTITIONS', { partitionCount: -2 }],
    ['POLICY_VIOLATION', { partitionCount: 10_001 }],
    ['INVALID_REPLICATION_FACTOR', { replicationFactor: 0 }],
    ['INVALID_REPLICATION_FACTOR', { replicationFactor: 2 }],
    ['INVALID_REQUEST', { assignments: [{ partitionIndex: 0, brokerIds: [1] }] }],
    ['INVALID_CONFIG', { configs: [{ name: 'retention.ms', value: 'long' }] }],
    ['INVALID_CONFIG', { configs: [{ name: 'retention.ms', value: null }] }],
    ['INVALID_CONFIG', { configs: [{ name: 'no.such.key', value: '1' }] }],
  ])('answers %s to %j', (error, wish) => {
    expect(plan(wish)).toBe(error)
  })

  it.each([
    ['a broker that is not there', [{ partitionIndex: 0, brokerIds: [7] }]],
    ['no replica', [{ partitionIndex: 0, brokerIds: [] }]],
    ['one broker twice', [{ partitionIndex: 0, brokerIds: [1, 1] }]],
    ['a gap', [{ partitionIndex: 1, brokerIds: [1] }]],
    [
      'a partition twice',
      [
        { partitionIndex: 0, brokerIds: [1] },
        { partitionIndex: 0, brokerIds: [1] },
      ],
    ],
  ])('answers INVALID_REPLICA_ASSIGNMENT to an assignment with %s', (_what, assignments) => {
    const wish = { partitionCount: -1, replicationFactor: -1, assignments }
    expect(plan(wish)).toBe('INVALID_REPLICA_ASSIGNMENT')
  })
})
