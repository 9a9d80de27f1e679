/** The keys of TLS as properties name them, and how they are read from their files. */
import { readFile } from 'node:fs/promises'
import { StreamsError } from '../../src/base/errors.ts'
import type { TlsOptions } from './tls.ts'

/** Where keys or certificates are. */
export type StoreDefinition =
  | { readonly type: 'none' }
  | { readonly type: 'inline'; readonly certificates: string; readonly key: string | undefined }
  | { readonly type: 'PEM' | 'PKCS12'; readonly location: string }

/** TLS of a listener as properties describe it. */
export interface TlsDefinition extends Pick<
  TlsOptions,
  'clientAuth' | 'principalOf' | 'minVersion' | 'maxVersion' | 'ciphers'
> {
  readonly keys: StoreDefinition
  readonly keyPassword: string | undefined
  readonly trusted: StoreDefinition
}

/** Reads the files. Rejects with MR-5022 if one cannot be read. */
export async function loadTls({ keys, keyPassword, trusted, ...rest }: TlsDefinition): Promise<TlsOptions> {
  const own = await loadKeys(keys)
  return { ...rest, ...own, passphrase: keyPassword, trusted: await loadTrusted(trusted) }
}

async function loadKeys(
  store: StoreDefinition,
): Promise<Pick<TlsOptions, 'certificateChain' | 'key' | 'pfx'>> {
  if (store.type === 'none') return { certificateChain: undefined, key: undefined, pfx: undefined }
  if (store.type === 'inline') return { certificateChain: store.certificates, key: store.key, pfx: undefined }
  const content = await load(store.location)
  if (store.type === 'PKCS12') {
    return { certificateChain: undefined, key: undefined, pfx: new Uint8Array(content) }
  }
  // One file holds the key and the chain, as in Kafka.
  const text = content.toString('utf8')
  return { certificateChain: text, key: text, pfx: undefined }
}

async function loadTrusted(store: StoreDefinition): Promise<string | undefined> {
  if (store.type === 'none') return undefined
  return store.type === 'inline' ? store.certificates : (await load(store.location)).toString('utf8')
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
