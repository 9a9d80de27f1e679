/** How listeners are secured by their properties, and what is refused instead of left out. */
import { describe, expect, it } from 'vitest'
import { defineBroker } from '../../../broker/properties/kafka-properties.ts'

const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule'
const jaas = `${plain} required user_alice="a\\"b" user_bob=c;`
const sasl = 'listeners=SASL_PLAINTEXT://:9092'
const ssl = 'listeners=SSL://:9093\nssl.keystore.location=/k.pem'

function define(text: string) {
  const entries = text.split('\n').map(line => {
    const at = line.indexOf('=')
    return [line.slice(0, at), line.slice(at + 1)] as const
  })
  return defineBroker(new Map(entries))
}

describe('SASL', () => {
  it('takes users from the options of the login module', () => {
    const [listener] = define(`${sasl}\nsasl.enabled.mechanisms=PLAIN\nsasl.jaas.config=${jaas}`).listeners
    expect(listener!.sasl).toEqual({
      mechanisms: ['PLAIN'],
      passwords: new Map([
        ['alice', 'a"b'],
        ['bob', 'c'],
      ]),
      sessionMs: 0,
    })
  })
  it('ends sessions as soon as the strictest of the mechanisms says', () => {
    const { listeners } = define(
      [
        'listeners=SASL_PLAINTEXT://:9093',
        'sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512',
        'listener.name.sasl_plaintext.scram-sha-512.connections.max.reauth.ms=5000',
      ].join('\n'),
    )
    expect(listeners[0]!.sasl?.sessionMs).toBe(5000)
  })
  it('takes what is said of one listener before what is said of all', () => {
    const { listeners, notices } = define(
      [
        'listeners=PLAINTEXT://localhost:9092,OUT://localhost:9093,IN://localhost:9094',
        'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,OUT:SASL_PLAINTEXT,IN:SASL_PLAINTEXT',
        'sasl.enabled.mechanisms=SCRAM-SHA-512',
        'listener.name.in.sasl.enabled.mechanisms=SCRAM-SHA-256,PLAIN',
        `listener.name.in.plain.sasl.jaas.config=${jaas}`,
        'listener.name.out.connections.max.reauth.ms=60000',
      ].join('\n'),
    )
    const found = listeners.map(each => [each.name, each.sasl?.mechanisms, each.sasl?.sessionMs])
    expect(found).toEqual([
      ['PLAINTEXT', undefined, undefined],
      ['OUT', ['SCRAM-SHA-512'], 60_000],
      ['IN', ['PLAIN', 'SCRAM-SHA-256'], 0],
    ])
    expect(notices).toEqual([])
  })
  it.each([
    ['', /has GSSAPI, and PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 are offered/],
    ['sasl.enabled.mechanisms=PLAIN,OAUTHBEARER', /has OAUTHBEARER/],
    ['sasl.enabled.mechanisms=', /has nothing/],
    ['sasl.enabled.mechanisms=PLAIN', /sasl\.jaas\.config of PLAIN must be/],
    [`sasl.enabled.mechanisms=PLAIN\nsasl.jaas.config=${plain} required;`, /no option user_NAME/],
    [`sasl.enabled.mechanisms=PLAIN\nsasl.jaas.config=${plain} required user_x=;`, /letter 0/],
    ['sasl.enabled.mechanisms=SCRAM-SHA-256\nconnections.max.reauth.ms=-1', /connections\.max\.reauth\.ms/],
    ['listener.name.other.sasl.enabled.mechanisms=PLAIN', /a listener that listeners does not have/],
    ['listener.name.sasl_plaintext.num.partitions=1', /not a property that one listener can have/],
    ['sasl.oauthbearer.jwks.endpoint.url=http://h', /is refused/],
  ])('CVE-2026-110985: fails closed with %j', (text, message) =>
    expect(() => define(text === '' ? sasl : `${sasl}\n${text}`)).toThrow(message),
  )
})

describe('what properties name', () => {
  it.each([
    'com.sun.security.auth.module.JndiLoginModule',
    'com.sun.security.auth.module.LdapLoginModule',
    'x',
  ])('CVE-2023-25194, CVE-2025-27818: is never loaded: %s is refused', module => {
    const text = `${sasl}\nsasl.enabled.mechanisms=PLAIN\nsasl.jaas.config=${module} required user_a="b";`
    expect(() => define(text)).toThrow(/must name org\.apache\.kafka\..*PlainLoginModule, no other class/)
  })
  it('CVE-2024-31141: is not looked up in files or the environment', () => {
    expect(() => define('config.providers=file')).toThrow(/config\.providers is refused/)
    const text = `${sasl}\nsasl.enabled.mechanisms=PLAIN\nsasl.jaas.config=${plain} required user_a="\${file:/etc/passwd:root}";`
    expect(define(text).listeners[0]!.sasl!.passwords.get('a')).toBe('${file:/etc/passwd:root}')
  })
})

describe('TLS', () => {
  it('reads PEM and PKCS#12 by type or ending, and no certificates of clients where nothing is said', () => {
    expect(define(ssl).listeners[0]!.tls).toMatchObject({
      keys: { type: 'PEM', location: '/k.pem' },
      trusted: { type: 'none' },
      clientAuth: 'none',
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
    })
    const store =
      'listeners=SSL://:1\nssl.keystore.type=pkcs12\nssl.keystore.location=/s\nssl.keystore.password=p'
    expect(define(store).listeners[0]!.tls).toMatchObject({
      keys: { type: 'PKCS12' },
      storePassword: 'p',
    })
  })
  it('takes versions and cipher suites by their names in Java', () => {
    const suites = 'ssl.cipher.suites=TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384'
    expect(define(`${ssl}\n${suites}`).listeners[0]!.tls).toMatchObject({
      ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES256-SHA384',
    })
    expect(define(`${ssl}\n${suites}\nssl.protocol=TLSv1.2`).listeners[0]!.tls).toMatchObject({
      ciphers: 'ECDHE-RSA-AES256-SHA384',
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
    })
    expect(define(`${ssl}\nssl.protocol=TLS\nssl.cipher.suites=`).listeners[0]!.tls).toMatchObject({
      ciphers: undefined,
      maxVersion: 'TLSv1.3',
    })
  })
  it('tells of keys that no listener uses', () =>
    expect(define('ssl.keystore.location=/k.pem').notices).toHaveLength(1))
  it.each([
    ['listeners=SSL://:1', /needs ssl\.keystore\.location/],
    ['listeners=SSL://:1\nssl.keystore.type=BCFKS\nssl.keystore.location=/k', /keytool -importkeystore/],
    ['listeners=SSL://:1\nssl.keystore.certificate.chain=x', /ssl\.keystore\.key is missing/],
    [`${ssl}\nssl.client.auth=required`, /needs ssl\.truststore/],
    [`${ssl}\nssl.client.auth=maybe`, /none, requested or required/],
    [`${ssl}\nssl.enabled.protocols=TLSv1.1`, /TLSv1\.2 and TLSv1\.3/],
    [`${ssl}\nssl.protocol=SSLv3`, /ssl\.protocol must be TLSv1\.3, TLSv1\.2 or TLS, not SSLv3/],
    [`${ssl}\nssl.protocol=TLSv1.2\nssl.enabled.protocols=TLSv1.3`, /leaves none of ssl\.enabled\.protocols/],
    [
      `${ssl}\nssl.cipher.suites=TLS_AES_256_GCM_SHA384,TLS_RSA_WITH_RC4_128_MD5`,
      /has TLS_RSA_WITH_RC4_128_MD5; there are TLS_AES_256_GCM_SHA384, .*TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256/,
    ],
    [`${ssl}\nssl.cipher.suites=TLS_AES_256_GCM_SHA384\nssl.protocol=TLSv1.2`, /has no suite of TLSv1\.2/],
    [`${ssl}\nssl.principal.mapping.rules=RULE`, /ssl\.principal\.mapping\.rules has no rule/],
  ])('refuses %j', (text, message) => expect(() => define(text)).toThrow(message))
})
