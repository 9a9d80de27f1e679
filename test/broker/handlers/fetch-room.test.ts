/** Fetches of many partitions whose records do not all fit into one answer: who is served, and what is read for it. */
import { afterEach, expect, it } from 'vitest'
import { Fetch, type FetchResponse } from '../../../src/protocol/messages/01-fetch.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { CountedReads } from '../log/counted-reads.ts'
import { batch, createTopic, fetchRequest, produce, startFixture } from '../broker-fixture.ts'

const partitions = 100
const large = batch([['key', 'x'.repeat(3000)]])
const small = batch([['key', 'small']])

const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A topic with a large batch in each partition, but for the named ones; no tail is in memory. */
async function arrange(smallOnes: readonly number[] = []) {
  const reads = new CountedReads()
  const files = reads.over(new MemoryFiles()) as MemoryFiles
  const { broker, connection } = await startFixture({ files, config: { 'log.tail.cache.bytes': 0 } })
  closers.push(() => broker.close())
  await createTopic(connection, 'wide', { partitions })
  for (let partition = 0; partition < partitions; partition++) {
    const records = (smallOnes.includes(partition) ? small : large).slice()
    await produce(connection, 'wide', records, { partition })
  }
  return { connection, reads }
}

const everyPartition = Array.from({ length: partitions }, (_, partition) => ({ partition }))

/** The partitions that an answer has records of. */
function servedBy(answer: FetchResponse): number[] {
  return answer.responses.flatMap(topic =>
    topic.partitions.flatMap(({ partitionIndex, records }) =>
      records !== null && records.length > 0 ? [partitionIndex] : [],
    ),
  )
}

it('batches that do not fit are not read, and after a few the answer is full', async () => {
  const { connection, reads } = await arrange()
  const before = reads.logBytes
  const answer = await connection.send(Fetch, 12, fetchRequest('wide', everyPartition, { maxBytes: 4000 }))
  expect(servedBy(answer)).toEqual([0])
  expect(answer.responses[0]!.partitions).toHaveLength(partitions)
  // The batch, and headers of the next ones.
  expect(reads.logBytes - before).toBeLessThan(large.length + 5000)
})

it('a batch that fits is served after some that do not', async () => {
  const { connection } = await arrange([9, 12])
  const answer = await connection.send(Fetch, 12, fetchRequest('wide', everyPartition, { maxBytes: 4000 }))
  expect(servedBy(answer)).toEqual([0, 9, 12])
})

it('every partition of a session has its turn', async () => {
  const { connection } = await arrange([50])
  const seen = new Set<number>()
  let served: number[] = []
  let session = { sessionId: 0, sessionEpoch: 0 }
  for (let round = 0; round < partitions && seen.size < partitions; round++) {
    const asked = round === 0 ? everyPartition : served.map(partition => ({ partition, fetchOffset: 0 }))
    const request = fetchRequest('wide', asked, { ...session, maxBytes: 4000 })
    const answer = await connection.send(Fetch, 12, request)
    session = { sessionId: answer.sessionId, sessionEpoch: round + 1 }
    served = servedBy(answer)
    expect(served.length).toBeGreaterThan(0)
    for (const partition of served) seen.add(partition)
  }
  expect(seen.size).toBe(partitions)
})
