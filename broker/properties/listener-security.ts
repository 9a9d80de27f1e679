/**
 * The properties that say how a listener is secured: `ssl.*` for SSL and SASL_SSL, `sasl.*` for SASL_PLAINTEXT and SASL_SSL.
 *
 * A property may be for all listeners, for one, or for one mechanism of one; the most special one counts, as in Kafka:
 *
 *     sasl.enabled.mechanisms
 *     listener.name.external.sasl.enabled.mechanisms
 *     listener.name.external.plain.sasl.jaas.config
 *
 * What cannot be offered is refused, and never left out: a listener is as safe as its properties say, or is not there.
 */
import { saslMechanisms, type SaslMechanism, type SaslOptions } from '../security/login.ts'
import { readJaas, usersOf } from '../security/jaas.ts'
import { opensslCiphers, type TlsVersion } from '../security/cipher-suites.ts'
import { readPrincipalRules } from '../security/principal-rules.ts'
import type { ClientAuth } from '../security/tls.ts'
import type { StoreDefinition, TlsDefinition } from '../security/tls-files.ts'
import type { SecurityProtocol } from './listeners.ts'

const tlsNames = [
  'ssl.keystore.type',
  'ssl.keystore.location',
  'ssl.keystore.password',
  'ssl.keystore.certificate.chain',
  'ssl.keystore.key',
  'ssl.key.password',
  'ssl.truststore.type',
  'ssl.truststore.location',
  'ssl.truststore.certificates',
  'ssl.truststore.password',
  'ssl.client.auth',
  'ssl.principal.mapping.rules',
  'ssl.enabled.protocols',
  'ssl.protocol',
  'ssl.cipher.suites',
]
const saslNames = ['sasl.enabled.mechanisms', 'sasl.jaas.config', 'connections.max.reauth.ms']

/** The names that are understood here, without a prefix. */
export const securityNames: readonly string[] = [...tlsNames, ...saslNames]

const prefix = 'listener.name.'
const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule'

/** How one listener is secured. */
export interface ListenerSecurity {
  readonly tls: TlsDefinition | undefined
  readonly sasl: SaslOptions | undefined
}

export interface SecuredListener {
  readonly name: string
  readonly protocol: SecurityProtocol
}

interface Refusal {
  readonly refusal: string
}

/** Whether a property is one of a listener, by its prefix. */
export function isListenerProperty(name: string): boolean {
  return name.startsWith(prefix)
}

/** Whether it is one of the listener of this name. */
export function isPropertyOf(name: string, listener: string): boolean {
  return name.startsWith(`${prefix}${listener.toLowerCase()}.`)
}

/** What is wrong with the name of a listener's property; `undefined` if nothing is. */
export function listenerPropertyFault(
  name: string,
  listeners: readonly SecuredListener[],
): string | undefined {
  const listener = listeners.find(each => isPropertyOf(name, each.name))
  if (listener === undefined) return `${name} is of a listener that listeners does not have`
  const key = name.slice(prefix.length + listener.name.length + 1)
  const mechanism = saslMechanisms.find(each => key.startsWith(`${each.toLowerCase()}.`))
  const plain = mechanism === undefined ? key : key.slice(mechanism.length + 1)
  const isKnown = mechanism === undefined ? securityNames.includes(plain) : saslNames.slice(1).includes(plain)
  return isKnown ? undefined : `${name} is not a property that one listener can have here`
}

/** Reads how a listener is secured, or says what is wrong. */
export function readListenerSecurity(
  properties: ReadonlyMap<string, string>,
  { name, protocol }: SecuredListener,
): ListenerSecurity | Refusal {
  const ofListener = `${prefix}${name.toLowerCase()}.`
  const get: Lookup = (key, mechanism) => {
    const special = mechanism === undefined ? undefined : `${ofListener}${mechanism.toLowerCase()}.${key}`
    const value =
      (special === undefined ? undefined : properties.get(special)) ?? properties.get(ofListener + key)
    return value ?? properties.get(key)
  }
  const tls = protocol.endsWith('SSL') ? readTls(get) : undefined
  if (tls !== undefined && 'refusal' in tls) return { refusal: `listener ${name}: ${tls.refusal}` }
  const sasl = protocol.startsWith('SASL') ? readSasl(get) : undefined
  if (sasl !== undefined && 'refusal' in sasl) return { refusal: `listener ${name}: ${sasl.refusal}` }
  return { tls, sasl }
}

type Lookup = (key: string, mechanism?: SaslMechanism) => string | undefined

function readTls(get: Lookup): TlsDefinition | Refusal {
  const keys = storeOf(get, 'keystore', 'certificate.chain')
  if ('refusal' in keys) return keys
  const trusted = storeOf(get, 'truststore', 'certificates')
  const clientAuth = (['none', 'requested', 'required'] as const).find(
    each => each === (get('ssl.client.auth') ?? 'none').toLowerCase(),
  )
  if (clientAuth === undefined) return { refusal: 'ssl.client.auth must be none, requested or required' }
  if (keys.type === 'none') {
    return {
      refusal: 'TLS needs ssl.keystore.location, or ssl.keystore.certificate.chain and ssl.keystore.key',
    }
  }
  const trustFault = trustedFault(trusted, clientAuth)
  if (trustFault !== undefined) return { refusal: trustFault }
  const principalOf = readPrincipalRules(get('ssl.principal.mapping.rules') ?? 'DEFAULT')
  if ('refusal' in principalOf) return { refusal: `ssl.principal.mapping.rules ${principalOf.refusal}` }
  const allowed = versionsOf(get)
  if ('refusal' in allowed) return allowed
  const suites = opensslCiphers(wordsOf(get('ssl.cipher.suites') ?? ''), allowed)
  if ('refusal' in suites) return { refusal: `ssl.cipher.suites ${suites.refusal}` }
  return {
    keys,
    storePassword: get('ssl.keystore.password'),
    keyPassword: get('ssl.key.password'),
    trustedPassword: get('ssl.truststore.password'),
    trusted: 'refusal' in trusted ? { type: 'none' } : trusted,
    clientAuth,
    principalOf,
    minVersion: suites.versions.includes('TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: suites.versions.includes('TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
    ciphers: suites.ciphers,
  }
}

const tlsVersions: readonly TlsVersion[] = ['TLSv1.2', 'TLSv1.3']

/** The versions that are spoken: those that are enabled, and none later than `ssl.protocol`. */
function versionsOf(get: Lookup): readonly TlsVersion[] | Refusal {
  const enabled = wordsOf(get('ssl.enabled.protocols') ?? tlsVersions.join())
  if (enabled.length === 0 || enabled.some(each => !tlsVersions.some(version => version === each))) {
    return { refusal: 'ssl.enabled.protocols may have TLSv1.2 and TLSv1.3' }
  }
  const latest = get('ssl.protocol') ?? 'TLSv1.3'
  if (latest !== 'TLS' && !tlsVersions.some(version => version === latest)) {
    return { refusal: `ssl.protocol must be TLSv1.3, TLSv1.2 or TLS, not ${latest}` }
  }
  const spoken = tlsVersions.filter(
    version => enabled.includes(version) && (latest !== 'TLSv1.2' || version === latest),
  )
  if (spoken.length > 0) return spoken
  return { refusal: `ssl.protocol ${latest} leaves none of ssl.enabled.protocols ${enabled.join()}` }
}

function trustedFault(trusted: StoreDefinition | Refusal, clientAuth: ClientAuth): string | undefined {
  if ('refusal' in trusted) return trusted.refusal
  if (trusted.type === 'none' && clientAuth !== 'none') {
    return 'ssl.client.auth needs ssl.truststore.location or ssl.truststore.certificates'
  }
  return undefined
}

/** A store of keys or certificates: inline, a PEM file or a PKCS#12 file. */
function storeOf(
  get: Lookup,
  kind: 'keystore' | 'truststore',
  inlineName: string,
): StoreDefinition | Refusal {
  const inline = get(`ssl.${kind}.${inlineName}`)
  const location = get(`ssl.${kind}.location`)
  if (inline !== undefined) {
    const key = get('ssl.keystore.key')
    if (kind === 'keystore' && key === undefined) return { refusal: 'ssl.keystore.key is missing' }
    return { type: 'inline', certificates: inline, key }
  }
  if (location === undefined || location === '') return { type: 'none' }
  const type = (get(`ssl.${kind}.type`) ?? typeByEnding(location)).toUpperCase()
  if (type === 'PEM' || type === 'PKCS12' || type === 'JKS') return { type, location }
  return {
    refusal: `ssl.${kind}.type ${type} is not read here; convert the store (keytool -importkeystore -srckeystore STORE -destkeystore STORE.p12 -deststoretype PKCS12) or use PEM`,
  }
}

function typeByEnding(location: string): string {
  if (/\.(?:p12|pfx|pkcs12)$/i.test(location)) return 'PKCS12'
  return /\.(?:pem|crt|cer|key)$/i.test(location) ? 'PEM' : 'JKS'
}

function readSasl(get: Lookup): SaslOptions | Refusal {
  const names = wordsOf(get('sasl.enabled.mechanisms') ?? 'GSSAPI')
  const mechanisms = saslMechanisms.filter(each => names.includes(each))
  const missing = names.filter(each => !mechanisms.some(mechanism => mechanism === each))
  if (missing.length > 0 || mechanisms.length === 0) {
    const offered = saslMechanisms.join(', ')
    const what = missing.length > 0 ? missing.join(', ') : 'nothing'
    return { refusal: `sasl.enabled.mechanisms has ${what}, and ${offered} are offered` }
  }
  const lengths = mechanisms.map(each => get('connections.max.reauth.ms', each)?.trim() ?? '0')
  if (!lengths.every(each => /^\d{1,15}$/.test(each)))
    return { refusal: 'connections.max.reauth.ms must be an integer of at least 0' }
  // Where mechanisms differ, the shortest is for all: no session is longer than its mechanism allows.
  const ends = lengths.map(Number).filter(each => each > 0)
  const sessionMs = ends.length === 0 ? 0 : Math.min(...ends)
  if (!mechanisms.includes('PLAIN')) return { mechanisms, passwords: new Map(), sessionMs }
  const jaas = readJaas(get('sasl.jaas.config', 'PLAIN') ?? '', plainModule)
  if ('refusal' in jaas) return { refusal: `sasl.jaas.config of PLAIN ${jaas.refusal}` }
  const passwords = usersOf(jaas)
  if (passwords.size === 0) return { refusal: 'sasl.jaas.config of PLAIN has no option user_NAME="PASSWORD"' }
  return { mechanisms, passwords, sessionMs }
}

/** Words separated by commas. */
export function wordsOf(text: string): string[] {
  return text
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '')
}
