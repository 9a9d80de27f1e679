/** Quotas: whose they are, how rates become waits, and that a client over its quota is not read. */
import { afterEach, describe, expect, it } from 'vitest'
import { brokerConfig } from '../../../broker/config.ts'
import { QuotaEntities, type QuotaEntity, type QuotaKey } from '../../../broker/security/quota-entities.ts'
import { Quotas } from '../../../broker/security/quotas.ts'
import { RateWindow } from '../../../broker/security/rate-window.ts'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { AlterClientQuotas } from '../../../src/protocol/messages/49-alter-client-quotas.ts'
import { DescribeClientQuotas } from '../../../src/protocol/messages/48-describe-client-quotas.ts'
import { batch, createTopic, fetchFrom, fetchRequest, produce, startFixture } from '../broker-fixture.ts'
import { VirtualClock } from '../virtual-clock.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function entities() {
  const clock = new VirtualClock()
  return { clock, entities: new QuotaEntities({ facts: () => new Map(), putFact: () => undefined }, clock) }
}

describe('the quota that applies', () => {
  const levels: readonly QuotaEntity[] = [
    { user: 'u', 'client-id': 'c' },
    { user: 'u', 'client-id': null },
    { user: 'u' },
    { user: null, 'client-id': 'c' },
    { user: null, 'client-id': null },
    { user: null },
    { 'client-id': 'c' },
    { 'client-id': null },
  ]
  it('is the first of eight levels that has it (KIP-55)', () => {
    const { entities: found } = entities()
    for (const [index, entity] of levels.entries()) found.put(entity, { producer_byte_rate: index + 1 })
    for (const [index, entity] of levels.entries()) {
      expect(found.ofClient('producer_byte_rate', 'u', 'c')?.limit).toBe(index + 1)
      found.put(entity, {})
    }
    expect(found.ofClient('producer_byte_rate', 'u', 'c')).toBeUndefined()
  })
  it('is shared by those whom its level makes one', () => {
    const { entities: found } = entities()
    const sharers = (user: string, client: string) =>
      found.ofClient('producer_byte_rate', user, client)?.sharedBy
    found.put({ 'client-id': null }, { producer_byte_rate: 1 })
    expect(sharers('u', 'c')).toBe(sharers('v', 'c'))
    expect(sharers('u', 'c')).not.toBe(sharers('u', 'd'))
    found.put({ user: null }, { producer_byte_rate: 1 })
    expect(sharers('u', 'c')).toBe(sharers('u', 'd'))
    expect(sharers('u', 'c')).not.toBe(sharers('v', 'c'))
    found.put({ user: 'u', 'client-id': null }, { producer_byte_rate: 1 })
    expect(sharers('u', 'c')).not.toBe(sharers('u', 'd'))
  })
})

describe('a rate', () => {
  it('is over the whole window, from the first burst on', () => {
    const window = new RateWindow({ slices: 11, sliceMs: 1000 })
    window.add(10_000, 500)
    // 10,000 in 10.5 s, of 1,000 a second: nothing to wait for.
    expect(window.excessMs(1000, 500)).toBe(-500)
    window.add(10_000, 500)
    expect(window.excessMs(1000, 500)).toBe(9500)
  })
  it('forgets what is older than the window', () => {
    const window = new RateWindow({ slices: 11, sliceMs: 1000 })
    window.add(20_000, 0)
    expect(window.excessMs(1000, 10_999)).toBeCloseTo(9001)
    expect(window.excessMs(1000, 11_000)).toBeLessThan(0)
    window.add(5, 1_000_000)
    expect(window.excessMs(1, 1_000_000)).toBe(-5000)
  })
})

describe('a wait', () => {
  function arrange(quotas: Partial<Record<QuotaKey, number>>) {
    const { clock, entities: found } = entities()
    found.put({ user: 'u' }, quotas)
    const client = (principal: string) => ({ clientId: 'c', session: { principal } })
    return { clock, client, quotas: new Quotas(found, clock, brokerConfig({})) }
  }
  const nothing = { producedBytes: 0, busyMs: 0 }

  it('is as long as the rate needs to fall to the quota', () => {
    const { client, quotas } = arrange({ producer_byte_rate: 1000 })
    const user = client('User:u')
    expect(quotas.charge(user, { ...nothing, producedBytes: 30_000 })).toBe(20_000)
    expect(quotas.charge(client('User:v'), { ...nothing, producedBytes: 30_000 })).toBe(0)
    expect(quotas.charge(client('Process:own'), { ...nothing, producedBytes: 30_000 })).toBe(0)
  })
  it('is told instead of the records that would be over the quota, which then count for nothing', () => {
    const { client, quotas } = arrange({ consumer_byte_rate: 100 })
    const user = client('User:u')
    expect(quotas.fetchBytesMax(user)).toBe(1000)
    expect(quotas.fetchBytesMax(client('User:v'))).toBe(Infinity)
    expect(quotas.admitFetch(user, 900)).toBe(0)
    expect(quotas.admitFetch(user, 600)).toBe(5000)
    expect(quotas.admitFetch(user, 100)).toBe(0)
    expect(quotas.admitFetch(user, 1)).toBe(10)
  })
  it('is not for a single batch larger than the window, as long as nothing else is owed', () => {
    const { client, quotas } = arrange({ consumer_byte_rate: 100 })
    const user = client('User:u')
    expect(quotas.admitFetch(user, 3000)).toBe(0)
    expect(quotas.admitFetch(user, 3000)).toBe(50_000)
    expect(quotas.admitFetch(user, 0)).toBe(20_000)
  })
  it('for time is told instead of records too, and is not counted for a Produce without an answer', () => {
    const { client, quotas } = arrange({ request_percentage: 10, producer_byte_rate: 1000 })
    const user = client('User:u')
    expect(quotas.charge(user, { ...nothing, busyMs: undefined })).toBe(0)
    expect(quotas.charge(user, { ...nothing, busyMs: 1800 })).toBe(1000)
    expect(quotas.admitFetch(user, 10)).toBe(1000)
    expect(quotas.charge(user, { producedBytes: 100, busyMs: undefined })).toBe(0)
  })
  it('for time on the event loop is at most a slice', () => {
    const { client, quotas } = arrange({ request_percentage: 10 })
    expect(quotas.charge(client('User:u'), { ...nothing, busyMs: 900 })).toBe(0)
    expect(quotas.charge(client('User:u'), { ...nothing, busyMs: 900 })).toBe(1000)
  })
  it('for changes of topics is what is owed, and newer clients are refused meanwhile (KIP-599)', async () => {
    const { client, quotas, clock } = arrange({ controller_mutation_rate: 2 })
    const change = (isStrict: boolean) => quotas.mutations(client('User:u'), isStrict)
    change(true).take(30)
    expect(change(true).throttleMs()).toBe(4000)
    expect(() => change(true).take(1)).toThrow('throttling quota')
    change(false).take(2)
    expect(change(false).throttleMs()).toBe(5000)
    await clock.advance(5000)
    expect(() => change(true).take(1)).not.toThrow()
  })
  it('is not for connections: an address beyond its rate is not let in', async () => {
    const { clock, entities: found } = entities()
    found.put({ ip: '10.0.0.1' }, { connection_creation_rate: 1 })
    const quotas = new Quotas(found, clock, brokerConfig({ 'controller.quota.window.num': 2 }))
    const admitted = (ip: string) => quotas.admitsConnection(ip)
    expect(['10.0.0.1', '::ffff:10.0.0.1', '10.0.0.1', '10.0.0.2'].map(admitted)).toEqual([
      true,
      true,
      false,
      true,
    ])
    await clock.advance(1000)
    expect(admitted('10.0.0.1')).toBe(true)
  })
})

function set(connection: Connection, entity: QuotaEntity, values: Readonly<Record<string, number | null>>) {
  const parts = Object.entries(entity).map(([entityType, entityName]) => ({ entityType, entityName }))
  const ops = Object.entries(values).map(([key, value]) => ({
    key,
    value: value ?? 0,
    remove: value === null,
  }))
  return connection.send(AlterClientQuotas, 1, { entries: [{ entity: parts, ops }], validateOnly: false })
}

describe('AlterClientQuotas', () => {
  it.each<[QuotaEntity, Record<string, number | null>, string]>([
    [{}, { producer_byte_rate: 1 }, 'Invalid empty client quota entity'],
    [{ user: 'u', ip: '10.0.0.1' }, { connection_creation_rate: 1 }, 'combination'],
    [{ ip: 'nowhere' }, { connection_creation_rate: 1 }, 'not a valid IP'],
    [{ user: '' }, { producer_byte_rate: 1 }, 'Empty user'],
    [{ user: 'u' }, { connection_creation_rate: 1 }, 'Invalid configuration key'],
    [{ ip: '10.0.0.1' }, { producer_byte_rate: 1 }, 'Invalid configuration key'],
    [{ user: 'u' }, { __proto__x: 1 }, 'Invalid configuration key'],
    [{ user: 'u' }, { producer_byte_rate: 0 }, 'greater than 0'],
    [{ user: 'u' }, { producer_byte_rate: Number.NaN }, 'greater than 0'],
    [{ user: 'u' }, { producer_byte_rate: 1.5 }, 'must be an integer'],
  ])('refuses %j with %j', async (entity, values, why) => {
    const { broker, connection } = await startFixture()
    closers.push(() => broker.close())
    const [result] = (await set(connection, entity, values)).entries
    expect(result!.errorCode).toBe(42)
    expect(result!.errorMessage).toContain(why)
  })

  it('keeps quotas over a restart, and DescribeClientQuotas tells them', async () => {
    const first = await startFixture()
    await set(first.connection, { user: 'u' }, { producer_byte_rate: 10, request_percentage: 12.5 })
    await set(first.connection, { user: 'u', 'client-id': null }, { producer_byte_rate: 20 })
    await set(first.connection, { ip: null }, { connection_creation_rate: 5 })
    await set(first.connection, { user: 'u' }, { request_percentage: null })
    await first.broker.close()
    const { broker, connection } = await startFixture({ files: first.files })
    closers.push(() => broker.close())
    const described = async (components: readonly [string, number, string | null][], strict: boolean) => {
      const asked = components.map(([entityType, matchType, match]) => ({ entityType, matchType, match }))
      const { entries } = await connection.send(DescribeClientQuotas, 1, { components: asked, strict })
      return entries!.map(({ values }) => values.map(({ key, value }) => `${key}=${value}`).join()).sort()
    }
    expect(await described([], false)).toHaveLength(3)
    expect(await described([['user', 0, 'u']], false)).toEqual([
      'producer_byte_rate=10',
      'producer_byte_rate=20',
    ])
    expect(await described([['user', 0, 'u']], true)).toEqual(['producer_byte_rate=10'])
    expect(await described([['client-id', 1, null]], false)).toEqual(['producer_byte_rate=20'])
    expect(await described([['ip', 2, null]], true)).toEqual(['connection_creation_rate=5'])
  })
})

describe('a client over its quota', () => {
  async function arrange() {
    const fixture = await startFixture()
    closers.push(() => fixture.broker.close())
    const { port } = await fixture.broker.listen({ port: 0 })
    await createTopic(fixture.connection, 'orders')
    const network = new TcpNetwork({ software: { name: 'millrace', version: '1' } })
    const open = async (clientId: string) => {
      const connection = await network.connect('127.0.0.1', port, clientId)
      closers.push(() => connection.close())
      return connection
    }
    return { ...fixture, open }
  }

  it('is told how long to wait, and its next request is not read before', async () => {
    const { connection, clock, open } = await arrange()
    await set(connection, { 'client-id': 'greedy' }, { producer_byte_rate: 1000 })
    const greedy = await open('greedy')
    const records = batch([['k', 'x'.repeat(12_000)]])
    const { throttleTimeMs } = await produce(greedy, 'orders', records)
    expect(throttleTimeMs).toBeGreaterThan(1000)
    let answered = false
    const next = greedy
      .send(Metadata, 12, Metadata.request.create({ topics: [] }))
      .then(() => (answered = true))
    const modest = await open('modest')
    await modest.send(Metadata, 12, Metadata.request.create({ topics: [] }))
    await clock.advance(throttleTimeMs - 1)
    await modest.send(Metadata, 12, Metadata.request.create({ topics: [] }))
    expect(answered).toBe(false)
    await clock.advance(1)
    await next
    expect(answered).toBe(true)
  })
  it('fetches nothing while it is over its quota, is told how long, and gets the records then', async () => {
    const { connection, clock, open } = await arrange()
    await set(connection, { user: 'ANONYMOUS' }, { consumer_byte_rate: 1000 })
    for (let n = 0; n < 4; n++) await produce(connection, 'orders', batch([['k', 'x'.repeat(4_000)]]))
    const consumer = await open('c')
    // Two batches are all that one answer may carry of what the window holds.
    const first = await fetchFrom(consumer, 'orders', 0)
    expect(first.throttleTimeMs).toBe(0)
    expect(first.responses[0]!.partitions[0]!.records!.length).toBeLessThan(10_000)
    expect(first.responses[0]!.partitions[0]!.records!.length).toBeGreaterThan(8_000)
    const second = await fetchFrom(consumer, 'orders', 2)
    expect(second).toMatchObject({ errorCode: 0, sessionId: 0, responses: [] })
    expect(second.throttleTimeMs).toBeGreaterThan(5_000)
    await clock.advance(second.throttleTimeMs - 1)
    let answered = false
    const asked = fetchFrom(consumer, 'orders', 2).then(answer => {
      answered = true
      return answer
    })
    expect(answered).toBe(false)
    // What was read at first is in the window still; a second wait of the same length takes it out.
    await clock.advance(1)
    const { throttleTimeMs } = await asked
    await clock.advance(throttleTimeMs)
    const third = await fetchFrom(consumer, 'orders', 2)
    expect(third.throttleTimeMs).toBe(0)
    expect(third.responses[0]!.partitions[0]!.records!.length).toBeGreaterThan(8_000)
  })
  it('keeps a fetch session over an answer without records, and is not given one by it', async () => {
    const { connection, clock, open } = await arrange()
    await set(connection, { user: 'ANONYMOUS' }, { consumer_byte_rate: 1000 })
    const consumer = await open('c')
    const fetchBy = (sessionId: number, sessionEpoch: number, offset?: number) =>
      consumer.send(
        Fetch,
        12,
        offset === undefined
          ? { ...fetchRequest('orders', [], { sessionId, sessionEpoch }), topics: [] }
          : fetchRequest('orders', [{ partition: 0, fetchOffset: offset }], { sessionId, sessionEpoch }),
      )
    const begun = await fetchBy(0, 0, 0)
    expect(begun.sessionId).toBeGreaterThan(0)
    for (let n = 0; n < 3; n++) await produce(connection, 'orders', batch([['k', 'x'.repeat(9_000)]]))
    expect((await fetchBy(begun.sessionId, 1)).responses).toHaveLength(1)
    const withheld = await fetchBy(begun.sessionId, 2, 1)
    expect(withheld).toMatchObject({ sessionId: begun.sessionId, errorCode: 0, responses: [] })
    // Whatever was in the window is out of it then.
    await clock.advance(withheld.throttleTimeMs + 11_000)
    expect((await fetchBy(begun.sessionId, 3)).responses).toHaveLength(1)
    const refused = await fetchBy(0, 0, 2)
    expect(refused.throttleTimeMs).toBeGreaterThan(0)
    expect(refused).toMatchObject({ sessionId: 0, responses: [] })
  })
  it('is refused changes of topics, and told how long', async () => {
    const { connection, open } = await arrange()
    await set(connection, { user: null }, { controller_mutation_rate: 1 })
    const client = await open('c')
    const first = await createTopic(client, 'many', { partitions: 12 })
    expect([first.topics[0]!.errorCode, first.throttleTimeMs]).toEqual([0, 1000])
    const other = await open('c')
    const second = await createTopic(other, 'more')
    expect([second.topics[0]!.errorCode, second.throttleTimeMs]).toEqual([89, 1000])
  })
})
