/** Groups of the consumer protocol where not everyone may see every topic, or where the protocol is not spoken. */
import { expect, it } from 'vitest'
import { operations, resourceTypes } from '../../../../broker/security/acl.ts'
import type { Connection } from '../../../../src/protocol/connection.ts'
import { CreateAcls } from '../../../../src/protocol/messages/30-create-acls.ts'
import { DeleteAcls } from '../../../../src/protocol/messages/31-delete-acls.ts'
import { createTopic, startFixture } from '../../broker-fixture.ts'
import { errorName } from '../world.ts'
import { describeConsumers, TestConsumer } from './consumer-member.ts'

type Right = readonly [operation: keyof typeof operations, type: keyof typeof resourceTypes, name: string]

function allow(connection: Connection, rights: readonly Right[]) {
  const creations = rights.map(([operation, type, resourceName]) => ({
    resourceType: resourceTypes[type],
    resourceName,
    resourcePatternType: 3,
    principal: 'User:alice',
    host: '*',
    operation: operations[operation],
    permissionType: 3,
  }))
  return connection.send(CreateAcls, 3, { creations })
}

it('patterns match no topic that the member may not describe, and names of such are refused', async () => {
  const config = { 'authorizer.class.name': 'StandardAuthorizer' }
  const { broker, connection } = await startFixture({ config })
  for (const topic of ['seen', 'secret']) await createTopic(connection, topic, { partitions: 2 })
  const alice = broker.connect({ clientId: 'test', principal: 'User:alice' })
  const consumer = new TestConsumer(alice, 'm', { topics: null, regex: 'se.*' })
  expect(await consumer.beat()).toBe('GROUP_AUTHORIZATION_FAILED')
  await allow(connection, [
    ['READ', 'GROUP', 'group'],
    ['DESCRIBE', 'TOPIC', 'seen'],
  ])
  expect(await consumer.beat()).toBe('NONE')
  expect(consumer.count).toBe(2)
  expect(await new TestConsumer(alice, 'n', { topics: ['secret'] }).beat()).toBe('TOPIC_AUTHORIZATION_FAILED')
  const other = new TestConsumer(connection, 'o', { topics: ['secret'] })
  await other.beat()
  expect((await describeConsumers(connection)).members).toHaveLength(2)
  expect(errorName((await describeConsumers(alice)).errorCode)).toBe('TOPIC_AUTHORIZATION_FAILED')
})

it('patterns match what the member may describe by now: rights that come and go count from its next heartbeats on', async () => {
  const config = { 'authorizer.class.name': 'StandardAuthorizer' }
  const { broker, connection } = await startFixture({ config })
  for (const topic of ['seen', 'secret']) await createTopic(connection, topic, { partitions: 2 })
  await allow(connection, [
    ['READ', 'GROUP', 'group'],
    ['DESCRIBE', 'TOPIC', 'seen'],
  ])
  const alice = broker.connect({ clientId: 'test', principal: 'User:alice' })
  const consumer = new TestConsumer(alice, 'm', { topics: null, regex: 'se.*' })
  const settled = async (): Promise<number> => {
    for (let beats = 0; beats < 3; beats++) expect(await consumer.beat()).toBe('NONE')
    return consumer.count
  }
  expect(await settled()).toBe(2)
  await allow(connection, [['DESCRIBE', 'TOPIC', 'secret']])
  expect(await settled()).toBe(4)
  await connection.send(DeleteAcls, 3, {
    filters: [
      {
        resourceTypeFilter: resourceTypes.TOPIC,
        resourceNameFilter: 'seen',
        patternTypeFilter: 3,
        principalFilter: null,
        hostFilter: null,
        operation: 1,
        permissionType: 1,
      },
    ],
  })
  expect(await settled()).toBe(2)
})

it('a broker of classic groups alone refuses heartbeats of the protocol', async () => {
  const { connection } = await startFixture({
    config: { 'group.coordinator.rebalance.protocols': 'classic' },
  })
  await createTopic(connection, 'input')
  expect(await new TestConsumer(connection, 'm').beat()).toBe('UNSUPPORTED_VERSION')
})
