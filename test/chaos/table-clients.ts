/** Writers and readers of compacted tables: every record says in a header where it is from, also where it is a tombstone. */
import { StreamsError } from '../../src/base/errors.ts'
import { randomIndex, type Random } from '../../src/base/random.ts'
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import { utf8Bytes, utf8Slice } from '../../src/base/text.ts'
import { Admin } from '../../runtime/client/admin.ts'
import type { Cluster } from '../../runtime/client/cluster.ts'
import { Fetcher } from '../../runtime/client/fetcher.ts'
import { Producer } from '../../runtime/client/producer.ts'
import { clusterAt, initialised, sleep } from './clients.ts'
import {
  ledger,
  tablePartitions,
  type Attempt,
  type Origin,
  type Reading,
  type Write,
} from './table-history.ts'

const keysOfWriter = 40

export interface Writer {
  readonly name: string
  /** After how long it gives a call up, and goes on with a successor. */
  readonly patienceMs: number
}

/** Writes one transaction after the other until told to stop, and aborts some. */
export async function writeTables(
  port: number,
  { name, patienceMs }: Writer,
  given: { readonly attempts: Attempt[]; readonly stopped: AbortSignal; readonly random: Random },
): Promise<void> {
  const { attempts, stopped, random } = given
  const cluster = clusterAt(port, name, patienceMs)
  let producer: Producer | undefined
  try {
    for (let number = 1; !stopped.aborted; number++) {
      producer ??= await startedProducer(cluster, name)
      const attempt = attemptOf(name, number, random)
      attempts.push(attempt)
      attempt.outcome = await run(producer, attempt, random)
      if (attempt.outcome === 'unknown') {
        await producer.close({ timeoutMs: 0 })
        producer = undefined
      }
      await sleep(randomIndex(random, 10))
    }
    await producer?.close({ timeoutMs: 0 })
    // Settles what the last one left.
    await (await startedProducer(cluster, name)).close()
  } finally {
    await cluster.close()
  }
}

function attemptOf(writer: string, number: number, random: Random): Attempt {
  const writes = Array.from({ length: 1 + randomIndex(random, 8) }, (_, index): Write => {
    const { topic, partition } = tablePartitions[randomIndex(random, tablePartitions.length)]!
    const place = `${topic} ${partition} ${writer}-${randomIndex(random, keysOfWriter)}`
    return { place, origin: [writer, number, index], isTombstone: random.next() < 0.15 }
  })
  return { writer, number, writes, outcome: 'unknown', beganMs: Date.now() }
}

async function startedProducer(cluster: Cluster, transactionalId: string): Promise<Producer> {
  const producer = new Producer({ cluster, transactionalId, transactionTimeoutMs: 5000, lingerMs: 1 })
  await initialised(producer)
  return producer
}

async function run(producer: Producer, attempt: Attempt, random: Random): Promise<Attempt['outcome']> {
  const { writer, number, writes } = attempt
  const commit = random.next() < 0.75
  try {
    producer.beginTransaction()
    for (const { place, origin, isTombstone } of writes) {
      const value = isTombstone ? null : utf8Bytes('x'.repeat(randomIndex(random, 3000)))
      appendTo(producer, place, { origin, value })
      // So that some have several batches in a partition.
      if (random.next() < 0.1) await producer.flush()
    }
    producer.append(ledger, 0, null, utf8Bytes(`${writer} ${number}`), Date.now(), [])
    if (commit) {
      await producer.commitTransaction()
      return 'committed'
    }
    await producer.flush()
    await producer.abortTransaction()
    return 'aborted'
  } catch (error) {
    if (!(error instanceof StreamsError)) throw error
    return 'unknown'
  }
}

export function appendTo(
  producer: Producer,
  place: string,
  { origin, value }: { readonly origin: Origin; readonly value: Uint8Array | null },
): void {
  const [topic, partition, key] = place.split(' ') as [string, string, string]
  const headers = [{ key: 'origin', value: utf8Bytes(origin.join(' ')) }]
  producer.append(topic, Number(partition), utf8Bytes(key), value, Date.now(), headers)
}

/** Reads tables from their start, as readers of committed records do, up to the offsets that `ends` says once it says any. */
export async function readTables(
  port: number,
  into: Reading,
  ends: () => readonly number[] | undefined,
): Promise<void> {
  await readFrom(port, tablePartitions, ends, (place, { cursor }) => {
    const [writer, number, index] = utf8Slice(cursor.headers()[0]!.value!).split(' ') as [
      string,
      string,
      string,
    ]
    const [key, value] = [utf8Slice(cursor.key()!), cursor.value()]
    const found = into.get(`${place} ${key}`) ?? []
    const origin = [writer, Number(number), Number(index)] as const
    found.push({ offset: cursor.offset, origin, isTombstone: value === null })
    into.set(`${place} ${key}`, found)
  })
}

/** The committed transactions in the ledger. */
export async function readLedger(port: number): Promise<readonly string[]> {
  const partitions = [{ topic: ledger, partition: 0 }]
  const ends = await endsOf(port, partitions)
  const ids: string[] = []
  await readFrom(
    port,
    partitions,
    () => ends,
    (_place, { cursor }) => ids.push(utf8Slice(cursor.value()!)),
  )
  return ids
}

/** Where partitions end; readers of committed records come there once what is open now is over. */
export async function endsOf(
  port: number,
  partitions: readonly TopicPartition[] = tablePartitions,
): Promise<readonly number[]> {
  const cluster = clusterAt(port, 'admin')
  try {
    const isolation = 'read_uncommitted'
    const listed = await new Admin(cluster).listOffsets(partitions, 'latest', { isolation })
    return listed.map(({ offset }) => offset)
  } finally {
    await cluster.close()
  }
}

type VisibleRecords = Awaited<ReturnType<Fetcher['poll']>>[number]['records']

async function readFrom(
  port: number,
  partitions: readonly TopicPartition[],
  ends: () => readonly number[] | undefined,
  take: (place: string, records: VisibleRecords) => void,
): Promise<void> {
  const cluster = clusterAt(port, 'reader')
  const fetcher = new Fetcher({ cluster, fetchWaitMs: 50, partitionBytesMax: 50_000 })
  fetcher.assign(partitions.map(each => ({ ...each, offset: 0 })))
  const positionOf = ({ topic, partition }: TopicPartition) => fetcher.position(topic, partition) ?? 0
  try {
    while (ends()?.every((end, index) => positionOf(partitions[index]!) >= end) !== true) {
      for (const { topic, partition, records } of await fetcher.poll(50)) {
        while (records.next()) take(`${topic} ${partition}`, records)
      }
    }
  } finally {
    await fetcher.close()
    await cluster.close()
  }
}
