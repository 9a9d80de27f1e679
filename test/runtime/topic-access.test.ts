/** Writers and readers of topics at their edges: empty topics, aborted data, records deleted meanwhile, transactions left open. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Admin } from '../../runtime/client/admin.ts'
import { openCluster } from '../../runtime/brokers.ts'
import { createTopics, readTopic, startEmbeddedBroker, TopicWriter } from '../../runtime/index.ts'
import type { EmbeddedBroker } from '../../runtime/index.ts'
import { string, topic } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const notes = topic('notes', { key: string(), value: string(), partitions: 2 })

async function start(): Promise<EmbeddedBroker> {
  const directory = await temporaryDirectory()
  const broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [notes])
  return broker
}

async function values(broker: EmbeddedBroker): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = []
  for await (const { value } of readTopic(broker, notes)) found.push(value)
  return found
}

async function deleteEverything(broker: EmbeddedBroker): Promise<void> {
  const cluster = openCluster(broker, 'test')
  const partitions = [0, 1].map(partition => ({ topic: notes.name, partition, offset: -1 }))
  await new Admin(cluster).deleteRecords(partitions)
  await cluster.close()
}

describe('readTopic', () => {
  it('ends at once where there is nothing, and where all was deleted', async () => {
    await using broker = await start()
    expect(await values(broker)).toEqual([])
    await using writer = await TopicWriter.open(broker)
    await writer.send(notes, 'a', 'x', { partition: 0 })
    await writer.flush()
    await deleteEverything(broker)
    expect(await values(broker)).toEqual([])
  })

  it('ends although what was left to read is deleted meanwhile', async () => {
    await using broker = await start()
    await using writer = await TopicWriter.open(broker)
    for (let index = 0; index < 6; index++) {
      await writer.send(notes, 'a', `${index}`.repeat(700_000), { partition: 0 })
      await writer.flush()
    }
    let count = 0
    for await (const { offset } of readTopic(broker, notes)) {
      count += 1
      // More is there than a reader fetches ahead.
      if (offset === 0) await deleteEverything(broker)
    }
    expect(count).toBeLessThan(6)
  })

  it('refuses a topic that does not exist with MR-2001', async () => {
    await using broker = await start()
    const nowhere = topic('nowhere', { key: string(), value: string() })
    await expect(readTopic(broker, nowhere).next()).rejects.toMatchObject({ code: 'MR-2001' })
  })
})

describe('TopicWriter', () => {
  it('aborts a transaction that is open when it is closed, so that readers do not wait for its time-out', async () => {
    await using broker = await start()
    const writer = await TopicWriter.open(broker, { transactionalId: 'loader' })
    writer.begin()
    await writer.send(notes, 'a', 'committed', { partition: 0 })
    await writer.commit()
    writer.begin()
    await writer.send(notes, 'a', 'not committed', { partition: 0 })
    await writer.flush()
    await writer.close()
    await using plain = await TopicWriter.open(broker)
    await plain.send(notes, 'a', 'after', { partition: 0 })
    await plain.flush()
    expect(await values(broker)).toEqual(['committed', 'after'])
  })

  it('refuses a partition that the topic does not have with a RangeError', async () => {
    await using broker = await start()
    await using writer = await TopicWriter.open(broker)
    await expect(async () => writer.send(notes, 'a', 'x', { partition: 2 })).rejects.toThrow(RangeError)
    await writer.send(notes, 'a', 'x', { partition: 1 })
    await writer.flush()
    expect(await values(broker)).toEqual(['x'])
  })

  it('refuses a topic that does not exist with MR-2001', async () => {
    await using broker = await start()
    await using writer = await TopicWriter.open(broker)
    const nowhere = topic('nowhere', { key: string(), value: string() })
    await expect(async () => writer.send(nowhere, 'a', 'x')).rejects.toMatchObject({ code: 'MR-2001' })
  })
})
