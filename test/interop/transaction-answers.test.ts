/** Transactional producers in disorder are answered by this broker what Apache Kafka answers, request by request. */
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startBroker } from '../../broker/broker.ts'
import { TcpNetwork } from '../../runtime/client/tcp-network.ts'
import { useApacheKafka } from './apache-kafka.ts'
import { findJava } from './java-members.ts'
import { prepareTransactions, transactionTranscript } from './transaction-answers.ts'

const java = findJava()
if ('missing' in java) console.info(`interop: answers of Apache Kafka are skipped: ${java.missing}`)
const network = new TcpNetwork({ software: { name: 'millrace-test', version: '1' } })
const seeds = (process.env.SEEDS ?? '1,2').split(',').map(Number)
const steps = 100

describe.skipIf('missing' in java)('transactional producers in disorder', () => {
  const kafka = useApacheKafka()

  it(`are answered as by Apache Kafka (seeds ${seeds.join()})`, { timeout: 180_000 }, async () => {
    const broker = await startBroker({ directory: join(kafka.directory, 'ours') })
    onTestFinished(() => broker.close())
    const own = await broker.listen({ port: 0 })
    const ports = [kafka.port, own.port]
    const connections = await Promise.all(ports.map(port => network.connect('127.0.0.1', port, 'client')))
    await Promise.all(connections.map(prepareTransactions))
    for (const seed of seeds) {
      const [theirs, ours] = await Promise.all(
        connections.map(connection => transactionTranscript(connection, { seed, steps })),
      )
      expect(ours, `seed ${seed}`).toEqual(theirs)
    }
    await Promise.all(connections.map(connection => connection.close()))
  })
})
