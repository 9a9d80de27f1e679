/** Requests over TCP: order, versions, malformed input, bounds, and the client's end of it. */
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Broker, BrokerOptions } from '../../../broker/broker.ts'
import { deferred } from '../../../src/base/deferred.ts'
import { requestFrame } from '../../../src/protocol/envelope.ts'
import { FrameSplitter } from '../../../src/protocol/frame.ts'
import type { Api } from '../../../src/protocol/api.ts'
import { readMessage } from '../../../src/protocol/decode.ts'
import { readResponse } from '../../../src/protocol/envelope.ts'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import { ListOffsets } from '../../../src/protocol/messages/02-list-offsets.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { ApiVersions } from '../../../src/protocol/messages/18-api-versions.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import { batch, createTopic, fetchFrom, produce, startFixture } from '../broker-fixture.ts'
import { systemClock } from '../../../system/clock.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

interface Arranged {
  readonly broker: Broker
  readonly port: number
  readonly refusals: string[]
}

async function arrange(config: BrokerOptions['config'] = {}): Promise<Arranged> {
  const refusals: string[] = []
  const { broker } = await startFixture({
    clock: systemClock,
    config,
    onRefused: reason => refusals.push(reason.code),
  })
  closers.push(() => broker.close())
  const { port } = await broker.listen({ port: 0 })
  return { broker, port, refusals }
}

/** A socket of which whole answers are read. */
class RawClient {
  readonly socket: Socket
  readonly closed: Promise<void>
  readonly #frames: Uint8Array[] = []
  #wanted: ((frame: Uint8Array) => void) | undefined

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' })
    const splitter = new FrameSplitter(1 << 24)
    this.socket.on('data', (chunk: Uint8Array) => splitter.push(chunk, frame => this.#take(frame)))
    this.socket.on('error', () => undefined)
    const { promise, resolve } = deferred()
    this.closed = promise
    this.socket.on('close', () => resolve())
    closers.push(() => this.socket.destroy())
  }

  send<Request>(api: Api<Request, unknown>, version: number, request: Request, correlationId: number): void {
    this.write(...requestFrame(api, version, request, { correlationId, clientId: 'raw' }))
  }

  write(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) this.socket.write(chunk)
  }

  /** The next answer, at its correlation id. */
  async next(): Promise<{ correlationId: number; reader: Reader }> {
    const frame = this.#frames.shift() ?? (await new Promise<Uint8Array>(resolve => (this.#wanted = resolve)))
    const reader = new Reader(frame)
    return { correlationId: reader.int32(), reader }
  }

  #take(frame: Uint8Array): void {
    const wanted = this.#wanted
    this.#wanted = undefined
    if (wanted === undefined) this.#frames.push(frame)
    else wanted(frame)
  }
}

const versionsRequest = ApiVersions.request.create({ clientSoftwareName: 'raw', clientSoftwareVersion: '1' })

describe('a broker over TCP', () => {
  it('is the broker that is reached in process', async () => {
    const { broker, port } = await arrange()
    const network = new TcpNetwork({ software: { name: 'millrace', version: '1' } })
    const connection = await network.connect('127.0.0.1', port)
    closers.push(() => connection.close())
    await createTopic(connection, 't')
    await produce(connection, 't', batch([['a', 'x']]))
    const near = await fetchFrom(broker.connect(), 't', 0)
    // Over a socket bytes arrive as Buffers; a clone of a Buffer is a plain array of bytes.
    expect(structuredClone(near)).toEqual(structuredClone(await fetchFrom(connection, 't', 0)))
    expect(JSON.stringify(near)).toContain('topic')
  })

  it('answers pipelined requests in their order, a slow one before the quick one behind it (semantics G3)', async () => {
    const { broker, port } = await arrange()
    await createTopic(broker.connect(), 't')
    const client = new RawClient(port)
    const fetch = Fetch.request.create({
      maxWaitMs: 150,
      minBytes: 1,
      maxBytes: 1000,
      topics: [
        {
          topic: 't',
          topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
          partitions: [
            {
              partition: 0,
              currentLeaderEpoch: -1,
              fetchOffset: 0,
              lastFetchedEpoch: -1,
              logStartOffset: -1,
              partitionMaxBytes: 1000,
              replicaDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAA',
              highWatermark: -1,
            },
          ],
        },
      ],
    })
    client.send(Fetch, 11, fetch, 7)
    client.send(ApiVersions, 3, versionsRequest, 8)
    expect([(await client.next()).correlationId, (await client.next()).correlationId]).toEqual([7, 8])
  })

  it('answers ApiVersions of an unknown version in version 0, with its own range (KIP-511)', async () => {
    const { port } = await arrange()
    const client = new RawClient(port)
    // Version 9 with a body that nobody knows.
    client.write(Uint8Array.of(0, 0, 0, 14, 0, 18, 0, 9, 0, 0, 0, 5, 255, 255, 0, 9, 9, 9))
    const { correlationId, reader } = await client.next()
    expect(correlationId).toBe(5)
    expect(readMessage(reader, ApiVersions.response, 0)).toMatchObject({
      errorCode: 35,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: expect.any(Number) }],
    })
    client.send(ApiVersions, 3, versionsRequest, 6)
    expect((await client.next()).correlationId).toBe(6)
  })

  it('leaves out of an answer what its version cannot say', async () => {
    const { broker, port } = await arrange()
    await createTopic(broker.connect(), 't')
    const client = new RawClient(port)
    const request = ListOffsets.request.create({
      replicaId: -1,
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }] }],
    })
    const [min, max] = [1, 3]
    for (let version = min; version <= max; version++) {
      client.send(ListOffsets, version, request, version)
      const { correlationId, reader } = await client.next()
      expect(correlationId).toBe(version)
      const { topics } = readResponse(reader, ListOffsets, version)
      expect(topics[0]!.partitions[0]).toMatchObject({ errorCode: 0, offset: 0, leaderEpoch: -1 })
    }
  })

  it.each([
    ['a frame longer than is taken', [0x7f, 0xff, 0xff, 0xff], 'MR-5011'],
    ['a negative length', [0xff, 0xff, 0xff, 0xff], 'MR-5011'],
    ['an empty request', [0, 0, 0, 0], 'MR-5010'],
    ['an unknown API', [0, 0, 0, 10, 0x7f, 0, 0, 0, 0, 0, 0, 1, 255, 255], 'MR-5020'],
    ['an unknown version', [0, 0, 0, 11, 0, 3, 0x7f, 0, 0, 0, 0, 1, 255, 255, 0], 'MR-5020'],
    ['TLS', [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00], 'MR-5011'],
    ['HTTP', [...Buffer.from('GET / HTTP/1.1\r\n\r\n')], 'MR-5011'],
  ])('closes the connection at %s, and no other', async (_what, bytes, code) => {
    const { port, refusals } = await arrange()
    const [good, bad] = [new RawClient(port), new RawClient(port)]
    good.send(ApiVersions, 3, versionsRequest, 1)
    await good.next()
    bad.write(Uint8Array.from(bytes))
    await bad.closed
    expect(refusals).toEqual([code])
    good.send(ApiVersions, 3, versionsRequest, 2)
    expect((await good.next()).correlationId).toBe(2)
  })

  it('closes connections beyond the bound for one address, and takes others when they have gone', async () => {
    const { port } = await arrange({ 'max.connections.per.ip': 1 })
    const first = new RawClient(port)
    first.send(ApiVersions, 3, versionsRequest, 1)
    await first.next()
    await new RawClient(port).closed
    first.socket.destroy()
    await first.closed
    // The broker learns of it a moment later: it is asked until it answers.
    for (;;) {
      const next = new RawClient(port)
      next.send(ApiVersions, 3, versionsRequest, 2)
      const answered = await Promise.race([next.next().then(() => true), next.closed.then(() => false)])
      if (answered) return
    }
  })

  it('refuses an address that is taken', async () => {
    const { broker, port } = await arrange()
    await expect(broker.listen({ port })).rejects.toMatchObject({
      code: 'MR-5026',
      fix: expect.stringContaining('another port'),
    })
  })

  it('ends its connections when it closes', async () => {
    const { broker, port } = await arrange()
    const client = new RawClient(port)
    client.send(ApiVersions, 3, versionsRequest, 1)
    await client.next()
    await broker.close()
    await client.closed
  })
})

describe('the client’s end', () => {
  it('rejects what is under way when the connection is lost, and says so', async () => {
    const { broker, port } = await arrange()
    const network = new TcpNetwork({ software: { name: 'millrace', version: '1' } })
    const connection = await network.connect('127.0.0.1', port)
    const answer = connection.send(Metadata, 12, Metadata.request.create({ topics: null }))
    const lost = expect(answer).rejects.toMatchObject({ code: 'MR-5001' })
    await connection.close()
    await lost
    await expect(connection.send(Metadata, 12, Metadata.request.create({}))).rejects.toMatchObject({
      code: 'MR-5001',
    })
    await broker.close()
    await expect(network.connect('127.0.0.1', port)).rejects.toMatchObject({
      code: 'MR-5001',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    })
  })

  it('knows the versions of both ends', async () => {
    const { port } = await arrange()
    const network = new TcpNetwork({ software: { name: 'millrace', version: '1' } })
    const connection = await network.connect('127.0.0.1', port)
    closers.push(() => connection.close())
    expect(connection.versions(Metadata)).toEqual({ min: 0, max: 13 })
    expect(connection.versions({ ...Metadata, key: 999 })).toBeUndefined()
  })
})
