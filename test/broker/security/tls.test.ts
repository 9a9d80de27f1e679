/** TLS listeners by properties: who gets in, and as whom. Skipped where OpenSSL is not there to make certificates. */
import { Kafka, logLevel } from 'kafkajs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { defineBroker, loadTls } from '../../../broker/index.ts'
import { TcpNetwork, type TcpNetworkOptions } from '../../../runtime/client/tcp-network.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { Certificates, noCertificates } from './certificates.ts'
import { createTopic } from '../broker-fixture.ts'
import { securedBroker } from './secured-broker.ts'

if (noCertificates !== undefined) console.log(`skipped: ${noCertificates}`)
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A broker with the one listener that the properties describe. */
async function listening(protocol: string, properties: Readonly<Record<string, string>>) {
  const all = { listeners: `${protocol}://localhost:9093`, ...properties }
  const { listeners, config } = defineBroker(new Map(Object.entries(all)))
  const [{ tls, sasl }] = listeners as [(typeof listeners)[0]]
  const secured = await securedBroker({ tls: tls && (await loadTls(tls)), sasl }, config)
  closers.push(() => secured.broker.close())
  return secured
}

/** Asks something, over the connection that these options make. */
async function ask(port: number, options: Omit<TcpNetworkOptions, 'software'>): Promise<number> {
  const network = new TcpNetwork({ software: { name: 'millrace', version: '1' }, ...options })
  const connection = await network.connect('localhost', port)
  closers.push(() => connection.close())
  const { brokers, topics } = await connection.send(Metadata, 12, Metadata.request.create({ topics: null }))
  return brokers.length + topics.length
}

describe.skipIf(noCertificates !== undefined)('a TLS listener', () => {
  let certificates: Certificates
  let pem: Record<string, string>
  let ca: string
  beforeAll(() => {
    certificates = new Certificates()
    ca = certificates.authority.cert
    const { cert, key } = certificates.issue('broker', '/O=Millrace/CN=localhost')
    pem = { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': certificates.file('keys.pem', key + cert) }
  })
  afterAll(() => certificates.close())

  it('serves our client, which trusts its authority', async () => {
    const { port } = await listening('SSL', pem)
    expect(await ask(port, { tls: { ca } })).toBe(1)
  })
  it('serves kafkajs', async () => {
    const { address } = await listening('SSL', pem)
    const admin = new Kafka({ brokers: [address], ssl: { ca }, logLevel: logLevel.NOTHING }).admin()
    closers.push(() => admin.disconnect())
    await admin.connect()
    expect((await admin.describeCluster()).brokers).toHaveLength(1)
  })
  it('reads keys that stand in the properties, and from a PKCS#12 store', async () => {
    const { cert, key } = certificates.issue('inline', '/CN=localhost')
    const inline = { 'ssl.keystore.certificate.chain': cert, 'ssl.keystore.key': key }
    expect(await ask((await listening('SSL', inline)).port, { tls: { ca } })).toBe(1)
    const store = {
      'ssl.keystore.location': certificates.pkcs12('inline', 'pw'),
      'ssl.keystore.password': 'pw',
    }
    expect(await ask((await listening('SSL', store)).port, { tls: { ca } })).toBe(1)
  })
  it('is refused with the name of the file whose keys cannot be used, as there may be several listeners', async () => {
    const location = certificates.pkcs12('broker', 'secret1')
    const wrong = { 'ssl.keystore.location': location, 'ssl.keystore.password': 'secret9' }
    await expect(listening('SSL', wrong)).rejects.toThrow(`at ${location}`)
  })

  it('is refused by a client that does not trust its authority (MR-5032)', async () => {
    const { port } = await listening('SSL', pem)
    await expect(ask(port, { tls: {} })).rejects.toMatchObject({ code: 'MR-5032' })
  })
  it('outlives a client that does not speak TLS', async () => {
    const { port, refusals, reasons } = await listening('SSL', pem)
    const socket = connect(port, 'localhost')
    const closed = new Promise(resolve => socket.on('close', resolve))
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\n\r\n')
    await closed
    expect(refusals).toEqual(['MR-5032'])
    expect(reasons).toEqual([
      expect.stringMatching(/^MR-5032 .*TLS was not agreed with 127\.0\.0\.1: [a-z ]+$/),
    ])
    expect(await ask(port, { tls: { ca } })).toBe(1)
  })
  it.each([
    [{ 'ssl.protocol': 'TLSv1.2' }, 'TLSv1.2', /^ECDHE-/],
    [{ 'ssl.cipher.suites': 'TLS_AES_128_GCM_SHA256' }, 'TLSv1.3', /^TLS_AES_128_GCM_SHA256$/],
    [
      {
        'ssl.cipher.suites':
          'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
      },
      'TLSv1.2',
      /^ECDHE-ECDSA-AES128-GCM-SHA256$/,
    ],
    [{ 'ssl.cipher.suites': 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA' }, 'TLSv1.2', /^ECDHE-ECDSA-AES128-SHA$/],
  ])('speaks the versions and suites of %j, the first first', async (properties, version, suite) => {
    const { port } = await listening('SSL', { ...pem, ...properties })
    const socket = connectTls({ port, host: 'localhost', ca, ciphers: 'ALL' })
    closers.push(() => socket.destroy())
    await once(socket, 'secureConnect')
    expect(socket.getProtocol()).toBe(version)
    expect(socket.getCipher().name).toMatch(suite)
    expect(await ask(port, { tls: { ca } })).toBe(1)
  })
  it('has a login over it (SASL_SSL)', async () => {
    const users = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="secret";'
    const { port, address } = await listening('SASL_SSL', {
      ...pem,
      'listener.name.sasl_ssl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512',
      'listener.name.sasl_ssl.plain.sasl.jaas.config': users,
    })
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-512'] as const) {
      expect(
        await ask(port, { tls: { ca }, sasl: { mechanism, username: 'alice', password: 'secret' } }),
      ).toBe(1)
    }
    const sasl = { mechanism: 'scram-sha-512', username: 'alice', password: 'secret' } as const
    const admin = new Kafka({ brokers: [address], ssl: { ca }, sasl, logLevel: logLevel.NOTHING }).admin()
    closers.push(() => admin.disconnect())
    await admin.connect()
    await expect(ask(port, { tls: { ca } })).rejects.toMatchObject({ code: 'MR-5001' })
  })

  describe('that asks for certificates', () => {
    const mutual = (clientAuth: string) => ({
      ...pem,
      'ssl.client.auth': clientAuth,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.certificates': ca,
      'ssl.principal.mapping.rules': 'RULE:^CN=(.*?),OU=Users.*$/$1/L,DEFAULT',
    })
    it('knows a client by its certificate', async () => {
      const { port } = await listening('SSL', mutual('required'))
      const own = certificates.issue('alice', '/O=Millrace/OU=Users/CN=Alice')
      expect(await ask(port, { tls: { ca, ...own } })).toBe(1)
    })
    it('gives a client the rights of the user that its certificate stands for', async () => {
      const { port, connection } = await listening('SSL', {
        ...mutual('requested'),
        'authorizer.class.name': 'StandardAuthorizer',
        'super.users': 'User:alice',
      })
      await createTopic(connection, 'orders')
      const alice = certificates.issue('alice', '/O=Millrace/OU=Users/CN=Alice')
      const bob = certificates.issue('bob', '/O=Millrace/OU=Users/CN=Bob')
      const seen = [{ ca, ...alice }, { ca, ...bob }, { ca }].map(tls => ask(port, { tls }))
      expect(await Promise.all(seen)).toEqual([2, 1, 1])
    })
    it.each(['required', 'requested'])(
      'refuses one that nobody vouches for, if they are %s',
      async clientAuth => {
        const { port, refusals } = await listening('SSL', mutual(clientAuth))
        const own = certificates.selfSigned('mallory', '/O=Millrace/OU=Users/CN=Alice')
        await expect(ask(port, { tls: { ca, ...own } })).rejects.toThrow()
        expect(refusals).toEqual(['MR-5032'])
      },
    )
    it('takes a client without one if they are requested, and refuses it if they are required', async () => {
      expect(await ask((await listening('SSL', mutual('requested'))).port, { tls: { ca } })).toBe(1)
      await expect(ask((await listening('SSL', mutual('required'))).port, { tls: { ca } })).rejects.toThrow()
    })
  })
})
