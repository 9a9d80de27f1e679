/** The clients of the chaos run: a writer of plain records, writers of transactions, and readers of all there is. */
import { utf8Bytes, utf8Slice } from '../../src/base/text.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { randomIndex, type Random } from '../../src/base/random.ts'
import type { Headers } from '../../src/record/record.ts'
import { registerAllCodecs } from '../../src/codecs/index.ts'
import { systemClock } from '../../system/clock.ts'
import { systemRandom } from '../../system/random.ts'
import { kafkaBrokers } from '../../runtime/brokers.ts'
import { Cluster } from '../../runtime/client/cluster.ts'
import { Fetcher } from '../../runtime/client/fetcher.ts'
import { GroupOffsets } from '../../runtime/client/offsets.ts'
import { Producer } from '../../runtime/client/producer.ts'
import {
  ledgerPartitions,
  ledgerTopic,
  plainPartitions,
  plainTopic,
  type History,
  type Outcome,
  type Seen,
} from './history.ts'

/** `callTimeoutMs`: how long a call outlives its broker; by default longer than any outage of a run. */
export function clusterAt(port: number, clientId: string, callTimeoutMs = 60_000): Cluster {
  registerAllCodecs()
  const { network, bootstrap } = kafkaBrokers(`127.0.0.1:${port}`)
  return new Cluster({
    network,
    bootstrap,
    clock: systemClock,
    random: systemRandom,
    clientId,
    callTimeoutMs,
  })
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, milliseconds)
  })
}

const noHeaders: Headers = []
/** Makes records long enough that segments are rolled within a run. */
const padding = utf8Bytes(' '.repeat(400))

function record(text: string): Uint8Array {
  const value = utf8Bytes(text)
  const padded = new Uint8Array(value.length + padding.length)
  padded.set(value)
  padded.set(padding, value.length)
  return padded
}

/** Writes numbered records to every partition of `plain` until told to stop, then sees all of them acknowledged. */
export async function writePlain(
  port: number,
  { history, random, stopped }: { history: History; random: Random; stopped: AbortSignal },
): Promise<void> {
  const cluster = clusterAt(port, 'plain')
  const acknowledged = history.sent.map(() => 0)
  const producer = new Producer({
    cluster,
    lingerMs: 2,
    batchBytesMax: 4_000,
    // A starved machine takes minutes over what piled up: that is not what is tested here either.
    deliveryTimeoutMs: 3_600_000,
    onBatchAcked: (_topic, partition, baseOffset, count) => {
      history.acknowledged.push({ partition, firstNumber: acknowledged[partition]!, baseOffset, count })
      acknowledged[partition]! += count
    },
  })
  try {
    while (!stopped.aborted) {
      await producer.whenWritable()
      // No more than what one outage piles up: memory is not what is tested here.
      if (producer.bufferedBytes < 200_000) {
        for (let burst = randomIndex(random, 20); burst > 0; burst--) {
          const partition = randomIndex(random, plainPartitions)
          producer.append(
            plainTopic,
            partition,
            null,
            record(String(history.sent[partition]!++)),
            Date.now(),
            noHeaders,
          )
        }
      }
      await sleep(5)
    }
    await producer.flush()
  } finally {
    await producer.close()
    await cluster.close()
  }
}

/**
 * Writes one transaction after the other to both partitions of `ledger`, with an offset for its own group in each, and
 * aborts some. It gives a call up after `patienceMs`. Where the outcome is not known, a successor takes over: `initTransactions` settles what was left.
 */
export async function writeTransactions(
  port: number,
  { writer, patienceMs }: { readonly writer: string; readonly patienceMs: number },
  { history, random, stopped }: { history: History; random: Random; stopped: AbortSignal },
): Promise<void> {
  const cluster = clusterAt(port, writer, patienceMs)
  let producer: Producer | undefined
  try {
    for (let number = 1; !stopped.aborted; number++) {
      if (producer === undefined) {
        producer = new Producer({
          cluster,
          transactionalId: writer,
          transactionTimeoutMs: 10_000,
          lingerMs: 1,
        })
        await initialised(producer)
      }
      const counts = Array.from({ length: ledgerPartitions }, () => 1 + randomIndex(random, 5))
      const transaction = { writer, number, counts, outcome: 'unknown' as Outcome }
      history.transactions.push(transaction)
      transaction.outcome = await runTransaction(producer, transaction, random.next() < 0.8)
      if (transaction.outcome === 'unknown') {
        await producer.close({ timeoutMs: 0 })
        producer = undefined
      }
      await sleep(randomIndex(random, 10))
    }
    // Whatever the last one left is settled by a successor, and then its group's offset stands still.
    await producer?.close({ timeoutMs: 0 })
    const successor = new Producer({ cluster, transactionalId: writer })
    await initialised(successor)
    await successor.close()
  } finally {
    await cluster.close()
  }
  const offset = await committedOffset(port, writer)
  if (offset !== undefined) history.committedOffsets.set(writer, offset)
}

async function committedOffset(port: number, writer: string): Promise<number | undefined> {
  const cluster = clusterAt(port, writer)
  try {
    const partition = { topic: plainTopic, partition: 0 }
    const [committed] = await new GroupOffsets(cluster, groupOf(writer)).fetch([partition])
    return committed?.offset
  } finally {
    await cluster.close()
  }
}

async function runTransaction(
  producer: Producer,
  { writer, number, counts }: { writer: string; number: number; counts: readonly number[] },
  commit: boolean,
): Promise<Outcome> {
  const group = { groupId: groupOf(writer), generationId: -1, memberId: '', instanceId: undefined }
  try {
    producer.beginTransaction()
    for (const [partition, count] of counts.entries()) {
      for (let index = 0; index < count; index++) {
        const value = record(`${writer} ${number} ${index}`)
        producer.append(ledgerTopic, partition, null, value, Date.now(), noHeaders)
      }
    }
    await producer.sendOffsets([{ topic: plainTopic, partition: 0, offset: number }], group)
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

/** `initTransactions`, however long the broker is away. */
export async function initialised(producer: Producer): Promise<void> {
  for (;;) {
    try {
      await producer.initTransactions()
      return
    } catch (error) {
      if (!(error instanceof StreamsError) || error.code === 'MR-5040') throw error
    }
  }
}

const groupOf = (writer: string) => `group-${writer}`

/**
 * Reads both topics from their start, as readers of committed records do, until `done` says that each partition has been
 * read to where it wants it. Checksums are verified on the way.
 */
export async function readAll(
  port: number,
  seen: Seen,
  done: (position: (topic: string, partition: number) => number) => boolean,
): Promise<void> {
  const cluster = clusterAt(port, 'reader')
  const fetcher = new Fetcher({ cluster, fetchWaitMs: 100 })
  const assigned = allPartitions()
  fetcher.assign(assigned.map(each => ({ ...each, offset: 0 })))
  for (const { topic, partition } of assigned) seen.set(`${topic}-${partition}`, [])
  try {
    while (!done((topic, partition) => fetcher.position(topic, partition) ?? 0)) {
      for (const { topic, partition, records } of await fetcher.poll(100)) {
        const list = seen.get(`${topic}-${partition}`)!
        while (records.next()) {
          const value = records.cursor.value()!
          list.push({ offset: records.cursor.offset, value: utf8Slice(value, 0, value.length).trimEnd() })
        }
      }
    }
  } finally {
    await fetcher.close()
    await cluster.close()
  }
}

export function allPartitions(): { topic: string; partition: number }[] {
  const of = (topic: string, count: number) =>
    Array.from({ length: count }, (_, partition) => ({ topic, partition }))
  return [...of(plainTopic, plainPartitions), ...of(ledgerTopic, ledgerPartitions)]
}
