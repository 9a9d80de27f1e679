/** The client's half of SCRAM, step by step, so that a test can get each step wrong. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import type { ScramMechanism } from '../../../src/protocol/scram.ts'

export const hashOf = { 'SCRAM-SHA-256': ['sha256', 32], 'SCRAM-SHA-512': ['sha512', 64] } as const

export function saltedPassword(
  mechanism: ScramMechanism,
  {
    password,
    salt,
    iterations,
  }: { readonly password: string; readonly salt: Uint8Array; readonly iterations: number },
): Uint8Array {
  const [name, size] = hashOf[mechanism]
  return new Uint8Array(pbkdf2Sync(password, salt, iterations, size, name))
}

/** The last message of a client that got `serverFirst`; `change` may spoil it before it is signed. */
export function clientFinal(
  mechanism: ScramMechanism,
  {
    bare,
    serverFirst,
    password,
    withoutProof,
  }: {
    readonly bare: string
    readonly serverFirst: string
    readonly password: string
    readonly withoutProof?: string
  },
): string {
  const [name] = hashOf[mechanism]
  const [, nonce, salt, iterations] = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(serverFirst)!
  const salted = saltedPassword(mechanism, {
    password,
    salt: Buffer.from(salt!, 'base64'),
    iterations: Number(iterations),
  })
  const clientKey = createHmac(name, salted).update('Client Key').digest()
  const storedKey = createHash(name).update(clientKey).digest()
  const unsigned = withoutProof ?? `c=biws,r=${nonce}`
  const signature = createHmac(name, storedKey).update(`${bare},${serverFirst},${unsigned}`).digest()
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!))
  return `${unsigned},p=${proof.toString('base64')}`
}
