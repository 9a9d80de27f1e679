/**
 * Reads the certificates of a PKCS#12 store (RFC 7292): Node takes a store with a key, and a trust store has none.
 *
 * What keytool (Java 9 and later) and OpenSSL 3 write is read: plain, or encrypted by PBES2 with AES; and what they wrote before
 * with triple DES. RC2, with 40 bits, is refused. The store's own MAC is not checked: whoever can write the file can write
 * another.
 */
import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto'
import { derContent, derInteger, derOid, derParts, derTags, derValues, type DerValue } from './der.ts'

const { integer, octets, sequence, context0 } = derTags

/** Object identifiers by their content octets. */
const oids = {
  data: '2a864886f70d010701',
  encryptedData: '2a864886f70d010706',
  certBag: '2a864886f70d010c0a0103',
  pbes2: '2a864886f70d01050d',
  tripleDes: '2a864886f70d010c0103',
} as const

/** Attributes: of a certificate that Java trusts, and of one that belongs to a key. */
const markOids = ['6086480186f966adca7b0101', '2a864886f70d010915']

const ciphers: ReadonlyMap<string, readonly [name: string, keyBytes: number]> = new Map([
  ['60864801650304012a', ['aes-256-cbc', 32]],
  ['608648016503040116', ['aes-192-cbc', 24]],
  ['608648016503040102', ['aes-128-cbc', 16]],
])
const digests: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d0207', 'sha1'],
  ['2a864886f70d0209', 'sha256'],
  ['2a864886f70d020a', 'sha384'],
  ['2a864886f70d020b', 'sha512'],
])
const iterationsMax = 10_000_000

/**
 * The certificates that a trust store says to trust, in DER: those that Java marks so and those of its keys, and all where
 * none is marked, as OpenSSL writes them. Throws an `Error` that says what is wrong.
 */
export function pkcs12Certificates(bytes: Uint8Array, password: string): readonly Uint8Array[] {
  const [, authenticated] = derParts(derValues(bytes)[0], sequence)
  const safes = derParts(derValues(dataOf(authenticated))[0], sequence)
  const all = safes.flatMap(safe => certificatesOf(contentsOf(safe, password)))
  const marked = all.filter(({ isMarked }) => isMarked)
  return (marked.length > 0 ? marked : all).map(({ certificate }) => certificate)
}

/** The octets of a ContentInfo that is plain data. */
function dataOf(info: DerValue | undefined): Uint8Array {
  const [type, explicit] = derParts(info, sequence)
  if (derOid(type) !== oids.data) throw new Error('the store is signed or sealed in a way that is not known')
  return derContent(derParts(explicit, context0)[0], octets)
}

function contentsOf(info: DerValue, password: string): Uint8Array {
  const [type, explicit] = derParts(info, sequence)
  if (derOid(type) !== oids.encryptedData) return dataOf(info)
  const [, content] = derParts(derParts(explicit, context0)[0], sequence)
  const [, algorithm, guarded] = derParts(content, sequence)
  if (guarded === undefined || (guarded.tag & 0xdf) !== 0x80) throw new Error('the store has no content')
  // Octets may come in one piece, or in several.
  const pieces =
    guarded.tag === 0x80 ? [guarded.content] : derValues(guarded.content).map(each => each.content)
  return decrypted(derParts(algorithm, sequence), Buffer.concat(pieces), password)
}

function decrypted(algorithm: readonly DerValue[], guarded: Uint8Array, password: string): Uint8Array {
  const [cipher, key, iv] = cipherOf(algorithm, password)
  const decipher = createDecipheriv(cipher, key, iv)
  try {
    return Buffer.concat([decipher.update(guarded), decipher.final()])
  } catch (cause) {
    throw new Error('the password of the store is another', { cause })
  }
}

function cipherOf(
  [type, parameters]: readonly DerValue[],
  password: string,
): readonly [cipher: string, key: Uint8Array, iv: Uint8Array] {
  const scheme = derOid(type)
  if (scheme === oids.tripleDes) {
    const [saltValue, rounds] = derParts(parameters, sequence)
    const salt = derContent(saltValue, octets)
    const iterations = iterationsOf(rounds)
    const derive = (purpose: number, length: number) =>
      pkcs12Key({ password, salt, iterations, purpose, length })
    return ['des-ede3-cbc', derive(1, 24), derive(2, 8)]
  }
  if (scheme !== oids.pbes2)
    throw new Error('the store is encrypted in an old way (RC2): keytool of Java 11 or later writes another')
  const [derivation, encryption] = derParts(parameters, sequence)
  const [cipherType, iv] = derParts(encryption, sequence)
  const cipher = ciphers.get(derOid(cipherType))
  if (cipher === undefined) throw new Error('the store is encrypted with another cipher than AES')
  const [salt, rounds, ...rest] = derParts(derParts(derivation, sequence)[1], sequence)
  const pseudorandom = rest.find(({ tag }) => tag === sequence)
  const digest = pseudorandom === undefined ? 'sha1' : digests.get(derOid(derValues(pseudorandom.content)[0]))
  if (digest === undefined) throw new Error('the key of the store is derived in a way that is not known')
  const [name, keyBytes] = cipher
  const key = pbkdf2Sync(password, derContent(salt, octets), iterationsOf(rounds), keyBytes, digest)
  return [name, key, derContent(iv, octets)]
}

function iterationsOf(value: DerValue | undefined): number {
  const iterations = derInteger(value?.tag === integer ? value : undefined)
  if (iterations < 1 || iterations > iterationsMax)
    throw new Error(`${iterations} iterations are out of range`)
  return iterations
}

/** RFC 7292, appendix B.2, with SHA-1; no more than a digest's worth from each round. */
function pkcs12Key({
  password,
  salt,
  iterations,
  purpose,
  length,
}: {
  readonly password: string
  readonly salt: Uint8Array
  readonly iterations: number
  readonly purpose: number
  readonly length: number
}): Uint8Array {
  const block = 64
  const text = Buffer.from(`${password}\0`, 'utf16le').swap16()
  const input = Buffer.concat([filled(salt, block), filled(text, block)])
  const key: Buffer[] = []
  for (let made = 0; made < length; made += 20) {
    let digest = createHash('sha1').update(Buffer.alloc(block, purpose)).update(input).digest()
    for (let round = 1; round < iterations; round++) digest = createHash('sha1').update(digest).digest()
    key.push(digest)
    const addend = filled(digest, block).subarray(0, block)
    for (let at = 0; at < input.length; at += block) addTo(input.subarray(at, at + block), addend)
  }
  return Buffer.concat(key).subarray(0, length)
}

/** Repeated up to a multiple of the block. */
function filled(bytes: Uint8Array, block: number): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes)
}

/** Adds a number and one to another, both big-endian. */
function addTo(sum: Buffer, addend: Buffer): void {
  let carry = 1
  for (let at = sum.length - 1; at >= 0; at--) {
    carry += sum[at]! + addend[at]!
    sum[at] = carry & 0xff
    carry >>= 8
  }
}

interface BagCertificate {
  readonly certificate: Uint8Array
  readonly isMarked: boolean
}

function certificatesOf(contents: Uint8Array): readonly BagCertificate[] {
  return derParts(derValues(contents)[0], sequence).flatMap(bag => {
    const [type, explicit, attributes] = derParts(bag, sequence)
    if (derOid(type) !== oids.certBag) return []
    const [, value] = derParts(derParts(explicit, context0)[0], sequence)
    const marks = attributes === undefined ? [] : derValues(attributes.content)
    const isMarked = marks.some(mark => markOids.includes(derOid(derParts(mark, sequence)[0])))
    return [{ certificate: derContent(derParts(value, context0)[0], octets), isMarked }]
  })
}
