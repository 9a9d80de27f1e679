/** A broker over memory with a hand-moved clock, and requests in few words. */
import { seededRandom } from '../../src/base/random.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import {
  Fetch,
  type FetchPartition,
  type FetchRequest,
  type FetchResponse,
} from '../../src/protocol/messages/01-fetch.ts'
import { Produce, type ProduceResponse } from '../../src/protocol/messages/00-produce.ts'
import { CreateTopics, type CreateTopicsResponse } from '../../src/protocol/messages/19-create-topics.ts'
import { utf8Bytes, utf8Slice } from '../../src/base/text.ts'
import { batches } from '../../src/record/batch-reader.ts'
import { BatchWriter, type BatchOptions } from '../../src/record/batch-writer.ts'
import { startBroker, type Broker, type BrokerOptions } from '../../broker/broker.ts'
import { MemoryFiles } from '../../broker/log/memory-files.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface Fixture {
  readonly broker: Broker
  readonly connection: Connection
  readonly clock: VirtualClock
  readonly files: MemoryFiles
  readonly faults: unknown[]
}

/** Starts a broker; `config` and `files` as for `startBroker`. */
export async function startFixture(
  options: Partial<BrokerOptions> & { files?: MemoryFiles } = {},
): Promise<Fixture> {
  const clock = new VirtualClock()
  const files = options.files ?? new MemoryFiles()
  const faults: unknown[] = []
  const broker = await startBroker({
    directory: '/data',
    clock,
    random: seededRandom(1),
    onFault: fault => faults.push(fault),
    ...options,
    files,
  })
  return { broker, connection: broker.connect({ clientId: 'test' }), clock, files, faults }
}

/** A batch of records `[key, value]`, all with one timestamp. */
export function batch(
  records: readonly (readonly [key: string | null, value: string | null])[],
  { timestamp = 1_700_000_000_000, ...options }: BatchOptions & { readonly timestamp?: number } = {},
): Uint8Array {
  const writer = new BatchWriter()
  const bytes = (text: string | null) => (text === null ? null : utf8Bytes(text))
  for (const [key, value] of records) writer.append(timestamp, bytes(key), bytes(value))
  return writer.close(options)
}

export function createTopic(
  connection: Connection,
  name: string,
  {
    partitions = 1,
    configs = {},
    replicas = 1,
    validateOnly = false,
  }: {
    readonly partitions?: number
    readonly configs?: Readonly<Record<string, string>>
    readonly replicas?: number
    readonly validateOnly?: boolean
  } = {},
): Promise<CreateTopicsResponse> {
  const topic = {
    name,
    numPartitions: partitions,
    replicationFactor: replicas,
    assignments: [],
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  }
  return connection.send(CreateTopics, 7, { topics: [topic], timeoutMs: 1000, validateOnly })
}

export function produce(
  connection: Connection,
  topic: string,
  records: Uint8Array | null,
  {
    partition = 0,
    acks = -1,
    version = 12,
    transactionalId = null,
    topicId = zeroUuid,
  }: {
    readonly partition?: number
    readonly acks?: number
    readonly version?: number
    readonly transactionalId?: string | null
    readonly topicId?: string
  } = {},
): Promise<ProduceResponse> {
  const partitionData = [{ index: partition, records }]
  return connection.send(Produce, version, {
    transactionalId,
    acks,
    timeoutMs: 1000,
    topicData: [{ name: topic, topicId, partitionData }],
  })
}

/** What one partition answered. */
export function producedTo(response: ProduceResponse) {
  return response.responses[0]!.partitionResponses[0]!
}

export function fetchRequest(
  topic: string,
  partitions: readonly (Partial<FetchPartition> & { readonly partition: number })[],
  rest: Partial<FetchRequest> & { readonly topicId?: string } = {},
): FetchRequest {
  const { topicId = zeroUuid, ...fields } = rest
  return {
    clusterId: null,
    replicaId: -1,
    replicaState: { replicaId: -1, replicaEpoch: -1 },
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 2 ** 31 - 1,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [
      {
        topic,
        topicId,
        partitions: partitions.map(partition => ({
          currentLeaderEpoch: -1,
          fetchOffset: 0,
          lastFetchedEpoch: -1,
          logStartOffset: -1,
          partitionMaxBytes: 1 << 20,
          replicaDirectoryId: zeroUuid,
          highWatermark: 2 ** 63,
          ...partition,
        })),
      },
    ],
    forgottenTopicsData: [],
    rackId: '',
    ...fields,
  }
}

/** Fetches partition 0 from an offset. */
export function fetchFrom(
  connection: Connection,
  topic: string,
  fetchOffset: number,
  rest: Partial<FetchRequest> = {},
): Promise<FetchResponse> {
  return connection.send(Fetch, 12, fetchRequest(topic, [{ partition: 0, fetchOffset }], rest))
}

/** What one partition answered. */
export function fetchedOf(response: FetchResponse, index = 0) {
  return response.responses[0]!.partitions[index]!
}

/** The values of all records in what a partition answered, null as 'null'. */
export function valuesOf(records: Uint8Array | null): string[] {
  const values: string[] = []
  for (const cursor of batches(records ?? new Uint8Array(0))) {
    while (cursor.next()) {
      const value = cursor.value()
      values.push(value === null ? 'null' : utf8Slice(value, 0, value.length))
    }
  }
  return values
}
