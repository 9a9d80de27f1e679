/**
 * The keys of TLS as properties name them, and how they are read from their files.
 *
 * A store is PEM, PKCS#12 or Java's own (JKS). Of the latter two Java takes the one for the other, since keytool writes PKCS#12
 * into files that are called .jks: so what is in the file decides, and not what it is called.
 */
import { readFile } from 'node:fs/promises'
import { StreamsError } from '../../src/base/errors.ts'
import { isJks, readJks } from './jks.ts'
import { pkcs12Certificates } from './pkcs12.ts'
import type { TlsOptions } from './tls.ts'

/** Where keys or certificates are. */
export type StoreDefinition =
  | { readonly type: 'none' }
  | { readonly type: 'inline'; readonly certificates: string; readonly key: string | undefined }
  | { readonly type: 'PEM' | 'PKCS12' | 'JKS'; readonly location: string }

/** TLS of a listener as properties describe it. */
export interface TlsDefinition extends Pick<
  TlsOptions,
  'clientAuth' | 'principalOf' | 'minVersion' | 'maxVersion' | 'ciphers'
> {
  readonly keys: StoreDefinition
  readonly storePassword: string | undefined
  /** Of the key in a PEM file or a JKS store, where that is another. */
  readonly keyPassword: string | undefined
  readonly trusted: StoreDefinition
  readonly trustedPassword: string | undefined
}

/** Reads the files. Rejects with MR-5022 if one cannot be read. */
export async function loadTls(definition: TlsDefinition): Promise<TlsOptions> {
  const { keys, storePassword, keyPassword, trusted, trustedPassword, ...rest } = definition
  const own = await loadKeys(keys, storePassword, keyPassword)
  const keysLocation = 'location' in keys ? keys.location : undefined
  return { ...rest, ...own, keysLocation, trusted: await loadTrusted(trusted, trustedPassword) }
}

type OwnKeys = Pick<TlsOptions, 'certificateChain' | 'key' | 'pfx' | 'passphrase'>

async function loadKeys(
  store: StoreDefinition,
  storePassword: string | undefined,
  keyPassword: string | undefined,
): Promise<OwnKeys> {
  const nothing = { certificateChain: undefined, key: undefined, pfx: undefined, passphrase: undefined }
  if (store.type === 'none') return nothing
  if (store.type === 'inline') {
    return { ...nothing, certificateChain: store.certificates, key: store.key, passphrase: keyPassword }
  }
  const content = await load(store.location)
  if (isPem(store, content)) {
    // One file holds the key and the chain, as in Kafka.
    const text = content.toString('utf8')
    return { ...nothing, certificateChain: text, key: text, passphrase: keyPassword }
  }
  if (!isJks(content)) {
    // A PKCS#12 store has one password for all that is in it.
    return { ...nothing, pfx: new Uint8Array(content), passphrase: storePassword }
  }
  return read(store.location, () => {
    const [own] = readJks(content, storePassword, keyPassword ?? storePassword ?? '').keys
    if (own?.key === undefined) throw new Error('there is no key in it')
    return { ...nothing, certificateChain: pem('CERTIFICATE', own.chain), key: pem('PRIVATE KEY', [own.key]) }
  })
}

async function loadTrusted(
  store: StoreDefinition,
  password: string | undefined,
): Promise<string | undefined> {
  if (store.type === 'none') return undefined
  if (store.type === 'inline') return store.certificates
  const content = await load(store.location)
  if (isPem(store, content)) return content.toString('utf8')
  return read(store.location, () => {
    const certificates = isJks(content)
      ? trustedOf(readJks(content, password, undefined))
      : pkcs12Certificates(content, password ?? '')
    if (certificates.length === 0) throw new Error('there is no certificate in it')
    return pem('CERTIFICATE', certificates)
  })
}

/** The certificates of its keys are trusted too, as in Java. */
function trustedOf({ trusted, keys }: ReturnType<typeof readJks>): readonly Uint8Array[] {
  return [...trusted, ...keys.flatMap(({ chain }) => chain.slice(0, 1))]
}

function isPem(store: StoreDefinition, content: Buffer): boolean {
  return store.type === 'PEM' || content.includes('-----BEGIN ')
}

function pem(label: string, values: readonly Uint8Array[]): string {
  // No line may be empty: OpenSSL takes no text with one.
  const lines = (value: Uint8Array) =>
    Buffer.from(value)
      .toString('base64')
      .replaceAll(/.{64}(?=.)/g, '$&\n')
  return values.map(each => `-----BEGIN ${label}-----\n${lines(each)}\n-----END ${label}-----\n`).join('')
}

function read<T>(location: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    throw new StreamsError('MR-5022', {
      what: `a key store or trust store cannot be read: ${(cause as Error).message}`,
      where: location,
      fix: 'check its password, or write it anew: keytool -importkeystore -srckeystore STORE -destkeystore STORE.p12 -deststoretype PKCS12',
      cause,
    })
  }
}

async function load(location: string): Promise<Buffer> {
  try {
    return await readFile(location)
  } catch (cause) {
    throw new StreamsError('MR-5022', {
      what: `a key store or trust store cannot be read: ${(cause as Error).message}`,
      where: location,
      fix: 'check ssl.keystore.location and ssl.truststore.location',
      cause,
    })
  }
}
