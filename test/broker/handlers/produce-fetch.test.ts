/** Produce and Fetch through a connection in the same process. */
import { describe, expect, it } from 'vitest'
import { errorByCode } from '../../../src/protocol/errors.ts'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import {
  batch,
  createTopic,
  fetchedOf,
  fetchFrom,
  fetchRequest,
  produce,
  producedTo,
  startFixture,
  valuesOf,
} from '../broker-fixture.ts'
import { settle } from '../virtual-clock.ts'

const nameOf = (code: number) => errorByCode(code).name

async function arrange(
  options: Parameters<typeof startFixture>[0] = {},
  configs: Record<string, string> = {},
) {
  const fixture = await startFixture(options)
  await createTopic(fixture.connection, 't', { partitions: 2, configs })
  const topicId = (await createTopic(fixture.connection, 'u')).topics[0]!.topicId
  return { ...fixture, topicId }
}

describe('Produce', () => {
  it('appends and answers the offset', async () => {
    const { connection } = await arrange()
    const first = producedTo(
      await produce(
        connection,
        't',
        batch([
          ['a', '1'],
          ['b', '2'],
        ]),
      ),
    )
    expect(first).toMatchObject({ errorCode: 0, baseOffset: 0, logAppendTimeMs: -1, logStartOffset: 0 })
    expect(producedTo(await produce(connection, 't', batch([['c', '3']])))).toMatchObject({ baseOffset: 2 })
    const fetched = fetchedOf(await fetchFrom(connection, 't', 0))
    expect(valuesOf(fetched.records)).toEqual(['1', '2', '3'])
    expect(fetched).toMatchObject({ highWatermark: 3, lastStableOffset: 3, abortedTransactions: null })
  })

  it('answers the time of the append where the topic says LogAppendTime (semantics G27)', async () => {
    const { connection, clock } = await arrange({}, { 'message.timestamp.type': 'LogAppendTime' })
    expect(producedTo(await produce(connection, 't', batch([['a', '1']]))).logAppendTimeMs).toBe(clock.now())
  })

  it('answers the time of the first append to a batch that it has already', async () => {
    const { connection, clock } = await arrange({}, { 'message.timestamp.type': 'LogAppendTime' })
    const retry = () => batch([['a', '1']], { producerId: 5, producerEpoch: 0, baseSequence: 0 })
    const firstMs = clock.now()
    await produce(connection, 't', retry())
    await clock.advance(5000)
    expect(producedTo(await produce(connection, 't', retry()))).toMatchObject({
      baseOffset: 0,
      logAppendTimeMs: firstMs,
    })
  })

  it('takes topic ids since version 13', async () => {
    const { connection, topicId } = await arrange()
    const answer = await produce(connection, '', batch([['a', '1']]), { version: 13, topicId })
    expect(producedTo(answer)).toMatchObject({ errorCode: 0, baseOffset: 0 })
    const other = topicId.replace(/^./, first => (first === 'x' ? 'y' : 'x'))
    const unknown = await produce(connection, '', batch([['a', '1']]), { version: 13, topicId: other })
    expect(nameOf(producedTo(unknown).errorCode)).toBe('UNKNOWN_TOPIC_ID')
  })

  it('answers success with the first offset to a batch that it has already (semantics G10)', async () => {
    const { connection } = await arrange()
    const retry = () => batch([['a', '1']], { producerId: 5, producerEpoch: 0, baseSequence: 0 })
    expect(producedTo(await produce(connection, 't', retry()))).toMatchObject({ errorCode: 0, baseOffset: 0 })
    expect(producedTo(await produce(connection, 't', retry()))).toMatchObject({ errorCode: 0, baseOffset: 0 })
    expect(fetchedOf(await fetchFrom(connection, 't', 0)).highWatermark).toBe(1)
  })

  const idempotent = { producerId: 5, producerEpoch: 1, baseSequence: 0 }
  it.each<[string, () => Uint8Array | null, Parameters<typeof produce>[3]]>([
    ['UNKNOWN_TOPIC_OR_PARTITION', () => batch([['a', '1']]), { partition: 2 }],
    ['INVALID_REQUIRED_ACKS', () => batch([['a', '1']]), { acks: 2 }],
    ['INVALID_RECORD', () => null, {}],
    ['INVALID_RECORD', () => new Uint8Array(0), {}],
    ['INVALID_RECORD', () => twice(batch([['a', '1']])), {}],
    ['CORRUPT_MESSAGE', () => flipped(batch([['a', '1']])), {}],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', () => batch([['a', '1']], { ...idempotent, baseSequence: 9 }), {}],
    ['INVALID_PRODUCER_EPOCH', () => batch([['a', '1']], { ...idempotent, producerEpoch: 0 }), {}],
    [
      'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
      () => batch([['a', '1']], { ...idempotent, transactional: true }),
      {},
    ],
    ['UNSUPPORTED_COMPRESSION_TYPE', () => compressedBy(4, batch([['a', '1']])), { version: 6 }],
  ])('answers %s', async (error, records, options) => {
    const { connection } = await arrange()
    expect(producedTo(await produce(connection, 't', batch([['a', '1']], idempotent))).errorCode).toBe(0)
    expect(nameOf(producedTo(await produce(connection, 't', records(), options)).errorCode)).toBe(error)
    expect(fetchedOf(await fetchFrom(connection, 't', 0)).highWatermark).toBe(1)
  })

  it('answers UNKNOWN_TOPIC_OR_PARTITION for a topic that does not exist, and does not make it', async () => {
    const { connection } = await arrange()
    const answer = await produce(connection, 'new', batch([['a', '1']]))
    expect(nameOf(producedTo(answer).errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })

  it('answers MESSAGE_TOO_LARGE past max.message.bytes', async () => {
    const { connection } = await arrange({}, { 'max.message.bytes': '200' })
    const answer = await produce(connection, 't', batch([['a', 'x'.repeat(200)]]))
    expect(nameOf(producedTo(answer).errorCode)).toBe('MESSAGE_TOO_LARGE')
  })

  it('does not let clients write to the broker’s own topics', async () => {
    const { broker, connection } = await arrange()
    await createTopic(connection, '__consumer_offsets')
    const answer = await produce(broker.connect(), '__consumer_offsets', batch([['a', '1']]))
    expect(nameOf(producedTo(answer).errorCode)).toBe('INVALID_TOPIC_EXCEPTION')
  })

  it('resolves without topics for acks 0, and closes the connection if it failed (semantics G4)', async () => {
    const { connection, faults } = await arrange()
    expect((await produce(connection, 't', batch([['a', '1']]), { acks: 0 })).responses).toEqual([])
    const failing = produce(connection, 'new', batch([['a', '1']]), { acks: 0 })
    await expect(failing).rejects.toMatchObject({ code: 'MR-5001' })
    await connection.closed
    expect(faults).toEqual([])
  })

  it('answers KAFKA_STORAGE_ERROR with the reason while the disk is full, and goes on when it is not', async () => {
    const { connection, files } = await arrange()
    files.faults = ({ kind }) => (kind === 'write' ? { errno: 'ENOSPC' } : undefined)
    const refused = producedTo(await produce(connection, 't', batch([['a', '1']])))
    expect(nameOf(refused.errorCode)).toBe('KAFKA_STORAGE_ERROR')
    expect(refused.errorMessage).toMatch(/MR-4003.*disk is full/s)
    files.faults = undefined
    expect(producedTo(await produce(connection, 't', batch([['a', '2']])))).toMatchObject({
      errorCode: 0,
      baseOffset: 0,
    })
  })

  it('waits for the flush under durability "power"', async () => {
    const { connection, files } = await arrange({ config: { durability: 'power' } })
    const syncs: string[] = []
    files.faults = ({ kind, path }) => {
      if (kind === 'sync' && path.endsWith('.log')) syncs.push(path)
      return undefined
    }
    expect(producedTo(await produce(connection, 't', batch([['a', '1']]))).errorCode).toBe(0)
    expect(syncs).toContain('/data/t-0/00000000000000000000.log')
    expect(fetchedOf(await fetchFrom(connection, 't', 0)).highWatermark).toBe(1)
  })
})

describe('a flush that fails under durability "power"', () => {
  it('refuses what it was to cover, and is made good at the next upkeep', async () => {
    const { broker, connection, files, clock, faults } = await arrange({ config: { durability: 'power' } })
    await produce(connection, 't', batch([['a', '1']]))
    files.faults = ({ kind, path }) =>
      kind === 'sync' && path.includes('/t-0/') ? { errno: 'EIO' } : undefined
    const refused = producedTo(await produce(connection, 't', batch([['a', '2']])))
    expect(nameOf(refused.errorCode)).toBe('KAFKA_STORAGE_ERROR')
    expect(fetchedOf(await fetchFrom(connection, 't', 0)).highWatermark).toBe(1)
    files.faults = undefined
    await clock.advance(60_000)
    expect(producedTo(await produce(connection, 't', batch([['a', '3']])))).toMatchObject({
      errorCode: 0,
      baseOffset: 1,
    })
    expect(valuesOf(fetchedOf(await fetchFrom(connection, 't', 0)).records)).toEqual(['1', '3'])
    expect(faults).toEqual([])
    await broker.close()
  })
})

describe('Fetch', () => {
  it('answers at once what there is, from the batch of the offset on', async () => {
    const { connection } = await arrange()
    await produce(
      connection,
      't',
      batch([
        ['a', '1'],
        ['b', '2'],
      ]),
    )
    await produce(connection, 't', batch([['c', '3']]))
    expect(valuesOf(fetchedOf(await fetchFrom(connection, 't', 1)).records)).toEqual(['1', '2', '3'])
    expect(valuesOf(fetchedOf(await fetchFrom(connection, 't', 2)).records)).toEqual(['3'])
    expect(valuesOf(fetchedOf(await fetchFrom(connection, 't', 3)).records)).toEqual([])
  })

  it('serves at least one batch, however small the bounds (semantics G6)', async () => {
    const { connection } = await arrange()
    await produce(connection, 't', batch([['a', 'x'.repeat(500)]]))
    await produce(connection, 't', batch([['b', 'y']]))
    const request = fetchRequest('t', [{ partition: 0, partitionMaxBytes: 1 }], { maxBytes: 1 })
    expect(valuesOf(fetchedOf(await connection.send(Fetch, 12, request)).records)).toHaveLength(1)
  })

  it('bounds all partitions together by maxBytes', async () => {
    const { connection } = await arrange()
    await produce(connection, 't', batch([['a', 'x'.repeat(500)]]))
    await produce(connection, 't', batch([['a', 'y'.repeat(500)]]), { partition: 1 })
    const both = [{ partition: 0 }, { partition: 1 }]
    const answer = await connection.send(Fetch, 12, fetchRequest('t', both, { maxBytes: 600 }))
    expect(valuesOf(fetchedOf(answer, 0).records)).toHaveLength(1)
    expect(valuesOf(fetchedOf(answer, 1).records)).toHaveLength(0)
    expect(fetchedOf(answer, 1)).toMatchObject({ errorCode: 0, highWatermark: 1 })
  })

  it('waits for an append to any of its partitions (semantics G8)', async () => {
    const { broker, connection } = await arrange()
    const both = [{ partition: 0 }, { partition: 1 }]
    const fetching = connection.send(Fetch, 12, fetchRequest('t', both, { maxWaitMs: 500 }))
    await settle()
    await produce(broker.connect(), 't', batch([['a', '1']]), { partition: 1 })
    expect(valuesOf(fetchedOf(await fetching, 1).records)).toEqual(['1'])
  })

  it('waits no longer than maxWaitMs, and gives what there is', async () => {
    const { connection, clock } = await arrange()
    await produce(connection, 't', batch([['a', '1']]))
    let answer: Awaited<ReturnType<typeof fetchFrom>> | undefined
    void fetchFrom(connection, 't', 0, { maxWaitMs: 500, minBytes: 10_000 }).then(
      settled => (answer = settled),
    )
    await clock.advance(499)
    expect(answer).toBeUndefined()
    await clock.advance(1)
    expect(valuesOf(fetchedOf(answer!).records)).toEqual(['1'])
  })

  it('is complete when minBytes are there', async () => {
    const { broker, connection } = await arrange()
    const waiting = fetchFrom(connection, 't', 0, { maxWaitMs: 500, minBytes: 600 })
    const other = broker.connect()
    await produce(other, 't', batch([['a', 'x'.repeat(300)]]))
    await produce(other, 't', batch([['a', 'y'.repeat(300)]]))
    expect(valuesOf(fetchedOf(await waiting).records)).toHaveLength(2)
  })

  it('does not wait when a partition has an error', async () => {
    const { connection } = await arrange()
    const answer = await fetchFrom(connection, 't', 7, { maxWaitMs: 500 })
    expect(fetchedOf(answer)).toMatchObject({ highWatermark: -1, logStartOffset: -1 })
    expect(nameOf(fetchedOf(answer).errorCode)).toBe('OFFSET_OUT_OF_RANGE')
  })

  it.each([
    ['UNKNOWN_TOPIC_OR_PARTITION', { partition: 9 }],
    ['NONE', { partition: 0, currentLeaderEpoch: -2 }],
    ['NONE', { partition: 0, lastFetchedEpoch: -2 }],
    ['UNKNOWN_LEADER_EPOCH', { partition: 0, currentLeaderEpoch: 1 }],
    ['OFFSET_OUT_OF_RANGE', { partition: 0, fetchOffset: -1 }],
    ['OFFSET_OUT_OF_RANGE', { partition: 0, lastFetchedEpoch: 3 }],
  ])('answers %s', async (error, partition) => {
    const { connection } = await arrange()
    const answer = await connection.send(Fetch, 12, fetchRequest('t', [partition]))
    expect(nameOf(fetchedOf(answer).errorCode)).toBe(error)
  })

  it('tells a client that read past the end where it diverges (KIP-595)', async () => {
    const { connection } = await arrange()
    await produce(connection, 't', batch([['a', '1']]))
    const ahead = { partition: 0, fetchOffset: 5, lastFetchedEpoch: 0, currentLeaderEpoch: 0 }
    const answer = fetchedOf(await connection.send(Fetch, 12, fetchRequest('t', [ahead])))
    expect(answer).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: 0, endOffset: 1 } })
  })

  it('takes topic ids since version 13, and does not know a topic that was made anew', async () => {
    const { connection, topicId } = await arrange()
    await produce(connection, 'u', batch([['a', '1']]))
    const known = await connection.send(Fetch, 13, fetchRequest('', [{ partition: 0 }], { topicId }))
    expect(valuesOf(fetchedOf(known).records)).toEqual(['1'])
    const other = topicId.replace(/^./, first => (first === 'x' ? 'y' : 'x'))
    const unknown = await connection.send(Fetch, 13, fetchRequest('', [{ partition: 0 }], { topicId: other }))
    expect(nameOf(fetchedOf(unknown).errorCode)).toBe('UNKNOWN_TOPIC_ID')
  })

  it('leaves partitions without news out of the answers of a session (semantics G5)', async () => {
    const { connection, broker } = await arrange()
    const both = [{ partition: 0 }, { partition: 1 }]
    const full = await connection.send(Fetch, 12, fetchRequest('t', both, { sessionEpoch: 0 }))
    expect(full.responses[0]!.partitions).toHaveLength(2)
    const { sessionId } = full
    const nothing = await connection.send(Fetch, 12, fetchRequest('t', [], { sessionId, sessionEpoch: 1 }))
    expect(nothing).toMatchObject({ sessionId, responses: [] })
    await produce(broker.connect(), 't', batch([['a', '1']]), { partition: 1 })
    const news = await connection.send(Fetch, 12, fetchRequest('t', [], { sessionId, sessionEpoch: 2 }))
    expect(news.responses[0]!.partitions.map(each => each.partitionIndex)).toEqual([1])
    const lost = await connection.send(Fetch, 12, fetchRequest('t', [], { sessionId, sessionEpoch: 2 }))
    expect(nameOf(lost.errorCode)).toBe('INVALID_FETCH_SESSION_EPOCH')
  })
})

function twice(bytes: Uint8Array): Uint8Array {
  const both = new Uint8Array(bytes.length * 2)
  both.set(bytes, 0)
  both.set(bytes, bytes.length)
  return both
}

function flipped(bytes: Uint8Array): Uint8Array {
  bytes[bytes.length - 1]! ^= 1
  return bytes
}

/** Sets the codec of the attributes; the checksum is no longer right, but that is looked at later. */
function compressedBy(codec: number, bytes: Uint8Array): Uint8Array {
  bytes[22]! |= codec
  return bytes
}
