/**
 * Cipher suites by the names that Java and so Kafka's properties have for them, as OpenSSL has them.
 *
 * Those of TLS 1.3 are named alike. Of TLS 1.2 these are the ones that JVMs of today offer; suites without encryption,
 * with single DES, RC4 or export keys are in neither list. What is not here is refused, not passed over: a list that was
 * shortened in silence might leave a listener that nobody can talk to, or weaker than it was meant to be.
 */

/** Of TLS 1.3. */
const suites13 = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256']

/** How keys are agreed: Java's word, OpenSSL's. */
const exchanges = [
  ['ECDHE_ECDSA', 'ECDHE-ECDSA-'],
  ['ECDHE_RSA', 'ECDHE-RSA-'],
  ['DHE_RSA', 'DHE-RSA-'],
  ['RSA', ''],
] as const

/** How records are encrypted. Hashes of CBC suites differ by exchange: only some pairs were ever registered. */
const ciphers = [
  ['AES_256_GCM_SHA384', 'AES256-GCM-SHA384'],
  ['AES_128_GCM_SHA256', 'AES128-GCM-SHA256'],
  ['CHACHA20_POLY1305_SHA256', 'CHACHA20-POLY1305'],
  ['AES_256_CBC_SHA384', 'AES256-SHA384'],
  ['AES_256_CBC_SHA256', 'AES256-SHA256'],
  ['AES_128_CBC_SHA256', 'AES128-SHA256'],
  ['AES_256_CBC_SHA', 'AES256-SHA'],
  ['AES_128_CBC_SHA', 'AES128-SHA'],
] as const

/** Java's name → OpenSSL's, of TLS 1.2. */
const suites12: ReadonlyMap<string, string> = new Map(
  exchanges.flatMap(([exchange, prefix]) =>
    ciphers
      .filter(([cipher]) => isRegistered(exchange, cipher))
      .map(([cipher, name]) => [`TLS_${exchange}_WITH_${cipher}`, prefix + name] as const),
  ),
)

function isRegistered(exchange: string, cipher: string): boolean {
  if (cipher.startsWith('CHACHA20')) return exchange !== 'RSA'
  if (cipher === 'AES_256_CBC_SHA384') return exchange.startsWith('ECDHE')
  return cipher !== 'AES_256_CBC_SHA256' || !exchange.startsWith('ECDHE')
}

/** The suites that can be configured, by Java's names. */
export const cipherSuiteNames: readonly string[] = [...suites13, ...suites12.keys()]

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3'

/**
 * OpenSSL's list for suites by Java's names, in their order, of the versions that are enabled, and those versions that it has
 * suites of; or what is wrong with it. `undefined` for no suites: then OpenSSL's own choice holds.
 */
export function opensslCiphers(
  names: readonly string[],
  versions: readonly TlsVersion[],
):
  | { readonly ciphers: string | undefined; readonly versions: readonly TlsVersion[] }
  | { readonly refusal: string } {
  if (names.length === 0) return { ciphers: undefined, versions }
  const unknown = names.filter(name => !cipherSuiteNames.includes(name))
  if (unknown.length > 0) {
    return { refusal: `has ${unknown.join(', ')}; there are ${cipherSuiteNames.join(', ')}` }
  }
  const versionOf = (name: string): TlsVersion => (suites12.has(name) ? 'TLSv1.2' : 'TLSv1.3')
  const usable = names.filter(name => versions.includes(versionOf(name)))
  if (usable.length === 0) return { refusal: `has no suite of ${versions.join(' or ')}` }
  return {
    ciphers: usable.map(name => suites12.get(name) ?? name).join(':'),
    // Without this OpenSSL would go on to speak a later version with suites of its own choice.
    versions: versions.filter(version => usable.some(name => versionOf(name) === version)),
  }
}
