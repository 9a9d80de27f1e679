/** Groups of both protocols, described in the same words. */
import { describe, expect, it } from 'vitest'
import {
  ConsumerGroupDescribe,
  type ConsumerGroupDescribeMember,
} from '../../../src/protocol/messages/69-consumer-group-describe.ts'
import { assignmentBytes } from '../../../src/protocol/messages/consumer-protocol.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { classicGroup } from '../../../runtime/client/group-description.ts'
import { createTopic } from '../../broker/broker-fixture.ts'
import { startClient } from './client-fixture.ts'

const outside = [{ topic: 'orders', partition: 0, offset: 5 }]
const assigned = (...partitions: readonly number[]) => ({
  topicPartitions: [{ topicId: '', topicName: 'orders', partitions }],
})
const member: ConsumerGroupDescribeMember = {
  memberId: 'm',
  instanceId: null,
  rackId: null,
  memberEpoch: 3,
  clientId: 'c',
  clientHost: '/h',
  subscribedTopicNames: ['orders'],
  subscribedTopicRegex: null,
  assignment: assigned(0),
  targetAssignment: assigned(0, 1),
  memberType: 1,
}

function answerOf(errorCode: number) {
  return ConsumerGroupDescribe.response.create({
    groups: [
      {
        errorCode,
        errorMessage: null,
        groupId: 'g',
        groupState: 'Reconciling',
        groupEpoch: 7,
        assignmentEpoch: 7,
        assignorName: 'uniform',
        members: errorCode === 0 ? [member] : [],
        authorizedOperations: 0,
      },
    ],
  })
}

describe('describeGroups', () => {
  it('tells what members of the consumer protocol have, and what they are to have', async () => {
    const { admin, network, until } = await startClient()
    network.fate = ({ api }) => (api === 'ConsumerGroupDescribe' ? { answer: answerOf(0) } : 'pass')
    expect(await until(admin.describeGroups(['g']))).toEqual([
      {
        groupId: 'g',
        type: 'consumer',
        state: 'Reconciling',
        protocolType: 'consumer',
        protocol: 'uniform',
        epoch: 7,
        members: [
          {
            memberId: 'm',
            instanceId: undefined,
            clientId: 'c',
            clientHost: '/h',
            speaks: 'consumer',
            epoch: 3,
            partitions: [{ topic: 'orders', partition: 0 }],
            target: [
              { topic: 'orders', partition: 0 },
              { topic: 'orders', partition: 1 },
            ],
          },
        ],
      },
    ])
  })

  it.each(['GROUP_ID_NOT_FOUND', 'UNSUPPORTED_VERSION'] as const)(
    'asks for a classic group where the answer is %s',
    async name => {
      const { admin, connection, network, until } = await startClient()
      await createTopic(connection, 'orders')
      await until(admin.alterGroupOffsets('g', outside))
      const answer = answerOf(kafkaErrors[name].code)
      network.fate = ({ api }) => (api === 'ConsumerGroupDescribe' ? { answer } : 'pass')
      expect(await until(admin.describeGroups(['g']))).toMatchObject([{ type: 'classic', state: 'Empty' }])
    },
  )

  it('asks an older broker, which does not know the request, for a classic group', async () => {
    const { admin, connection, network, until } = await startClient()
    network.versionsMax = { ConsumerGroupDescribe: -1 }
    await createTopic(connection, 'orders')
    await until(admin.alterGroupOffsets('g', outside))
    expect(await until(admin.describeGroups(['g', 'nobody']))).toMatchObject([
      { type: 'classic', state: 'Empty' },
      { state: 'Dead' },
    ])
    expect(network.of('ConsumerGroupDescribe')).toEqual([])
  })
})

describe('classicGroup', () => {
  const of = (protocolType: string, memberAssignment: Uint8Array) =>
    classicGroup({
      errorCode: 0,
      errorMessage: null,
      groupId: 'g',
      groupState: 'Stable',
      protocolType,
      protocolData: 'range',
      members: [
        {
          memberId: 'm',
          groupInstanceId: 'i',
          clientId: 'c',
          clientHost: '/h',
          memberMetadata: new Uint8Array(),
          memberAssignment,
        },
      ],
      authorizedOperations: 0,
    }).members[0]!.partitions

  it('reads the assignment of consumers, none of others, and none while there is none', () => {
    const bytes = assignmentBytes({
      assignedPartitions: [{ topic: 'orders', partitions: [2] }],
      userData: null,
    })
    expect(of('consumer', bytes)).toEqual([{ topic: 'orders', partition: 2 }])
    expect(of('connect', bytes)).toEqual([])
    expect(of('consumer', new Uint8Array())).toEqual([])
  })
})
