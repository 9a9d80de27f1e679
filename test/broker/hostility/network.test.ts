/** Faults that other brokers had on their sockets, by their CVE, and what connections may cost together. */
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { ApiVersions } from '../../../src/protocol/messages/18-api-versions.ts'
import { readResponse } from '../../../src/protocol/envelope.ts'
import { batch, createTopic, fetchRequest, produce } from '../broker-fixture.ts'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import { besieged, closeAll, frameOf, lengthOf, memoryHeld, RawClient, until, varint } from './raw-client.ts'

const mebibyte = 1 << 20

afterEach(closeAll)

/** Sends a frame from one connection, and asks from another until the first is closed. */
async function refusedBy(port: number, refusals: readonly string[], frame: Uint8Array): Promise<number> {
  const [bad, good] = [new RawClient(port), new RawClient(port)]
  await good.ask()
  bad.write(frame)
  await until(() => refusals.length > 0)
  await bad.closed
  return good.ask()
}

describe('CVE-2026-111115: tagged fields without end, before any login', () => {
  it('are refused by their number, and nothing is kept of them', async () => {
    const { port, refusals } = await besieged()
    // Metadata 12, whose header is flexible, with 20 million tagged fields of two bytes.
    const fields = new Uint8Array(40_000_000)
    const before = memoryHeld() + fields.length
    expect(await refusedBy(port, refusals, frameOf(3, 12, varint(20_000_000), fields))).toBeLessThan(3000)
    expect(refusals).toEqual(['MR-5010'])
    expect(memoryHeld() - before).toBeLessThan(150 * mebibyte)
  })

  it('are skipped where they are few enough, in header and body', async () => {
    const { port } = await besieged()
    const client = new RawClient(port)
    const fields = Buffer.concat(
      Array.from({ length: 1000 }, (_, tag) => Buffer.concat([varint(tag), varint(1), varint(7)])),
    )
    const some = Buffer.concat([varint(1000), fields])
    // Topics: none; allow, include: no.
    client.write(frameOf(3, 12, some, varint(1), Uint8Array.of(0, 0), some))
    expect(readResponse(await client.next(), Metadata, 12).brokers).toHaveLength(1)
  })
})

describe('CVE-2026-111108: a count before its elements', () => {
  it.each([
    ['an array of 2^31-1 (Metadata 1)', frameOf(3, 1, lengthOf(2 ** 31 - 1))],
    ['a compact array of 2^32-2 (Metadata 12)', frameOf(3, 12, varint(0), varint(2 ** 32 - 1))],
    [
      'an array in an array (OffsetCommit 2)',
      frameOf(
        8,
        2,
        Uint8Array.of(0, 1, 65),
        lengthOf(1),
        Uint8Array.of(0, 0),
        lengthOf(0),
        lengthOf(0),
        lengthOf(1),
        Uint8Array.of(0, 1, 65),
        lengthOf(2 ** 30),
      ),
    ],
    ['a string of 32767 (FindCoordinator 0)', frameOf(10, 0, Uint8Array.of(0x7f, 0xff))],
    [
      'records of 2^31-1 (Produce 3)',
      frameOf(
        0,
        3,
        Uint8Array.of(0xff, 0xff, 0xff, 0xff),
        lengthOf(1),
        lengthOf(1),
        Uint8Array.of(0, 1, 65),
        lengthOf(1),
        lengthOf(0),
        lengthOf(2 ** 31 - 1),
      ),
    ],
  ])('allocates nothing: %s', async (_what, frame) => {
    const { port, refusals } = await besieged()
    const before = memoryHeld()
    expect(await refusedBy(port, refusals, frame)).toBeLessThan(3000)
    expect(refusals).toEqual(['MR-5010'])
    expect(memoryHeld() - before).toBeLessThan(30 * mebibyte)
  })

  it.each([
    ['40 million empty strings (DescribeGroups 5)', 15, 5, [varint(0), varint(40_000_001)], 40_000_000, 1],
    ['6 million empty names (Metadata 9)', 3, 9, [varint(0), varint(6_000_001)], 12_000_000, 1],
    [
      '5 million numbers (ListTransactions 0)',
      66,
      0,
      [varint(0), varint(1), varint(5_000_001)],
      40_000_000,
      0,
    ],
  ])('bounds what tiny elements grow to: %s', async (_what, apiKey, version, head, length, byte) => {
    const { port, refusals } = await besieged()
    const frame = frameOf(apiKey, version, ...head, new Uint8Array(length).fill(byte))
    const before = memoryHeld()
    expect(await refusedBy(port, refusals, frame)).toBeLessThan(3000)
    expect(refusals).toEqual(['MR-5010'])
    expect(memoryHeld() - before).toBeLessThan(250 * mebibyte)
  })
})

describe('CVE-2026-111073: compressed telemetry', () => {
  it('is neither offered nor taken', async () => {
    const { port, refusals } = await besieged()
    const client = new RawClient(port)
    client.send(ApiVersions, 0, ApiVersions.request.create({}))
    const { apiKeys } = readResponse(await client.next(), ApiVersions, 0)
    expect(apiKeys.filter(({ apiKey }) => apiKey === 71 || apiKey === 72)).toEqual([])
    const bomb = gzipSync(new Uint8Array(8 * mebibyte))
    expect(await refusedBy(port, refusals, frameOf(72, 0, bomb))).toBeLessThan(3000)
    expect(refusals).toEqual(['MR-5020'])
  })
})

describe('CVE-2022-34917: what a connection announces', () => {
  it('costs nothing until it is there: 20 idle connections that announce 100 MiB each (trap 8)', async () => {
    const { port } = await besieged()
    const before = memoryHeld()
    const idle = Array.from({ length: 20 }, () => new RawClient(port))
    for (const client of idle) client.write(lengthOf(100 * mebibyte), new Uint8Array(1000))
    const good = new RawClient(port)
    for (let round = 0; round < 20; round++) expect(await good.ask()).toBeLessThan(3000)
    expect(memoryHeld() - before).toBeLessThan(20 * mebibyte)
  })

  it('is held to a budget of all connections where it does arrive, and who holds for long is given up', async () => {
    const { port, refusals } = await besieged({ 'queued.max.request.bytes': 8 * mebibyte })
    const before = memoryHeld()
    const greedy = Array.from({ length: 16 }, () => new RawClient(port))
    const sent = new Uint8Array(4 * mebibyte)
    for (const client of greedy) client.write(lengthOf(100 * mebibyte), sent)
    const good = new RawClient(port)
    await until(() => refusals.length > 0)
    expect(await good.ask()).toBeLessThan(3000)
    expect(new Set(refusals)).toEqual(new Set(['MR-5028']))
    expect(memoryHeld() - before).toBeLessThan(80 * mebibyte)
  })
})

describe('slow clients', () => {
  it('that send a request byte by byte are closed (MR-5027), others go on', async () => {
    const { port, refusals } = await besieged({ 'request.arrival.timeout.ms': 150 })
    const [slow, good] = [new RawClient(port), new RawClient(port)]
    slow.write(lengthOf(1000))
    const timer = setInterval(() => slow.write(Uint8Array.of(0)), 20)
    await slow.closed
    clearInterval(timer)
    expect(refusals).toEqual(['MR-5027'])
    expect(await good.ask()).toBeLessThan(3000)
  })

  it('that send a large request at a steady pace are not', async () => {
    // Long enough that a machine under load does not make the client slow.
    const { port, refusals } = await besieged({ 'request.arrival.timeout.ms': 200 })
    const steady = new RawClient(port)
    const frame = frameOf(18, 0, new Uint8Array(30_000))
    for (let at = 0; at < frame.length; at += 500) {
      steady.write(frame.subarray(at, at + 500))
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    await steady.next()
    expect(refusals).toEqual([])
  })

  it('that do not take their answers make those of others small, and not empty', async () => {
    const { broker, port, refusals } = await besieged({ 'queued.max.response.bytes': 24 * mebibyte })
    const connection = broker.connect()
    await createTopic(connection, 't')
    const value = 'x'.repeat(300_000)
    for (let count = 0; count < 60; count++) await produce(connection, 't', batch([[null, value]]))
    const request = fetchRequest('t', [{ partition: 0, partitionMaxBytes: 50 * mebibyte }])
    const fetchedBytes = async () => {
      const client = new RawClient(port)
      client.send(Fetch, 11, request)
      return (await client.next()).remaining
    }
    expect(await fetchedBytes()).toBeGreaterThan(17 * mebibyte)
    const lazy = new RawClient(port)
    lazy.socket.pause()
    lazy.send(Fetch, 11, request)
    const good = new RawClient(port)
    expect(await good.ask()).toBeLessThan(3000)
    const small = await fetchedBytes()
    expect(small).toBeGreaterThan(300_000)
    expect(small).toBeLessThan(1.1 * mebibyte)
    expect(refusals).toEqual([])
  })

  it('that do not take their answers are read no further, and cost no more than the budget', async () => {
    const { broker, port, refusals } = await besieged({ 'queued.max.response.bytes': 8 * mebibyte })
    const connection = broker.connect()
    await createTopic(connection, 't')
    const value = 'x'.repeat(900_000)
    for (let count = 0; count < 12; count++) await produce(connection, 't', batch([[null, value]]))
    const before = memoryHeld()
    const lazy = Array.from({ length: 10 }, () => new RawClient(port))
    const request = fetchRequest('t', [{ partition: 0, partitionMaxBytes: 50 * mebibyte }])
    for (const client of lazy) {
      client.socket.pause()
      for (let count = 0; count < 50; count++) client.send(Fetch, 11, request)
    }
    const good = new RawClient(port)
    await until(() => refusals.length > 0)
    expect(await good.ask()).toBeLessThan(3000)
    expect(new Set(refusals)).toEqual(new Set(['MR-5028']))
    expect(memoryHeld() - before).toBeLessThan(100 * mebibyte)
  })

  it('that do nothing at all are closed after connections.max.idle.ms', async () => {
    const { port } = await besieged({ 'connections.max.idle.ms': 50 })
    const idle = new RawClient(port)
    await idle.closed
  })
})

describe('max.connections', () => {
  it('is of all listeners together, and what is beyond it is closed before it is read', async () => {
    const { broker, port } = await besieged({ 'max.connections': 2 })
    const other = await broker.listen({ port: 0 })
    const [first, second] = [new RawClient(port), new RawClient(other.port)]
    await first.ask()
    await second.ask()
    await new RawClient(port).closed
    await new RawClient(other.port).closed
    expect(await first.ask()).toBeLessThan(3000)
  })
})
