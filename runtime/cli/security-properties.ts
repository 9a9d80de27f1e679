/**
 * The properties of `-X` that say how to talk to brokers that ask for it, by the names of librdkafka and of Kafka's clients.
 *
 *     security.protocol    PLAINTEXT (default), SSL, SASL_PLAINTEXT, SASL_SSL
 *     sasl.mechanism(s)    PLAIN, SCRAM-SHA-256, SCRAM-SHA-512; sasl.username and sasl.password, or sasl.jaas.config
 *     ssl.ca.location      a PEM file of whom to trust (ssl.truststore.location); default: whom the system trusts
 *     ssl.certificate.location, ssl.key.location, ssl.key.password (ssl.keystore.location: both in one PEM file)
 */
import { readFileSync } from 'node:fs'
import type { KafkaSecurity } from '../brokers.ts'
import type { SaslLogin } from '../client/sasl-login.ts'
import type { TlsTrust } from '../client/tls-trust.ts'
import { invalid } from './invalid.ts'

/** What is understood here. */
export const securityNames = [
  'security.protocol',
  'sasl.mechanism',
  'sasl.mechanisms',
  'sasl.username',
  'sasl.password',
  'sasl.jaas.config',
  'ssl.ca.location',
  'ssl.truststore.location',
  'ssl.certificate.location',
  'ssl.key.location',
  'ssl.keystore.location',
  'ssl.key.password',
  'enable.ssl.certificate.verification',
] as const

export type SecurityName = (typeof securityNames)[number]
export type SecurityProperties = Partial<Record<SecurityName, string>>

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

/** Reads them, and the files that they name. MR-6201 for what cannot be. */
export function clientSecurity(properties: SecurityProperties): KafkaSecurity {
  const protocol = (properties['security.protocol'] ?? 'PLAINTEXT').toUpperCase()
  if (!protocols.includes(protocol))
    throw invalid(`-X security.protocol must be one of ${protocols.join(', ')}`)
  for (const kind of ['sasl', 'ssl'] as const) {
    const given = securityNames.find(name => name.startsWith(kind) && properties[name] !== undefined)
    if (given === undefined || protocol.includes(kind.toUpperCase())) continue
    throw invalid(
      `-X ${given} has no meaning with security.protocol ${protocol}`,
      `Give -X security.protocol=${kind === 'ssl' ? 'SSL or SASL_SSL' : 'SASL_SSL or SASL_PLAINTEXT'}.`,
    )
  }
  return {
    ...(protocol.endsWith('SSL') && { ssl: trustOf(properties) }),
    ...(protocol.startsWith('SASL') && { sasl: loginOf(properties) }),
  }
}

function trustOf(properties: SecurityProperties): TlsTrust {
  const both = properties['ssl.keystore.location']
  const verification = properties['enable.ssl.certificate.verification'] ?? 'true'
  if (verification !== 'true' && verification !== 'false') {
    throw invalid('-X enable.ssl.certificate.verification must be true or false')
  }
  return {
    ca: pem(properties['ssl.ca.location'] ?? properties['ssl.truststore.location']),
    cert: pem(properties['ssl.certificate.location'] ?? both),
    key: pem(properties['ssl.key.location'] ?? both),
    passphrase: properties['ssl.key.password'],
    rejectUnauthorized: verification === 'true',
  }
}

function loginOf(properties: SecurityProperties): SaslLogin {
  const named = properties['sasl.mechanism'] ?? properties['sasl.mechanisms']
  const mechanism = mechanisms.find(each => each === named?.toUpperCase())
  if (mechanism === undefined) throw invalid(`-X sasl.mechanism must be one of ${mechanisms.join(', ')}`)
  const jaas = properties['sasl.jaas.config'] ?? ''
  const option = (name: string) => new RegExp(`\\s${name}\\s*=\\s*"((?:[^"\\\\]|\\\\.)*)"`).exec(jaas)?.[1]
  const username = properties['sasl.username'] ?? option('username')?.replaceAll(/\\(.)/g, '$1')
  const password = properties['sasl.password'] ?? option('password')?.replaceAll(/\\(.)/g, '$1')
  if (username === undefined || password === undefined) {
    throw invalid('a login needs -X sasl.username and -X sasl.password, or -X sasl.jaas.config')
  }
  return { mechanism, username, password }
}

function pem(location: string | undefined): string | undefined {
  if (location === undefined) return undefined
  let text: string
  try {
    text = readFileSync(location, 'utf8')
  } catch (cause) {
    throw invalid(`${location} cannot be read: ${(cause as Error).message}`)
  }
  if (text.includes('-----BEGIN ')) return text
  throw invalid(`${location} is not PEM`, 'Convert it: openssl pkcs12 -nodes -in STORE -out FILE.pem')
}
