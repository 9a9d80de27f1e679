/** Every API under access control: what it answers to who may not, and to who may. */
import { describe, expect, it } from 'vitest'
import { apiHandlers } from '../../../broker/handlers/table.ts'
import { isDemandKnown } from '../../../broker/handlers/demands.ts'
import { operations, resourceTypes } from '../../../broker/security/acl.ts'
import type { Api } from '../../../src/protocol/api.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { apiByKey } from '../../../src/protocol/api-keys.ts'
import { errorByCode } from '../../../src/protocol/errors.ts'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { ListGroups } from '../../../src/protocol/messages/16-list-groups.ts'
import { CreateAcls } from '../../../src/protocol/messages/30-create-acls.ts'
import { DescribeAcls } from '../../../src/protocol/messages/29-describe-acls.ts'
import { DeleteAcls } from '../../../src/protocol/messages/31-delete-acls.ts'
import { DescribeCluster } from '../../../src/protocol/messages/60-describe-cluster.ts'
import { batch, createTopic, fetchRequest, produce, producedTo, startFixture } from '../broker-fixture.ts'
import {
  byTopic,
  byTransaction,
  filter,
  group,
  id,
  inGroup,
  partition,
  records,
  rows,
  topic,
  type Right,
} from './access-rows.ts'

const on = { 'authorizer.class.name': 'StandardAuthorizer' }

async function arrange(config: Record<string, string> = {}) {
  const fixture = await startFixture({ config: { ...on, ...config } })
  await createTopic(fixture.connection, topic)
  const alice = fixture.broker.connect({ clientId: 'test', principal: 'User:alice' })
  return { ...fixture, alice }
}

function allow(connection: Connection, rights: readonly Right[], permissionType = 3) {
  const creations = rights.map(([operation, type, name = 'kafka-cluster']) => ({
    resourceType: resourceTypes[type],
    resourceName: name,
    resourcePatternType: 3,
    principal: 'User:alice',
    host: '*',
    operation: operations[operation],
    permissionType,
  }))
  return connection.send(CreateAcls, 3, { creations })
}

/** The names of all error codes that are anywhere in an answer. */
function codesIn(answer: unknown): string[] {
  const found = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
    for (const [name, each] of Object.entries(value)) {
      if (/ErrorCode$|^errorCode$/.test(name) && typeof each === 'number') found.add(errorByCode(each).name)
      else walk(each)
    }
  }
  walk(answer)
  return [...found]
}

function ask(connection: Connection, key: number, version: number, request: object): Promise<unknown> {
  const api = apiByKey(key) as Api<unknown, unknown>
  return connection.send(api, version, { ...(api.request.create({}) as object), ...request })
}

describe('access control', () => {
  it.each(rows.map(row => [apiByKey(row[0])!.name, row[4].join(' + '), row] as const))(
    '%s is refused, and answered with %s',
    async (_name, _rights, [key, version, request, refusal, rights]) => {
      const { broker, connection, alice } = await arrange()
      expect(codesIn(await ask(alice, key, version, request))).toContain(refusal)
      expect(codesIn(await allow(connection, rights))).toEqual(['NONE'])
      const answer = codesIn(await ask(alice, key, version, request))
      expect(answer.filter(code => code.endsWith('AUTHORIZATION_FAILED'))).toEqual([])
      // What was asked for may have been to delete it.
      await createTopic(connection, topic)
      for (const right of rights) {
        await allow(connection, [right], 2)
        expect(codesIn(await ask(alice, key, version, request)).join()).toContain('AUTHORIZATION_FAILED')
        break
      }
      await broker.close()
    },
  )
  it('has a demand for every API that the broker answers', () => {
    const open = [...apiHandlers.keys()].filter(key => !isDemandKnown(key))
    expect(open).toEqual([])
  })
  it('is not there unless it is asked for', async () => {
    const { broker, connection } = await startFixture()
    const stranger = broker.connect({ principal: 'User:ANONYMOUS' })
    await createTopic(stranger, topic)
    expect(producedTo(await produce(stranger, topic, records.slice())).errorCode).toBe(0)
    expect(codesIn(await allow(connection, [['READ', 'TOPIC', topic]]))).toEqual(['SECURITY_DISABLED'])
    await broker.close()
  })
})

describe('what may not be known of', () => {
  it('is left out of lists', async () => {
    const { broker, connection, alice } = await arrange()
    await createTopic(connection, 'secret')
    await allow(connection, [['READ', 'TOPIC', topic]])
    const all = await alice.send(Metadata, 9, Metadata.request.create({ topics: null }))
    expect(all.topics.map(({ name }) => name)).toEqual([topic])
    await ask(connection, 8, 8, {
      ...inGroup,
      generationIdOrMemberEpoch: -1,
      memberId: '',
      retentionTimeMs: -1,
      topics: [{ name: topic, partitions: [partition] }],
    })
    const list = () => alice.send(ListGroups, 4, ListGroups.request.create({}))
    expect((await list()).groups).toEqual([])
    await allow(connection, [['DESCRIBE', 'GROUP', group]])
    expect((await list()).groups).toHaveLength(1)
    await broker.close()
  })
})

describe('CVE-2018-17196', () => {
  it('a transactional batch needs the right to its transactional id, whatever else the request holds', async () => {
    const { broker, connection, alice } = await arrange()
    await allow(connection, [['WRITE', 'TOPIC', topic]])
    const transactional = batch([['k', 'v']], {
      transactional: true,
      producerId: 1,
      producerEpoch: 0,
      baseSequence: 0,
    })
    for (const transactionalId of [null, id]) {
      const answer = await produce(alice, topic, transactional.slice(), { transactionalId })
      expect(codesIn(answer)).toEqual([byTransaction])
    }
    expect(codesIn(await produce(alice, topic, records.slice()))).toEqual(['NONE'])
    await broker.close()
  })
})

describe('rules', () => {
  it('are kept over a restart, described and deleted', async () => {
    const { broker, connection, files } = await arrange()
    await allow(connection, [
      ['READ', 'TOPIC', topic],
      ['WRITE', 'TOPIC', topic],
    ])
    await broker.close()
    const again = await startFixture({ config: on, files })
    const alice = again.broker.connect({ principal: 'User:alice' })
    const answer = await alice.send(Fetch, 12, fetchRequest(topic, [{ partition: 0, fetchOffset: 0 }]))
    expect(codesIn(answer)).toEqual(['NONE'])
    const all = { ...filter, resourceNameFilter: null, principalFilter: null, hostFilter: null }
    const described = await again.connection.send(DescribeAcls, 3, all)
    expect(described.resources).toHaveLength(1)
    expect(described.resources[0]!.acls.map(({ operation }) => operation)).toEqual([3, 4])
    const deleted = await again.connection.send(DeleteAcls, 3, { filters: [{ ...all, operation: 3 }] })
    expect(deleted.filterResults[0]!.matchingAcls).toHaveLength(1)
    const refused = await alice.send(Fetch, 12, fetchRequest(topic, [{ partition: 0, fetchOffset: 0 }]))
    expect(codesIn(refused)).toContain(byTopic)
    await again.broker.close()
  })
})

describe('authorized operations', () => {
  it('are those that the client may do', async () => {
    const { broker, connection, alice } = await arrange()
    await allow(connection, [['WRITE', 'TOPIC', topic]])
    const request = Metadata.request.create({ topics: null, includeTopicAuthorizedOperations: true })
    const { topics } = await alice.send(Metadata, 9, request)
    expect(topics[0]!.topicAuthorizedOperations).toBe((1 << operations.WRITE) | (1 << operations.DESCRIBE))
    const cluster = DescribeCluster.request.create({ includeClusterAuthorizedOperations: true })
    expect((await alice.send(DescribeCluster, 0, cluster)).clusterAuthorizedOperations).toBe(0)
    const own = await connection.send(DescribeCluster, 0, cluster)
    expect(own.clusterAuthorizedOperations & (1 << operations.CLUSTER_ACTION)).not.toBe(0)
    await broker.close()
  })
})
