/** A group that changes its protocol is answered by this broker what Apache Kafka answers, request by request (KIP-848). */
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startBroker } from '../../broker/broker.ts'
import { TcpNetwork } from '../../runtime/client/tcp-network.ts'
import { useApacheKafka } from './apache-kafka.ts'
import { findJava } from './java-members.ts'
import { migrationTranscript } from './migration-answers.ts'

const java = findJava()
if ('missing' in java) console.info(`interop: answers of Apache Kafka are skipped: ${java.missing}`)
const network = new TcpNetwork({ software: { name: 'millrace-test', version: '1' } })

describe.skipIf('missing' in java)('a group that changes its protocol', () => {
  const kafka = useApacheKafka()

  it('is answered as by Apache Kafka', { timeout: 180_000 }, async () => {
    const broker = await startBroker({ directory: join(kafka.directory, 'ours') })
    onTestFinished(() => broker.close())
    const own = await broker.listen({ port: 0 })
    const [theirs, ours] = await Promise.all(
      [kafka.port, own.port].map(each =>
        migrationTranscript(() => network.connect('127.0.0.1', each, 'client')),
      ),
    )
    expect(ours).toEqual(theirs)
    expect(ours!.length).toBe(58)
  })
})
