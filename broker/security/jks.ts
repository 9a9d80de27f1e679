/**
 * Reads a key store of Java's own format (JKS), in which most brokers of Apache Kafka before Java 9 have their keys.
 *
 *   u32 0xFEEDFEED, u32 version (1 or 2), u32 count of entries, then of each:
 *     u32 kind, text alias, u64 time
 *     kind 1, a key:      u32 length, EncryptedPrivateKeyInfo (DER), u32 count, certificates, the key's own first
 *     kind 2, trusted:    one certificate
 *     a certificate is    text type (version 2), u32 length, X.509 (DER); a text is u16 length, UTF-8
 *   20 bytes: SHA-1 of the password in UTF-16, "Mighty Aphrodite" and all that comes before
 *
 * A key is xored with a chain of SHA-1 over password and salt (20 bytes before it), and followed by the SHA-1 of password and
 * key: 1996, and no protection to rely on; the format is read and never written.
 */
import { createHash } from 'node:crypto'
import { derContent, derParts, derTags, derValues } from './der.ts'

/** What a store holds, in DER. */
export interface JavaStore {
  /** `key` is `undefined` where its password was not given. */
  readonly keys: readonly { readonly key: Uint8Array | undefined; readonly chain: readonly Uint8Array[] }[]
  readonly trusted: readonly Uint8Array[]
}

const magic = 0xfeedfeed
const digestBytes = 20

export function isJks(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && view(bytes).getUint32(0) === magic
}

/**
 * Reads all of it. `password` guards the store (without it nothing is checked, as in Java), `keyPassword` its keys. Throws an `Error` that says what is wrong.
 */
export function readJks(
  bytes: Uint8Array,
  password: string | undefined,
  keyPassword: string | undefined,
): JavaStore {
  const body = bytes.subarray(0, Math.max(0, bytes.length - digestBytes))
  if (password !== undefined) {
    const digest = sha1(utf16(password), Buffer.from('Mighty Aphrodite'), body)
    if (!digest.equals(bytes.subarray(body.length)))
      throw new Error('the password of the store is another, or it is damaged')
  }
  const reader = new StoreReader(body)
  reader.u32()
  const version = reader.u32()
  if (version !== 1 && version !== 2) throw new Error(`JKS of version ${version} is not known`)
  const keys: { key: Uint8Array | undefined; chain: Uint8Array[] }[] = []
  const trusted: Uint8Array[] = []
  for (let left = reader.u32(); left > 0; left--) {
    const kind = reader.u32()
    reader.text()
    reader.skip(8)
    if (kind === 2) {
      trusted.push(reader.certificate(version))
      continue
    }
    if (kind !== 1) throw new Error(`an entry of kind ${kind} is not known`)
    const guarded = reader.blob()
    const chain: Uint8Array[] = []
    for (let count = reader.u32(); count > 0; count--) chain.push(reader.certificate(version))
    keys.push({ key: keyPassword === undefined ? undefined : unguarded(guarded, utf16(keyPassword)), chain })
  }
  return { keys, trusted }
}

function unguarded(info: Uint8Array, password: Buffer): Uint8Array {
  const guarded = derContent(derParts(derValues(info)[0], derTags.sequence)[1], derTags.octets)
  if (guarded.length < 2 * digestBytes) throw new Error('a key is cut short')
  const key = Buffer.from(guarded.subarray(digestBytes, guarded.length - digestBytes))
  let digest: Uint8Array = guarded.subarray(0, digestBytes)
  for (let at = 0; at < key.length; at++) {
    if (at % digestBytes === 0) digest = sha1(password, digest)
    key[at]! ^= digest[at % digestBytes]!
  }
  const isRight = sha1(password, key).equals(guarded.subarray(guarded.length - digestBytes))
  if (!isRight) throw new Error('the password of the key is another')
  return key
}

class StoreReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  u32(): number {
    const at = this.#at
    this.skip(4)
    return view(this.#bytes).getUint32(at)
  }

  text(): void {
    const at = this.#at
    this.skip(2)
    this.skip(view(this.#bytes).getUint16(at))
  }

  blob(): Uint8Array {
    const length = this.u32()
    const at = this.#at
    this.skip(length)
    return this.#bytes.subarray(at, at + length)
  }

  certificate(version: number): Uint8Array {
    if (version === 2) this.text()
    return this.blob()
  }

  skip(count: number): void {
    if (count > this.#bytes.length - this.#at) throw new Error('the store is cut short')
    this.#at += count
  }
}

function sha1(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** Big-endian, as Java has its characters. */
function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
