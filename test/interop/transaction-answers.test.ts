/** Transactional producers in disorder, and such that share an id, are answered by this broker what Apache Kafka answers, request by request. */
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startBroker } from '../../broker/broker.ts'
import { TcpNetwork } from '../../runtime/client/tcp-network.ts'
import { useApacheKafka } from './apache-kafka.ts'
import { findJava } from './java-members.ts'
import { rivalTranscript } from './rival-answers.ts'
import { makeAnew, prepareTransactions, transactionTranscript } from './transaction-answers.ts'

const java = findJava()
if ('missing' in java) console.info(`interop: answers of Apache Kafka are skipped: ${java.missing}`)
const network = new TcpNetwork({ software: { name: 'millrace-test', version: '1' } })
const seeds = (process.env.SEEDS ?? '1,2').split(',').map(Number)
const steps = 100

describe.skipIf('missing' in java)('transactional producers in disorder', () => {
  const kafka = useApacheKafka()

  it(`are answered as by Apache Kafka (seeds ${seeds.join()})`, { timeout: 180_000 }, async () => {
    // As many as there.
    const config = { 'offsets.topic.num.partitions': 8 }
    const broker = await startBroker({ directory: join(kafka.directory, 'ours'), config })
    onTestFinished(() => broker.close())
    const own = await broker.listen({ port: 0 })
    const ports = [kafka.port, own.port]
    const connections = await Promise.all(ports.map(port => network.connect('127.0.0.1', port, 'client')))
    await Promise.all(connections.map(prepareTransactions))
    await Promise.all(connections.map(connection => makeAnew(connection, 'passing')))
    for (const seed of seeds) {
      for (const transcript of [transactionTranscript, rivalTranscript]) {
        const [theirs, ours] = await Promise.all(
          connections.map(connection => transcript(connection, { seed, steps })),
        )
        expect(ours, `${transcript.name}, seed ${seed}`).toEqual(theirs)
      }
    }
    await Promise.all(connections.map(connection => connection.close()))
  })
})
