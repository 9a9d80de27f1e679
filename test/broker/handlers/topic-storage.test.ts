/** What clients see of a topic's storage settings: times of appends, codecs, limits, space (G27, G29, issue 5 point 5). */
import { describe, expect, it } from 'vitest'
import { codecIdOf } from '../../../src/record/batch-format.ts'
import { batches } from '../../../src/record/batch-reader.ts'
import { ListOffsets } from '../../../src/protocol/messages/02-list-offsets.ts'
import { segmentFileName } from '../../../broker/log/segment-names.ts'
import {
  batch,
  createTopic,
  fetchedOf,
  fetchFrom,
  produce,
  producedTo,
  startFixture,
  type Fixture,
} from '../broker-fixture.ts'
import { errorName } from '../coordinator/world.ts'

const longAgo = 1_000_000_000_000

async function fixtureWith(configs: Readonly<Record<string, string>>): Promise<Fixture> {
  const fixture = await startFixture()
  await createTopic(fixture.connection, 'orders', { configs })
  return fixture
}

async function records({ connection }: Fixture): Promise<Uint8Array> {
  return fetchedOf(await fetchFrom(connection, 'orders', 0)).records!
}

describe('message.timestamp.type=LogAppendTime', () => {
  it('is told to the producer, seen by readers, and found by time', async () => {
    const fixture = await fixtureWith({ 'message.timestamp.type': 'LogAppendTime' })
    const { connection, clock } = fixture
    const times: number[] = []
    for (const value of ['a', 'b']) {
      await clock.advance(1000)
      times.push(clock.now())
      const response = await produce(connection, 'orders', batch([[null, value]], { timestamp: longAgo }))
      expect(producedTo(response).logAppendTimeMs).toBe(clock.now())
    }
    const seen: number[] = []
    for (const cursor of batches(await records(fixture))) while (cursor.next()) seen.push(cursor.timestamp)
    expect(seen).toEqual(times)
    const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: times[1]! }]
    const request = ListOffsets.request.create({ replicaId: -1, topics: [{ name: 'orders', partitions }] })
    const listed = (await connection.send(ListOffsets, 7, request)).topics[0]!.partitions[0]!
    expect([listed.offset, listed.timestamp]).toEqual([1, times[1]])
  })

  it('is not for producers to claim', async () => {
    const { connection, clock } = await fixtureWith({})
    const claimed = batch([[null, 'a']], { logAppendTime: clock.now() })
    expect(errorName(producedTo(await produce(connection, 'orders', claimed)).errorCode)).toBe(
      'INVALID_TIMESTAMP',
    )
  })

  it('is -1 in the answer where the time is the producer’s', async () => {
    const { connection } = await fixtureWith({})
    expect(producedTo(await produce(connection, 'orders', batch([[null, 'a']]))).logAppendTimeMs).toBe(-1)
  })
})

it('compression.type stores batches in its codec', async () => {
  const fixture = await fixtureWith({ 'compression.type': 'gzip' })
  await produce(fixture.connection, 'orders', batch([[null, 'a'.repeat(1000)]]))
  expect(codecIdOf(await records(fixture), 0)).toBe(1)
})

it('max.message.bytes takes a batch of just that size, and none larger', async () => {
  const just = batch([[null, 'a'.repeat(1000)]])
  const { connection } = await fixtureWith({ 'max.message.bytes': String(just.length) })
  expect(producedTo(await produce(connection, 'orders', just)).errorCode).toBe(0)
  const larger = batch([[null, 'a'.repeat(1001)]])
  expect(errorName(producedTo(await produce(connection, 'orders', larger)).errorCode)).toBe(
    'MESSAGE_TOO_LARGE',
  )
})

it('preallocate is taken and has no effect: a file is as long as what is in it', async () => {
  const { connection, files } = await fixtureWith({ preallocate: 'true' })
  const only = batch([[null, 'a']])
  const size = only.length
  expect(producedTo(await produce(connection, 'orders', only)).errorCode).toBe(0)
  expect(files.stat(`/data/orders-0/${segmentFileName(0, 'log')}`)?.sizeInBytes).toBe(size)
})
