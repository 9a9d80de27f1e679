/**
 * What a record costs as the same records are spread over 1 to 1,000 partitions.
 *
 * Each partition has got records before: what its files cost is another figure, and one of the disk's.
 */
import { join } from 'node:path'
import { createTopics, kafkaBrokers } from '../../runtime/index.ts'
import { openCluster } from '../../runtime/brokers.ts'
import { Fetcher } from '../../runtime/client/fetcher.ts'
import { Producer } from '../../runtime/client/producer.ts'
import { json, string, topic } from '../../src/index.ts'
import { ChildBroker } from './child-broker.ts'
import { median } from './median.ts'

const counts = [1, 10, 100, 1000]
const records = 2_000_000
/** Written before, and not timed: two hundred for each of 1,000 partitions. */
const recordsBefore = 200_000
const value = new Uint8Array(100).fill(120)

export async function measurePartitions(directory: string, rounds: number): Promise<void> {
  console.log(
    `${records.toLocaleString('en')} records of 100 B over a number of partitions, by our own client`,
  )
  console.log(`medians of ${rounds} rounds; cost per record, where 1 partition costs 1`)
  console.log('partitions     produce records/s     consume records/s    cost   costs of rounds')
  const measured: Round[] = []
  for (let round = 0; round < rounds; round++) measured.push(await measureRound(directory))
  for (const partitions of counts) {
    const found = measured.map(round => round.get(partitions)!)
    const costs = measured.map(round => totalOf(round.get(partitions)!) / totalOf(round.get(1)!))
    const rate = (elapsedMs: readonly number[]) =>
      Math.round((records / median(elapsedMs)) * 1000)
        .toLocaleString('en')
        .padStart(21)
    const [produced, consumed] = [
      found.map(({ producedMs }) => producedMs),
      found.map(({ consumedMs }) => consumedMs),
    ]
    const each = costs.map(cost => cost.toFixed(2)).join(' ')
    console.log(
      `${String(partitions).padStart(10)} ${rate(produced)} ${rate(consumed)} ${median(costs).toFixed(2).padStart(7)}   ${each}`,
    )
  }
}

interface Elapsed {
  readonly producedMs: number
  readonly consumedMs: number
}

/** By number of partitions. */
type Round = ReadonlyMap<number, Elapsed>

function totalOf({ producedMs, consumedMs }: Elapsed): number {
  return producedMs + consumedMs
}

async function measureRound(directory: string): Promise<Round> {
  const found = new Map<number, Elapsed>()
  for (const partitions of counts) {
    const broker = await ChildBroker.start(join(directory, 'partitions'))
    const brokers = kafkaBrokers(broker.bootstrap)
    await createTopics(brokers, [topic('spread', { key: string(), value: json(), partitions })])
    const producedMs = await produce(brokers, partitions)
    const consumedMs = await consume(brokers, partitions)
    await broker.stop()
    found.set(partitions, { producedMs, consumedMs })
  }
  return found
}

type Brokers = ReturnType<typeof kafkaBrokers>

async function produce(brokers: Brokers, partitions: number): Promise<number> {
  const cluster = openCluster(brokers, 'bench')
  const producer = new Producer({ cluster })
  await cluster.metadata(['spread'])
  const write = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const full = producer.whenWritable()
      if (full !== undefined) await full
      // Runs of records for one partition, as a partitioner without keys makes them.
      producer.append('spread', Math.floor(index / 100) % partitions, null, value, index, [])
    }
    await producer.flush()
  }
  await write(recordsBefore)
  const started = performance.now()
  await write(records)
  const elapsed = performance.now() - started
  await producer.close()
  await cluster.close()
  return elapsed
}

async function consume(brokers: Brokers, partitions: number): Promise<number> {
  const cluster = openCluster(brokers, 'bench')
  const fetcher = new Fetcher({ cluster, isolation: 'read_committed' })
  fetcher.assign(
    Array.from({ length: partitions }, (_, partition) => ({ topic: 'spread', partition, offset: 0 })),
  )
  const started = performance.now()
  let count = 0
  while (count < recordsBefore + records) {
    for (const fetched of await fetcher.poll(1000)) while (fetched.records.next()) count++
  }
  const elapsed = ((performance.now() - started) * records) / count
  await fetcher.close()
  await cluster.close()
  return elapsed
}
