/** Memory of a broker that has nothing to do, and of one over a large log, before and after it is read. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createTopics, kafkaBrokers } from '../../runtime/index.ts'
import { openCluster } from '../../runtime/brokers.ts'
import { Fetcher } from '../../runtime/client/fetcher.ts'
import { Producer } from '../../runtime/client/producer.ts'
import { json, string, topic } from '../../src/index.ts'
import { ChildBroker } from './child-broker.ts'

const value = new Uint8Array(10_000).fill(120)

export async function measureMemory(directory: string, gigabytes: number): Promise<void> {
  const data = join(directory, 'memory')
  let broker = await ChildBroker.start(data)
  const megabytes = () => `${Math.round(broker.residentMegabytes)} MiB`
  console.log(`resident memory of the broker: idle ${megabytes()}`)
  const brokers = kafkaBrokers(broker.bootstrap)
  await createTopics(brokers, [topic('large', { key: string(), value: json(), partitions: 4 })])
  const cluster = openCluster(brokers, 'bench')
  const producer = new Producer({ cluster })
  await cluster.metadata(['large'])
  for (let index = 0; index < gigabytes * 100_000; index++) {
    const full = producer.whenWritable()
    if (full !== undefined) await full
    producer.append('large', index % 4, null, value, index, [])
  }
  await producer.flush()
  await producer.close()
  await cluster.close()
  console.log(`after ${gigabytes} GB were written ${megabytes()}`)
  await broker.stop()
  const started = performance.now()
  broker = await ChildBroker.start(data, [], { keep: true })
  const seconds = (performance.now() - started) / 1000
  console.log(`started anew over them in ${seconds.toFixed(2)} s, ${megabytes()}`)
  const reader = openCluster(kafkaBrokers(broker.bootstrap), 'bench')
  const fetcher = new Fetcher({ cluster: reader, isolation: 'read_committed' })
  fetcher.assign([0, 1, 2, 3].map(partition => ({ topic: 'large', partition, offset: 0 })))
  let left = gigabytes * 100_000
  while (left > 0) for (const fetched of await fetcher.poll(1000)) while (fetched.records.next()) left--
  console.log(`after all of it was read ${megabytes()}`)
  await fetcher.close()
  await reader.close()
  await broker.stop()
  rmSync(data, { recursive: true, force: true })
}
