/** Connections within one process: order, bounds, versions, failures. */
import { describe, expect, it } from 'vitest'
import { BrokerError } from '../../../broker/broker-error.ts'
import {
  apiHandler,
  type AnyApiHandler,
  type BrokerContext,
  type Handler,
} from '../../../broker/handlers/handler.ts'
import { Dispatch } from '../../../broker/net/dispatch.ts'
import { ownProcess } from '../../../broker/security/principal.ts'
import { openSession } from '../../../broker/security/session.ts'
import { InProcessConnection } from '../../../broker/net/in-process.ts'
import { deferred } from '../../../src/base/deferred.ts'
import type { StreamsError } from '../../../src/base/errors.ts'
import { ApiVersions } from '../../../src/protocol/messages/18-api-versions.ts'
import {
  Heartbeat,
  type HeartbeatRequest,
  type HeartbeatResponse,
} from '../../../src/protocol/messages/12-heartbeat.ts'
import { errorByCode } from '../../../src/protocol/errors.ts'
import { createTopic, fetchFrom, produce, batch, startFixture } from '../broker-fixture.ts'
import { settle } from '../virtual-clock.ts'

const request: HeartbeatRequest = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null }

/** A connection to a broker whose one API is handled by `handle`. */
function arrange(handle: Handler<HeartbeatRequest, HeartbeatResponse>, { queuedMax = 10 } = {}) {
  const handler = apiHandler(Heartbeat, {
    versions: [0, 3],
    handle,
    refuse: (_request, errorCode) => ({ throttleTimeMs: 0, errorCode }),
  })
  const faults: StreamsError[] = []
  const closed: InProcessConnection[] = []
  const apis = new Map<number, AnyApiHandler>([[Heartbeat.key, handler]])
  const authorizer = { isOn: false }
  const parts = { apis, authorizer } as unknown as BrokerContext
  const dispatch = new Dispatch(parts, fault => faults.push(fault))
  const connection = new InProcessConnection({
    dispatch,
    peer: {
      connectionId: 1,
      clientId: null,
      clientHost: 'in-process',
      advertised: { host: 'h', port: 1 },
      session: openSession(ownProcess),
      answerMemory: undefined,
    },
    queuedMax,
    onClosed: each => closed.push(each),
  })
  return { connection, faults, closed }
}

const answered = (errorCode: number): HeartbeatResponse => ({ throttleTimeMs: 0, errorCode })

describe('an in-process connection', () => {
  it('answers in the order of the requests, one at a time (semantics G3)', async () => {
    const gates = [deferred(), deferred()]
    const log: string[] = []
    let next = 0
    const { connection } = arrange(async () => {
      const own = next++
      log.push(`begin ${own}`)
      await gates[own]!.promise
      return answered(0)
    })
    const first = connection.send(Heartbeat, 3, request).then(() => log.push('answer 0'))
    const second = connection.send(Heartbeat, 3, request).then(() => log.push('answer 1'))
    gates[1]!.resolve()
    await settle()
    expect(log).toEqual(['begin 0'])
    gates[0]!.resolve()
    await Promise.all([first, second])
    expect(log.filter(line => line.startsWith('begin'))).toEqual(['begin 0', 'begin 1'])
    expect(log.filter(line => line.startsWith('answer'))).toEqual(['answer 0', 'answer 1'])
  })

  it('refuses more requests than it may queue, and goes on (MR-5021)', async () => {
    const gate = deferred()
    const { connection } = arrange(() => gate.promise.then(() => answered(0)), { queuedMax: 1 })
    const taken = [connection.send(Heartbeat, 3, request), connection.send(Heartbeat, 3, request)]
    await expect(connection.send(Heartbeat, 3, request)).rejects.toMatchObject({ code: 'MR-5021' })
    gate.resolve()
    expect(await Promise.all(taken)).toEqual([answered(0), answered(0)])
  })

  it('knows the versions that are handled, and closes on one that is not (MR-5020)', async () => {
    const { connection } = arrange(() => answered(0))
    expect(connection.versions(Heartbeat)).toEqual({ min: 0, max: 3 })
    expect(connection.versions(ApiVersions)).toBeUndefined()
    await expect(connection.send(Heartbeat, 4, request)).rejects.toMatchObject({ code: 'MR-5020' })
    await connection.closed
    await expect(connection.send(Heartbeat, 3, request)).rejects.toMatchObject({ code: 'MR-5001' })
  })

  it('carries a refusal in the response', async () => {
    const { connection, faults } = arrange(() => {
      throw new BrokerError(27, 'rebalance')
    })
    expect(await connection.send(Heartbeat, 3, request)).toEqual(answered(27))
    expect(faults).toEqual([])
  })

  it.each<[string, Handler<HeartbeatRequest, HeartbeatResponse>]>([
    [
      'thrown',
      () => {
        throw new RangeError('oops')
      },
    ],
    ['rejected', () => Promise.reject(new RangeError('oops'))],
  ])('is closed by a fault that was %s, which is reported', async (_how, handle) => {
    const { connection, faults, closed } = arrange(handle)
    const failing = connection.send(Heartbeat, 3, request)
    const behind = expect(connection.send(Heartbeat, 3, request)).rejects.toMatchObject({ code: 'MR-5001' })
    await expect(failing).rejects.toMatchObject({ code: 'MR-5001', cause: { code: 'MR-5023' } })
    await behind
    await connection.closed
    expect(faults.map(fault => fault.code)).toEqual(['MR-5023'])
    expect(closed).toEqual([connection])
  })

  it('rejects what is under way when it is closed', async () => {
    const { connection } = arrange(() => deferred<HeartbeatResponse>().promise)
    const pending = [connection.send(Heartbeat, 3, request), connection.send(Heartbeat, 3, request)]
    const settled = Promise.allSettled(pending)
    await connection.close()
    await connection.close()
    expect((await settled).map(each => each.status)).toEqual(['rejected', 'rejected'])
  })

  it('holds requests behind a parked fetch, and other connections not', async () => {
    const { broker, connection, clock } = await startFixture()
    await createTopic(connection, 't')
    const log: string[] = []
    const fetching = fetchFrom(connection, 't', 0, { maxWaitMs: 100, minBytes: 10_000 }).then(() =>
      log.push('fetch'),
    )
    const behind = produce(connection, 't', batch([['a', '1']])).then(() => log.push('behind'))
    await produce(broker.connect(), 't', batch([['b', '2']])).then(() => log.push('other'))
    await clock.advance(100)
    await Promise.all([fetching, behind])
    expect(log).toEqual(['other', 'fetch', 'behind'])
  })
})

describe('ApiVersions', () => {
  const asked = { clientSoftwareName: 'test', clientSoftwareVersion: '1', clusterId: null, nodeId: -1 }

  it('lists what is answered, Produce from version 0 (KAFKA-18659)', async () => {
    const { connection } = await startFixture()
    const answer = await connection.send(ApiVersions, 4, asked)
    expect(answer.errorCode).toBe(0)
    expect(answer.apiKeys.find(({ apiKey }) => apiKey === 0)).toEqual({
      apiKey: 0,
      minVersion: 0,
      maxVersion: 13,
    })
    expect(answer.apiKeys.map(({ apiKey }) => apiKey)).toEqual(
      answer.apiKeys.map(({ apiKey }) => apiKey).sort((one, other) => one - other),
    )
    expect(answer.finalizedFeatures).toEqual([
      { name: 'group.version', maxVersionLevel: 1, minVersionLevel: 1 },
      { name: 'transaction.version', maxVersionLevel: 2, minVersionLevel: 2 },
    ])
  })

  it('answers a version that it does not know instead of closing', async () => {
    const { connection } = await startFixture()
    const answer = await connection.send(ApiVersions, 9, asked)
    expect(errorByCode(answer.errorCode).name).toBe('UNSUPPORTED_VERSION')
    expect(answer.apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 5 }])
  })

  it('refuses a client without a proper name, and one that looks for another broker', async () => {
    const { broker, connection } = await startFixture()
    const nameless = await connection.send(ApiVersions, 3, { ...asked, clientSoftwareName: '!' })
    expect(errorByCode(nameless.errorCode).name).toBe('INVALID_REQUEST')
    const lost = await connection.send(ApiVersions, 5, { ...asked, nodeId: 9 })
    expect(errorByCode(lost.errorCode).name).toBe('REBOOTSTRAP_REQUIRED')
    const found = await connection.send(ApiVersions, 5, { ...asked, nodeId: 1, clusterId: broker.clusterId })
    expect(found.errorCode).toBe(0)
  })
})
