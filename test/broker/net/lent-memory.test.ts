/**
 * Memory of requests and answers is used again, and nobody sees what somebody else has put there since.
 *
 * All memory that is given back is spoiled at once here, so that whoever still refers to it reads nonsense: a log, a group,
 * an answer that has not left, a request that is not answered.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BrokerOptions } from '../../../broker/broker.ts'
import { BufferPool } from '../../../broker/net/buffer-pool.ts'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { readResponse, requestFrame } from '../../../src/protocol/envelope.ts'
import { FrameSplitter } from '../../../src/protocol/frame.ts'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import { InitProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts'
import { SyncGroup } from '../../../src/protocol/messages/14-sync-group.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import { BatchWriter, type BatchOptions } from '../../../src/record/batch-writer.ts'
import { systemClock } from '../../../system/clock.ts'
import { join } from '../coordinator/group-requests.ts'
import {
  createTopic,
  fetchedOf,
  fetchFrom,
  fetchRequest,
  producedTo,
  produce,
  startFixture,
  valuesOf,
} from '../broker-fixture.ts'

/** Of each kind of memory: not of the pool, small, kept by the tail, not kept by it, several reads of the socket. */
const sizes = [50, 3000, 9000, 40_000, 90_000, 300_000, 900_000]

const closers: (() => unknown)[] = []
let given = 0

beforeEach(() => {
  given = 0
  // Called below with the pool that it is of.
  // oxlint-disable-next-line typescript/unbound-method
  const give = BufferPool.prototype.give
  vi.spyOn(BufferPool.prototype, 'give').mockImplementation(function (this: BufferPool, memory: Uint8Array) {
    const before = this.freeBytes
    give.call(this, memory)
    if (this.freeBytes === before) return
    given++
    new Uint8Array(memory.buffer).fill(0xee)
  })
})

afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closers.splice(0).reverse()) await close()
})

async function arrange(
  config: BrokerOptions['config'] = {},
): Promise<{ port: number; connection: Connection }> {
  const { broker } = await startFixture({ clock: systemClock, config })
  closers.push(() => broker.close())
  const { port } = await broker.listen({ port: 0 })
  return { port, connection: await connected(port) }
}

async function connected(port: number): Promise<Connection> {
  const connection = await new TcpNetwork({ software: { name: 'test', version: '1' } }).connect(
    '127.0.0.1',
    port,
  )
  closers.push(() => connection.close())
  return connection
}

/** A value that no other has. */
function valueOf(number: number): string {
  return `${number}:${String.fromCodePoint(97 + (number % 26)).repeat(sizes[number % sizes.length]!)}`
}

function batchOf(number: number, options: BatchOptions = {}): Uint8Array {
  const writer = new BatchWriter()
  writer.append(1_700_000_000_000 + number, null, Buffer.from(valueOf(number)))
  return writer.close(options)
}

/** The records of partition 0, each asked for by its offset. */
async function readAll(connection: Connection, topic: string, count: number): Promise<string[]> {
  const values: string[] = []
  while (values.length < count) {
    const { errorCode, records } = fetchedOf(await fetchFrom(connection, topic, values.length))
    expect(errorCode).toBe(0)
    values.push(...valuesOf(records).slice(0, 1))
  }
  return values
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

describe('records that came over a socket', () => {
  it.each([
    ['are appended at once', {}, {}],
    ['wait for the disk', { durability: 'power' }, {}],
    ['are stored in another codec', {}, { 'compression.type': 'lz4' }],
    ['get the time of the append', {}, { 'message.timestamp.type': 'LogAppendTime' }],
  ] as const)('stay what they were after their request, where they %s', async (_, config, configs) => {
    const { connection, port } = await arrange(config)
    await createTopic(connection, 't', { configs })
    // The last ones are small: they are read from the tail.
    const count = 3 * sizes.length + 4
    // Pipelined, so that requests arrive while others are handled, and from two connections.
    const other = await connected(port)
    await Promise.all(numbers(count).map(number => produce(connection, 't', batchOf(number))))
    const expected = numbers(count).map(valueOf)
    await createTopic(connection, 'noise')
    await Promise.all(numbers(count).map(number => produce(other, 'noise', batchOf(number + 1))))
    expect(given).toBeGreaterThan(count)
    expect(await readAll(connection, 't', count)).toEqual(expected)
    expect(await readAll(other, 't', count)).toEqual(expected)
  })

  it('stay what they were while they wait for the transaction coordinator', async () => {
    // The coordinator waits for the disk, and the append for the coordinator.
    const { connection, port } = await arrange({ durability: 'power' })
    await createTopic(connection, 't')
    await createTopic(connection, 'noise')
    const noise = await connected(port)
    for (const number of numbers(sizes.length)) {
      const transactionalId = `t-${number}`
      const { producerId, producerEpoch } = await connection.send(
        InitProducerId,
        5,
        InitProducerId.request.create({ transactionalId, transactionTimeoutMs: 10_000 }),
      )
      const options = { producerId, producerEpoch, baseSequence: 0, transactional: true }
      const [answer] = await Promise.all([
        produce(connection, 't', batchOf(number, options), { transactionalId }),
        produce(noise, 'noise', batchOf(number + 1)),
      ])
      expect(producedTo(answer).errorCode).toBe(0)
    }
    expect(await readAll(connection, 't', sizes.length)).toEqual(numbers(sizes.length).map(valueOf))
  })
})

describe('what a handler keeps of its request', () => {
  it('is not used again: a group has the assignments that it was given', async () => {
    const { connection } = await arrange()
    const { memberId } = await join(connection)
    const { generationId } = await join(connection, { memberId })
    const assignment = new Uint8Array(40_000).fill(7)
    const sync = SyncGroup.request.create({ groupId: 'group', generationId, memberId })
    await connection.send(SyncGroup, 4, { ...sync, assignments: [{ memberId, assignment }] })
    await createTopic(connection, 't')
    for (const number of numbers(10)) await produce(connection, 't', batchOf(number))
    const answer = await connection.send(SyncGroup, 4, sync)
    expect(Buffer.compare(answer.assignment, assignment)).toBe(0)
  })
})

describe('records on their way out', () => {
  it('stay what they were until slow clients have taken them', async () => {
    const { connection, port } = await arrange()
    await createTopic(connection, 't')
    const count = 4 * sizes.length
    for (const number of numbers(count)) await produce(connection, 't', batchOf(number))
    given = 0
    const readers = await Promise.all(numbers(4).map(async () => slowReader(port, count)))
    for (const values of await Promise.all(readers.map(async read => read()))) {
      expect(values).toEqual(numbers(count).map(valueOf))
    }
    // What was read from files was given back.
    expect(given).toBeGreaterThan(count)
  })

  it('that do not suffice for a fetch are given back, and those that do are right', async () => {
    const { connection, port } = await arrange()
    await createTopic(connection, 't')
    const reader = await connected(port)
    await produce(connection, 't', batchOf(4))
    const waiting = fetchFrom(reader, 't', 0, { minBytes: 150_000, maxWaitMs: 10_000 })
    await produce(connection, 't', batchOf(11))
    await createTopic(connection, 'noise')
    await produce(connection, 'noise', batchOf(5))
    const { records } = fetchedOf(await waiting)
    expect(valuesOf(records)).toEqual([valueOf(4), valueOf(11)])
  })
})

/** Has asked for every record, one request each, and reads the answers when it is told to. */
async function slowReader(port: number, count: number): Promise<() => Promise<string[]>> {
  const socket = connect({ port, host: '127.0.0.1' })
  closers.push(() => socket.destroy())
  await once(socket, 'connect')
  for (const fetchOffset of numbers(count)) {
    const request = fetchRequest('t', [{ partition: 0, fetchOffset, partitionMaxBytes: 1 }])
    const frame = requestFrame(Fetch, 12, request, { correlationId: fetchOffset, clientId: 'slow' })
    for (const chunk of frame) socket.write(chunk)
  }
  return async () => {
    const values: string[] = []
    const splitter = new FrameSplitter(1 << 24)
    for await (const chunk of socket) {
      splitter.push(chunk as Uint8Array, frame => {
        const answer = readResponse(new Reader(frame, 4), Fetch, 12)
        values.push(...valuesOf(fetchedOf(answer).records).slice(0, 1))
      })
      if (values.length === count) return values
    }
    return values
  }
}
