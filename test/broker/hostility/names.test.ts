/** Names and numbers from the wire that mean something to JavaScript, to a file system or to arithmetic. */
import { describe, expect, it } from 'vitest'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { CreateTopics } from '../../../src/protocol/messages/19-create-topics.ts'
import { DescribeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts'
import { IncrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts'
import {
  startFixture,
  batch,
  createTopic,
  fetchedOf,
  fetchFrom,
  produce,
  producedTo,
  valuesOf,
} from '../broker-fixture.ts'
import { commitOffset } from '../coordinator/group-requests.ts'
import { errorName, startWorld } from '../coordinator/world.ts'

const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']

describe('names of properties that every object has', () => {
  it.each(inherited)('%s is a topic like any other, over a restart too', async name => {
    const world = await startWorld()
    const { connection } = world
    expect((await createTopic(connection, name)).topics[0]).toMatchObject({ errorCode: 0, name })
    expect(producedTo(await produce(connection, name, batch([['k', name]]))).errorCode).toBe(0)
    expect(await commitOffset(connection, 7, { group: name, topic: name })).toBe('NONE')
    await world.restart('clean')
    expect(valuesOf(fetchedOf(await fetchFrom(world.connection, name, 0)).records)).toEqual([name])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it.each(inherited)(
    '%s is no configuration key: not when a topic is created, not when it is changed',
    async key => {
      const { connection } = await startFixture()
      const wish = { name: 't', numPartitions: 1, replicationFactor: 1, assignments: [] }
      const created = await connection.send(CreateTopics, 7, {
        topics: [{ ...wish, configs: [{ name: key, value: '1' }] }],
        timeoutMs: 1000,
        validateOnly: false,
      })
      expect(errorName(created.topics[0]!.errorCode)).toBe('INVALID_CONFIG')
      await createTopic(connection, 't')
      for (const configOperation of [0, 2, 3]) {
        const change = { name: key, configOperation, value: '1' }
        const { responses } = await connection.send(IncrementalAlterConfigs, 1, {
          resources: [{ resourceType: 2, resourceName: 't', configs: [change] }],
          validateOnly: false,
        })
        expect([configOperation, errorName(responses[0]!.errorCode)]).toEqual([
          configOperation,
          'INVALID_CONFIG',
        ])
      }
      const described = await connection.send(DescribeConfigs, 4, {
        resources: [{ resourceType: 2, resourceName: 't', configurationKeys: [key] }],
        includeSynonyms: true,
        includeDocumentation: true,
      })
      expect(described.results[0]).toMatchObject({ errorCode: 0, configs: [] })
    },
  )
})

describe('names that would be another path', () => {
  it.each([
    '.',
    '..',
    '../up',
    'a/b',
    'a\\b',
    '/etc',
    'a\0b',
    '',
    'ü',
    'a b',
    'x'.repeat(250),
    '__millrace_metadata',
  ])('%j is refused before it becomes one', async name => {
    const { connection, files } = await startFixture()
    const before = files.list('/data').join()
    const created = await createTopic(connection, name)
    expect(errorName(created.topics[0]!.errorCode)).toBe('INVALID_TOPIC_EXCEPTION')
    const topics = [{ name, topicId: zeroUuid }]
    const request = Metadata.request.create({ topics, allowAutoTopicCreation: true })
    const asked = await connection.send(Metadata, 12, request)
    expect(errorName(asked.topics[0]!.errorCode)).toBe('INVALID_TOPIC_EXCEPTION')
    expect(files.list('/data').join()).toBe(before)
  })
})

describe('numbers past what arithmetic keeps', () => {
  it.each([2 ** 63, 2 ** 53, 0])(
    'takes a retention of %d ms with a commit of an old client',
    async retentionMs => {
      const world = await startWorld()
      expect(await commitOffset(world.connection, 5, { retentionMs, version: 2 })).toBe('NONE')
      expect(world.faults).toEqual([])
    },
  )
})
