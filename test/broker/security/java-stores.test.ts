/** TLS with the key stores and trust stores that brokers in Java have. Skipped where keytool or OpenSSL are not there. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { defineBroker, loadTls } from '../../../broker/index.ts'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import { Certificates, noCertificates, type KeyPair } from './certificates.ts'
import { securedBroker } from './secured-broker.ts'

const hasKeytool = spawnSync('keytool', ['-help']).error === undefined
const missing = noCertificates ?? (hasKeytool ? undefined : 'keytool is not there')
if (missing !== undefined) console.log(`skipped: ${missing}`)

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A JKS store that trusts one certificate; without the digest of a password at its end, which then is not looked at. */
function trusting(certificate: Uint8Array): Uint8Array {
  const store = Buffer.alloc(12 + 4 + 2 + 8 + 4)
  store.writeUInt32BE(0xfeedfeed, 0)
  store.writeUInt32BE(1, 4)
  store.writeUInt32BE(1, 8)
  store.writeUInt32BE(2, 12)
  store.writeUInt32BE(certificate.length, store.length - 4)
  return Buffer.concat([store, certificate, Buffer.alloc(20)])
}

it('of certificates of any length becomes text without empty lines, at which OpenSSL would end', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-stores-'))
  closers.push(() => rmSync(directory, { recursive: true }))
  const location = join(directory, 'trust.jks')
  const properties = {
    listeners: 'SSL://localhost:9093',
    'ssl.keystore.certificate.chain': 'any',
    'ssl.keystore.key': 'any',
    'ssl.truststore.location': location,
  }
  const [listener] = defineBroker(new Map(Object.entries(properties))).listeners
  for (let length = 1; length <= 100; length++) {
    const certificate = new Uint8Array(length).fill(length)
    writeFileSync(location, trusting(certificate))
    const { trusted } = await loadTls(listener!.tls!)
    const lines = trusted!.trimEnd().split('\n')
    expect(lines.slice(1, -1).every(line => line.length > 0 && line.length <= 64)).toBe(true)
    expect(Buffer.from(lines.slice(1, -1).join(''), 'base64')).toEqual(Buffer.from(certificate))
  }
})

describe.skipIf(missing !== undefined)('a store of Java', () => {
  let certificates: Certificates
  let alice: KeyPair
  beforeAll(() => {
    certificates = new Certificates()
    certificates.issue('broker', '/CN=localhost')
    certificates.pkcs12('broker', 'first1')
    alice = certificates.issue('alice', '/O=Users/CN=alice')
  }, 60_000)
  afterAll(() => certificates.close())

  const path = (file: string) => join(certificates.directory, file)
  const run = (...args: readonly string[]) =>
    execFileSync('keytool', args, { cwd: certificates.directory, stdio: 'pipe' })

  /** The broker's keys in a store of this type. */
  function keystore(file: string, type: string, keyPassword = 'secret1'): string {
    const from = ['-srckeystore', 'broker.p12', '-srcstoretype', 'PKCS12', '-srcstorepass', 'first1']
    const to = ['-destkeystore', file, '-deststoretype', type, '-deststorepass', 'secret1']
    const alias = ['-srcalias', '1', '-srckeypass', 'first1', '-destkeypass', keyPassword]
    run('-importkeystore', '-noprompt', ...from, ...to, ...alias)
    return path(file)
  }

  /** The authority in a store of this type. */
  function truststore(file: string, type: string, ...more: readonly string[]): string {
    const store = ['-keystore', file, '-storetype', type, '-storepass', 'secret2']
    run(...more, '-importcert', '-noprompt', '-alias', 'authority', '-file', 'ca.pem', ...store)
    return path(file)
  }

  /** Who a client with alice's certificate is to a broker with these stores. */
  async function connected(properties: Readonly<Record<string, string>>): Promise<number> {
    const all = {
      listeners: 'SSL://localhost:9093',
      'ssl.client.auth': 'required',
      'ssl.keystore.password': 'secret1',
      'ssl.truststore.password': 'secret2',
      ...properties,
    }
    const [listener] = defineBroker(new Map(Object.entries(all))).listeners
    const { broker, port } = await securedBroker({ tls: await loadTls(listener!.tls!), sasl: undefined }, {})
    closers.push(() => broker.close())
    const trust = { ca: certificates.authority.cert, cert: alice.cert, key: alice.key }
    const network = new TcpNetwork({ software: { name: 'millrace', version: '1' }, tls: trust })
    await (await network.connect('localhost', port)).close()
    return port
  }

  it.each(['JKS', 'PKCS12'])(
    'of type %s is read, for keys and for trust, whatever it is called',
    async type => {
      const stores = {
        'ssl.keystore.location': keystore(`${type}.keys.jks`, type),
        'ssl.truststore.location': truststore(`${type}.trust.jks`, type),
      }
      expect(await connected(stores)).toBeGreaterThan(0)
      expect(await connected({ ...stores, 'ssl.keystore.type': 'PKCS12' })).toBeGreaterThan(0)
    },
    60_000,
  )

  it('is read where its key has another password, and in the older encryption of PKCS#12', async () => {
    const old = '-J-Dkeystore.pkcs12.certProtectionAlgorithm=PBEWithSHA1AndDESede'
    const stores = {
      'ssl.keystore.location': keystore('other.jks', 'JKS', 'third33'),
      'ssl.key.password': 'third33',
      'ssl.truststore.location': truststore('old.p12', 'PKCS12', old),
    }
    expect(await connected(stores)).toBeGreaterThan(0)
  }, 60_000)

  it('is refused with a wrong password, when it is damaged, and when it is cut short', async () => {
    const keys = keystore('refused.jks', 'JKS')
    const trust = truststore('refused.p12', 'PKCS12')
    const good = { 'ssl.keystore.location': keys, 'ssl.truststore.location': trust }
    const wrong = /MR-5022.*password of the store is another/s
    await expect(connected({ ...good, 'ssl.keystore.password': 'secret9' })).rejects.toThrow(wrong)
    await expect(connected({ ...good, 'ssl.truststore.password': 'secret9' })).rejects.toThrow(wrong)
    await expect(connected({ ...good, 'ssl.key.password': 'secret9' })).rejects.toThrow(/password of the key/)
    for (const [name, file] of Object.entries(good)) {
      const bytes = readFileSync(file)
      for (const length of [5, 30, bytes.length >> 1, bytes.length - 1]) {
        writeFileSync(path('cut'), bytes.subarray(0, length))
        await expect(connected({ ...good, [name]: path('cut') })).rejects.toThrow(/MR-5022/)
      }
    }
  }, 60_000)
})
