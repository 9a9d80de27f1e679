/**
 * Every API in every version that ApiVersions tells: a request goes over a socket, is answered, and the answer is read; so is a
 * refusal. No version is told that cannot be spoken.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Broker } from '../../../broker/broker.ts'
import type { AnyApiHandler } from '../../../broker/handlers/handler.ts'
import { apiHandlers } from '../../../broker/handlers/table.ts'
import { readResponse, responseFrame } from '../../../src/protocol/envelope.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { readCorrelationId } from '../../../src/protocol/header.ts'
import { DescribeTopicPartitions } from '../../../src/protocol/messages/75-describe-topic-partitions.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import { systemClock } from '../../../system/clock.ts'
import { batch, createTopic, startFixture } from '../broker-fixture.ts'
import { fitted, samplesOf, type SampleWorld } from './request-samples.ts'

let broker: Broker
let port = 0
let world: Omit<SampleWorld, 'group'>
let requests = 0
const samples = () => samplesOf({ ...world, group: `joined-${requests++}` })
const faults: unknown[] = []

beforeAll(async () => {
  const fixture = await startFixture({ clock: systemClock, onFault: fault => faults.push(fault) })
  broker = fixture.broker
  const { connection } = fixture
  await createTopic(connection, 'topic')
  const asked = { topics: [{ name: 'topic' }], responsePartitionLimit: 1, cursor: null }
  const { topics } = await connection.send(DescribeTopicPartitions, 0, asked)
  const records = batch([['k', 'v']], { timestamp: Date.now() })
  world = { topic: 'topic', topicId: topics[0]!.topicId, records, directory: '/data' }
  ;({ port } = await broker.listen({ port: 0 }))
})

afterAll(() => broker.close())

const network = new TcpNetwork({ software: { name: 'millrace', version: '1' } })
const rows = [...apiHandlers.values()].map(handler => [handler.api.name, handler] as const)

describe('every version', () => {
  it.each(rows)('of %s is answered', async (_name, handler) => {
    const { api } = handler
    for (const version of versionsOf(handler)) {
      for (const sample of [{}, samples()[api.key] ?? {}]) {
        const connection = await network.connect('127.0.0.1', port)
        const request = fitted(api, version, sample)
        try {
          expect(await connection.send(api, version, request), `version ${version}`).toBeTypeOf('object')
        } finally {
          await connection.close()
        }
      }
    }
    expect(faults).toEqual([])
  })

  it.each(rows)('of %s is refused', (_name, handler) => {
    const { api, refuse } = handler as unknown as LooseHandler
    const { code } = kafkaErrors.COORDINATOR_NOT_AVAILABLE
    for (const version of versionsOf(handler)) {
      const request = fitted(api, version, samples()[api.key] ?? {})
      const chunks = responseFrame(api, version, refuse(request, code, 'refused', version), 7)
      const reader = new Reader(Buffer.concat(chunks).subarray(4))
      expect(readCorrelationId(reader)).toBe(7)
      expect(readResponse(reader, api, version), `version ${version}`).toBeTypeOf('object')
    }
  })
})

interface LooseHandler {
  readonly api: AnyApiHandler['api']
  readonly refuse: (request: unknown, code: number, message: string, version: number) => unknown
}

function versionsOf({ versions: [min, max] }: AnyApiHandler): number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index)
}
