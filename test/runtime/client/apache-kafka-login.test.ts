/**
 * Our client's logins and TLS against Apache Kafka: PLAIN and SCRAM, with and without TLS, certificates on both sides, what is
 * refused, and logins that are renewed. Skipped where there is no Java, no OpenSSL, or no ../shared.
 */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Admin } from '../../../runtime/client/admin.ts'
import type { Cluster } from '../../../runtime/client/cluster.ts'
import { Producer } from '../../../runtime/client/producer.ts'
import { kafkaBrokers, openCluster, type KafkaSecurity } from '../../../runtime/brokers.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { noHeaders } from '../../../src/record/record.ts'
import { Certificates, noCertificates } from '../../broker/security/certificates.ts'
import { findJava } from '../../interop/java-members.ts'
import { kafkaUsers, SecuredKafka, type KafkaListener } from './secured-kafka.ts'

const java = findJava()
const missing = noCertificates ?? ('missing' in java ? java.missing : undefined)
if (missing !== undefined) console.info(`logins on Apache Kafka are skipped: ${missing}`)

describe.skipIf(missing !== undefined)('our client on Apache Kafka', { timeout: 60_000 }, () => {
  let certificates: Certificates
  let kafka: SecuredKafka
  let ca: string
  let topics = 0

  beforeAll(async () => {
    certificates = new Certificates()
    ca = certificates.authority.cert
    kafka = await SecuredKafka.start((java as { classpath: string }).classpath, certificates)
  }, 120_000)
  afterAll(async () => {
    await kafka?.stop()
    certificates?.close()
  }, 30_000)

  function open(listener: KafkaListener, options: KafkaSecurity): Cluster {
    const cluster = openCluster(kafkaBrokers(kafka.address(listener), options), 'test')
    onTestFinished(() => cluster.close())
    return cluster
  }

  async function write(cluster: Cluster, topic: string): Promise<void> {
    const producer = new Producer({ cluster })
    producer.append(topic, 0, null, utf8Bytes('value'), Date.now(), noHeaders)
    await producer.flush()
    await producer.close()
  }

  /** Makes a topic, writes to it and looks how long it is. */
  async function work(cluster: Cluster): Promise<number> {
    const topic = `topic-${topics++}`
    const admin = new Admin(cluster)
    await admin.createTopics([{ name: topic, partitions: 1 }])
    await write(cluster, topic)
    const [end] = await admin.listOffsets([{ topic, partition: 0 }], 'latest')
    return end!.offset
  }

  describe.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('%s', mechanism => {
    const sasl = { mechanism, ...kafkaUsers[mechanism] }
    it('logs in', async () => expect(await work(open('SASL_PLAINTEXT', { sasl }))).toBe(1))
    it('logs in over TLS', async () => expect(await work(open('SASL_SSL', { sasl, ssl: { ca } }))).toBe(1))
    it.each([
      ['password', { ...sasl, password: 'wrong' }],
      ['name', { ...sasl, username: 'nobody' }],
    ])('is refused with another %s (MR-5031)', async (_what, other) => {
      await expect(work(open('SASL_PLAINTEXT', { sasl: other }))).rejects.toMatchObject({ code: 'MR-5031' })
    })
  })

  it('does what its user may, and no more', async () => {
    const sasl = { mechanism: 'PLAIN', username: 'mallory', password: 'm' } as const
    await expect(work(open('SASL_PLAINTEXT', { sasl }))).rejects.toMatchObject({
      code: 'MR-5041',
      message: expect.stringContaining('AUTHORIZATION_FAILED') as string,
    })
  })

  it('is known by its certificate', async () => {
    const own = certificates.issue('carol', '/CN=carol')
    expect(await work(open('SSL', { ssl: { ca, ...own } }))).toBe(1)
  })

  it.each([
    ['no certificate where one is asked for', 'SSL', () => ({ ssl: { ca } })],
    [
      'a certificate that nobody vouches for',
      'SSL',
      () => ({ ssl: { ca, ...certificates.selfSigned('self', '/CN=carol') } }),
    ],
    ['an authority that it does not trust', 'SASL_SSL', () => ({ ssl: {} })],
    ['another name than it is looked for by', 'SASL_SSL', () => ({ ssl: { ca, servername: 'example.org' } })],
  ] as const)('is not connected with %s (MR-5032)', async (_what, listener, options) => {
    const sasl = { mechanism: 'PLAIN', ...kafkaUsers.PLAIN } as const
    const cluster = open(listener, { ...options(), ...(listener === 'SASL_SSL' && { sasl }) })
    await expect(work(cluster)).rejects.toMatchObject({ code: 'MR-5032' })
  })

  it('renews its login before it ends, and goes on on the same connection', async () => {
    const cluster = open('SASL_PLAINTEXT', {
      sasl: { mechanism: 'SCRAM-SHA-256', ...kafkaUsers['SCRAM-SHA-256'] },
    })
    const topic = `topic-${topics++}`
    await new Admin(cluster).createTopics([{ name: topic, partitions: 1 }])
    const producer = new Producer({ cluster })
    const end = Date.now() + 8_000
    let written = 0
    for (; Date.now() < end; written++) {
      producer.append(topic, 0, null, utf8Bytes(String(written)), Date.now(), noHeaders)
      await producer.flush()
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    await producer.close()
    const [found] = await new Admin(cluster).listOffsets([{ topic, partition: 0 }], 'latest')
    expect(found!.offset).toBe(written)
  })
})
