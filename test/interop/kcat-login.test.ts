/** kcat logs in over TLS, by each mechanism: librdkafka before 2.6.1 answers a SCRAM challenge in a way of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defineBroker, loadTls, startBroker, type Broker } from '../../broker/index.ts'
import { MemoryFiles } from '../../broker/log/memory-files.ts'
import { Certificates, noCertificates } from '../broker/security/certificates.ts'
import { findKcat } from './kcat-client.ts'

const found = findKcat()
const whyNot = 'missing' in found ? found.missing : noCertificates
if (whyNot !== undefined) console.log(`kcat over TLS: skipped, ${whyNot}`)

describe.skipIf(whyNot !== undefined)('kcat', { timeout: 30_000 }, () => {
  let certificates: Certificates
  let broker: Broker
  let address: string

  beforeAll(async () => {
    certificates = new Certificates()
    const { cert, key } = certificates.issue('broker', '/CN=localhost')
    const definition = defineBroker(
      new Map([
        ['listeners', 'SASL_SSL://127.0.0.1:9550'],
        ['ssl.keystore.location', certificates.file('keys.pem', key + cert)],
        ['sasl.enabled.mechanisms', 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512'],
        [
          'listener.name.sasl_ssl.plain.sasl.jaas.config',
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="secret";',
        ],
      ]),
    )
    broker = await startBroker({ directory: '/data', files: new MemoryFiles(), config: definition.config })
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
      await broker.setPassword({ mechanism, user: 'alice', password: 'secret', iterations: undefined })
    }
    const [{ tls, sasl }] = definition.listeners as [(typeof definition.listeners)[0]]
    const { port } = await broker.listen({ port: 0, tls: await loadTls(tls!), sasl })
    address = `localhost:${port}`
  })
  afterAll(async () => {
    await broker.close()
    certificates.close()
  })

  async function login(mechanism: string, password: string): Promise<{ code: number; stderr: string }> {
    if ('missing' in found) throw new Error(found.missing)
    const kcat = await found.client(address)
    return kcat.list([
      'security.protocol=SASL_SSL',
      `ssl.ca.location=${certificates.directory}/ca.pem`,
      `sasl.mechanism=${mechanism}`,
      'sasl.username=alice',
      `sasl.password=${password}`,
    ])
  }

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('logs in by %s', async mechanism => {
    expect(await login(mechanism, 'secret')).toEqual({ code: 0, stderr: '' })
  })

  it('is told of a wrong password', async () => {
    const { code, stderr } = await login('SCRAM-SHA-512', 'guess')
    expect(code).toBe(1)
    expect(stderr).toContain('invalid credentials')
  })
})
