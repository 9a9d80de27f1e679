/** Restoring stores from changelogs that end in a transaction, were cut, or are not those that the store stands for. */
import { describe, expect, it } from 'vitest'
import { Producer } from '../../../runtime/client/producer.ts'
import type { FetchedPartition } from '../../../runtime/client/fetcher.ts'
import { ChangelogReader, type RestoreOutcome } from '../../../runtime/restore/changelog-reader.ts'
import { TaskDatabase } from '../../../runtime/state/task-database.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { noHeaders } from '../../../src/record/record.ts'
import { string } from '../../../src/serdes/primitives.ts'
import { OverlayKeyValueStore } from '../../../src/state/key-value-store.ts'
import type { ChangelogRecord } from '../../../src/state/store.ts'
import { MemoryBytes } from '../../../src/state/memory-bytes.ts'
import { startClient, type ClientFixture } from '../client/client-fixture.ts'

const topic = 'app-counts-changelog'

interface Restoring {
  readonly client: ClientFixture
  readonly store: OverlayKeyValueStore<string, string>
  readonly database: TaskDatabase
  topicId(): Promise<string>
  /** `committed`: of a store whose changelog is an input of the task. */
  restore(options?: {
    readonly signal?: AbortSignal
    readonly committed?: number
  }): Promise<readonly RestoreOutcome[]>
}

/** An empty store, and its changelog with the values of a transaction that has committed. */
async function restoring(...values: readonly string[]): Promise<Restoring> {
  const client = await startClient()
  const { admin, cluster, until } = client
  await until(admin.createTopics([{ name: topic, partitions: 1 }]))
  if (values.length > 0) await until(write(await opened(client), values).commitTransaction())
  const database = await TaskDatabase.open(new MemoryBytes(), 'a test')
  const definition = {
    kind: 'key-value',
    name: 'counts',
    keySerde: string(),
    valueSerde: string(),
    timestamped: false,
  } as const
  const store = new OverlayKeyValueStore(definition, database.bytes, await database.prefixOf('counts'), 100)
  const reader = new ChangelogReader({ cluster, admin, isolation: 'read_committed' })
  const topicId = async (): Promise<string> => (await until(admin.describeTopics([topic])))[0]!.topicId
  return {
    client,
    store,
    database,
    topicId,
    restore: async ({ signal = new AbortController().signal, committed } = {}) => {
      const source = committed === undefined ? undefined : { committed, rowsOf: rowsBefore }
      return reader.restore(
        [{ store, database, topic, partition: 0, topicId: await topicId(), source }],
        signal,
      )
    },
  }
}

/** The records as they are. */
function rowsBefore({ records }: FetchedPartition, end: number): readonly ChangelogRecord[] {
  const rows: ChangelogRecord[] = []
  while (records.next() && records.cursor.offset < end) {
    const { cursor } = records
    rows.push({
      key: cursor.key()!,
      value: cursor.value(),
      timestamp: cursor.timestamp,
      offset: cursor.offset,
    })
  }
  return rows
}

/** A producer within a transaction, as the task's predecessor is. */
async function opened({ newCluster, until }: ClientFixture): Promise<Producer> {
  const producer = new Producer({ cluster: newCluster(), transactionalId: 'predecessor' })
  await until(producer.initTransactions())
  producer.beginTransaction()
  return producer
}

/** The value `v` of key `k` for each text `k=v`. */
function write(producer: Producer, values: readonly string[]): Producer {
  for (const text of values) {
    const [key, value] = text.split('=')
    producer.append(topic, 0, utf8Bytes(key!), utf8Bytes(value!), 1000, noHeaders)
  }
  return producer
}

describe('restore', () => {
  it('waits for the end of a transaction that is being decided', async () => {
    const { client, store, restore } = await restoring('a=1')
    const predecessor = write(await opened(client), ['a=2', 'b=1'])
    await client.until(predecessor.flush())
    const restored = restore()
    await client.clock.advance(500)
    await client.until(predecessor.commitTransaction())
    expect(await client.until(restored)).toMatchObject([{ records: 3 }])
    expect([store.get('a'), store.get('b')]).toEqual(['2', '1'])
  })

  it('leaves out what a transaction has written that was aborted', async () => {
    const { client, store, restore } = await restoring('a=1')
    const predecessor = write(await opened(client), ['a=2'])
    await client.until(predecessor.flush())
    await client.until(predecessor.abortTransaction())
    expect(await client.until(restore())).toMatchObject([{ records: 1, wiped: 'new' }])
    expect(store.get('a')).toBe('1')
  })

  it('reads only the tail, and nothing where there is none', async () => {
    const { client, store, restore } = await restoring('a=1')
    await client.until(restore())
    expect(await client.until(restore())).toMatchObject([{ records: 0, wiped: undefined }])
    await client.until(write(await opened(client), ['a=2']).commitTransaction())
    expect(await client.until(restore())).toMatchObject([{ records: 1, wiped: undefined }])
    expect(store.get('a')).toBe('2')
  })

  it('begins anew where the log begins after what the store holds', async () => {
    const { client, store, restore } = await restoring('a=1')
    await client.until(restore())
    await client.until(write(await opened(client), ['b=1', 'c=1']).commitTransaction())
    await client.until(client.admin.deleteRecords([{ topic, partition: 0, offset: 3 }]))
    expect(await client.until(restore())).toMatchObject([{ records: 1, wiped: 'before the start' }])
    expect([store.get('a'), store.get('b'), store.get('c')]).toEqual([undefined, undefined, '1'])
  })

  it('begins anew when the log is cut while it is read', async () => {
    const { client, store, restore } = await restoring('a=1', 'b=1')
    await client.until(client.admin.deleteRecords([{ topic, partition: 0, offset: 1 }]))
    // What was told before the cut.
    let told = 0
    client.network.answers.set('ListOffsets', answer => {
      if (told++ > 0) return answer
      const { topics } = answer as { topics: { partitions: { offset: number }[] }[] }
      topics[0]!.partitions[0]!.offset = 0
      return answer
    })
    expect(await client.until(restore())).toMatchObject([{ records: 1, fromOffset: 1 }])
    expect([store.get('a'), store.get('b')]).toEqual([undefined, '1'])
  })

  it('empties a store of a topic that was made anew, and one that is ahead of its changelog', async () => {
    const { client, store, database, restore, topicId } = await restoring('a=1')
    await client.until(restore())
    await client.until(client.admin.deleteTopics([topic]))
    await client.until(client.admin.createTopics([{ name: topic, partitions: 1 }]))
    expect(await client.until(restore())).toMatchObject([{ records: 0, wiped: 'other topic' }])
    expect(store.get('a')).toBeUndefined()
    await database.bytes.write([database.positionWrite('counts', { topicId: await topicId(), offset: 9 })])
    expect(await client.until(restore())).toMatchObject([{ wiped: 'past the end' }])
  })

  it('ends when it is told to, whatever it waits for', async () => {
    const { client, restore } = await restoring('a=1')
    const predecessor = write(await opened(client), ['a=2'])
    await client.until(predecessor.flush())
    const revoked = new AbortController()
    const restored = restore({ signal: revoked.signal })
    await client.clock.advance(500)
    revoked.abort()
    await expect(client.until(restored)).rejects.toThrow('abort')
  })

  describe('O7: from a topic that others write', () => {
    it('ends at the committed offset and waits for nobody who writes on', async () => {
      const { client, store, restore } = await restoring('a=1', 'b=1')
      await client.until(write(await opened(client), ['a=2']).flush())
      expect(await client.until(restore({ committed: 2 }))).toMatchObject([{ records: 2, toOffset: 2 }])
      expect([store.get('a'), store.get('b')]).toEqual(['1', '1'])
    })

    it('goes on from where the store stands, to where the next commit was', async () => {
      const { client, store, restore } = await restoring('a=1', 'b=1')
      await client.until(restore({ committed: 1 }))
      expect([store.get('a'), store.get('b')]).toEqual(['1', undefined])
      expect(await client.until(restore({ committed: 2 }))).toMatchObject([{ records: 1, fromOffset: 1 }])
      expect(store.get('b')).toBe('1')
    })

    it('is empty where nothing was committed, or everything committed is gone', async () => {
      const { client, store, restore } = await restoring('a=1', 'b=1')
      expect(await client.until(restore({ committed: 0 }))).toMatchObject([{ records: 0, toOffset: 0 }])
      await client.until(client.admin.deleteRecords([{ topic, partition: 0, offset: 2 }]))
      const outcome = { records: 0, toOffset: 2, wiped: 'before the start' }
      expect(await client.until(restore({ committed: 1 }))).toMatchObject([outcome])
      expect(store.get('a')).toBeUndefined()
    })

    it('begins anew where the offsets of the group were set back', async () => {
      const { client, store, restore } = await restoring('a=1', 'a=2')
      await client.until(restore({ committed: 2 }))
      const outcome = { records: 1, toOffset: 1, wiped: 'past the end' }
      expect(await client.until(restore({ committed: 1 }))).toMatchObject([outcome])
      expect(store.get('a')).toBe('1')
    })
  })
})
