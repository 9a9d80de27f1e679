/** The properties of `-X` that say how to talk to secured brokers. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clientProperties } from '../../../runtime/cli/client-properties.ts'
import { clientSecurity } from '../../../runtime/cli/security-properties.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const security = (...pairs: readonly string[]) => clientSecurity(clientProperties(pairs).security)
const sasl = ['security.protocol=SASL_PLAINTEXT', 'sasl.mechanism=scram-sha-512']

describe('-X', () => {
  it('asks for nothing by default', () => expect(security()).toEqual({}))
  it('takes a login by user and password, or as Java has it', () => {
    const login = { mechanism: 'SCRAM-SHA-512', username: 'a', password: 'b"c' }
    expect(security(...sasl, 'sasl.username=a', 'sasl.password=b"c')).toEqual({ sasl: login })
    const jaas = String.raw`sasl.jaas.config=x.ScramLoginModule required username="a" password="b\"c";`
    expect(security(...sasl, jaas)).toEqual({ sasl: login })
  })
  it('reads certificates from PEM files', async () => {
    const file = join(await temporaryDirectory(), 'ca.pem')
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\n')
    const { ssl } = security('security.protocol=ssl', `ssl.ca.location=${file}`)
    expect(ssl).toMatchObject({ ca: '-----BEGIN CERTIFICATE-----\n', rejectUnauthorized: true })
  })
  it.each([
    ['security.protocol=TLS', /must be one of PLAINTEXT, SSL/],
    ['sasl.username=a', /no meaning with security\.protocol PLAINTEXT/],
    ['ssl.ca.location=/none', /no meaning with security\.protocol PLAINTEXT/],
    ['security.protocol=SASL_SSL', /sasl\.mechanism must be one of PLAIN/],
    ['security.protocol=SSL\nssl.ca.location=/none.pem', /cannot be read/],
    ['security.protocol=SSL\nssl.ca.location=package.json', /is not PEM/],
    ['security.protocol=SSL\nenable.ssl.certificate.verification=no', /must be true or false/],
    [`${sasl.join('\n')}\nsasl.username=a`, /needs -X sasl\.username and -X sasl\.password/],
    ['sasl.user.name=a', /Did you mean sasl\.username/],
  ])('refuses %j', (pairs, message) => expect(() => security(...pairs.split('\n'))).toThrow(message))
})
