/**
 * The SCRAM credentials of users, in memory and in the metadata log.
 *
 * Kept is what the server needs to check a proof (RFC 5802): salt, rounds, StoredKey and ServerKey. The password cannot be
 * had from them, and who steals them cannot log in with them.
 */
import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock } from '../../src/base/clock.ts'
import { iterationsMin, scramMechanisms, type ScramMechanism } from '../../src/protocol/scram.ts'
import type { Fact, FactStore } from '../metadata/metadata-log.ts'

/** Rounds as Kafka bounds them from above: each login costs the client as many. */
export const iterationsMax = 16_384

export interface ScramCredential {
  readonly salt: Uint8Array
  readonly iterations: number
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** Node's names of the hashes. */
export const scramHashes: Readonly<
  Record<ScramMechanism, { readonly name: string; readonly bytes: number }>
> = {
  'SCRAM-SHA-256': { name: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { name: 'sha512', bytes: 64 },
}

export class ScramCredentials {
  readonly #store: FactStore
  readonly #clock: Clock
  readonly #byMechanism: Readonly<Record<ScramMechanism, Map<string, ScramCredential>>>

  /** `store` must have been loaded. */
  constructor(store: FactStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.#byMechanism = { 'SCRAM-SHA-256': new Map(), 'SCRAM-SHA-512': new Map() }
    for (const [text, fact] of store.facts('credential')) {
      const [mechanism, user] = splitText(text)
      if (mechanism !== undefined) this.#byMechanism[mechanism].set(user, fromFact(fact))
    }
  }

  get(mechanism: ScramMechanism, user: string): ScramCredential | undefined {
    return this.#byMechanism[mechanism].get(user)
  }

  /** Everyone who has a credential. */
  users(): ReadonlySet<string> {
    return new Set(scramMechanisms.flatMap(each => [...this.#byMechanism[each].keys()]))
  }

  put(mechanism: ScramMechanism, user: string, credential: ScramCredential): void {
    this.#store.putFact('credential', `${mechanism}/${user}`, toFact(credential), this.#clock.now())
    this.#byMechanism[mechanism].set(user, credential)
  }

  remove(mechanism: ScramMechanism, user: string): void {
    this.#store.putFact('credential', `${mechanism}/${user}`, null, this.#clock.now())
    this.#byMechanism[mechanism].delete(user)
  }
}

/** What the server keeps of a salted password. */
export function credentialOf(
  mechanism: ScramMechanism,
  {
    salt,
    iterations,
    saltedPassword,
  }: {
    readonly salt: Uint8Array
    readonly iterations: number
    readonly saltedPassword: Uint8Array
  },
): ScramCredential {
  const { name } = scramHashes[mechanism]
  const clientKey = createHmac(name, saltedPassword).update('Client Key').digest()
  const storedKey = createHash(name).update(clientKey).digest()
  const serverKey = createHmac(name, saltedPassword).update('Server Key').digest()
  return { salt: Uint8Array.from(salt), iterations, storedKey, serverKey }
}

/** A password as it is set where the broker runs. */
export interface ScramPassword {
  readonly mechanism: ScramMechanism
  readonly user: string
  readonly password: string
  /** Rounds, 4,096 (default) to 16,384. */
  readonly iterations?: number | undefined
}

const derive = promisify(pbkdf2)
const saltBytes = 24

/** Derives what the server keeps of a password, with a salt of its own. */
export async function deriveCredential({
  mechanism,
  password,
  iterations = iterationsMin,
}: ScramPassword): Promise<ScramCredential> {
  const { name, bytes } = scramHashes[mechanism]
  const salt = randomBytes(saltBytes)
  const saltedPassword = await derive(password.normalize('NFKC'), salt, iterations, bytes, name)
  return credentialOf(mechanism, { salt, iterations, saltedPassword })
}

function splitText(text: string): [ScramMechanism | undefined, string] {
  const at = text.indexOf('/')
  return [scramMechanisms.find(each => each === text.slice(0, at)), text.slice(at + 1)]
}

function toFact({ salt, iterations, storedKey, serverKey }: ScramCredential): Fact {
  return { salt: base64(salt), iterations, storedKey: base64(storedKey), serverKey: base64(serverKey) }
}

function fromFact(fact: Fact): ScramCredential {
  const bytes = (name: string) => new Uint8Array(Buffer.from(String(fact[name]), 'base64'))
  return {
    salt: bytes('salt'),
    iterations: Number(fact['iterations']),
    storedKey: bytes('storedKey'),
    serverKey: bytes('serverKey'),
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
