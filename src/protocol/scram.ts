/**
 * The messages of a SCRAM login (RFC 5802), read and written; both ends use them, and neither secret nor hash is in here.
 *
 *   client first   n,,n=alice,r=CNONCE                 "n,," is the GS2 header: no channel binding, nobody to act for
 *   server first   r=CNONCESNONCE,s=SALT,i=ROUNDS
 *   client final   c=biws,r=CNONCESNONCE,p=PROOF       "biws" is the GS2 header in base64
 *   server final   v=SIGNATURE                         or e=REASON
 *
 * What is signed is the three messages before the proof, joined by commas: `authMessage`.
 */

export type ScramMechanism = 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

export const scramMechanisms: readonly ScramMechanism[] = ['SCRAM-SHA-256', 'SCRAM-SHA-512']

/** RFC 5802 asks for at least so many rounds. */
export const iterationsMin = 4096

const nonceOf = String.raw`[\x21-\x2b\x2d-\x7e]+`
const base64 = '[A-Za-z0-9+/]+={0,2}'
const clientFirst = new RegExp(`^([ny],(?:a=([^,]+))?,)(n=([^,]+),r=(${nonceOf})(?:,.*)?)$`)
const serverFirst = new RegExp(`^r=(${nonceOf}),s=(${base64}),i=([1-9][0-9]{0,9})(?:,.*)?$`)
const clientFinal = new RegExp(`^(c=(${base64}),r=(${nonceOf})(?:,.*)?),p=(${base64})$`)
const serverFinal = new RegExp(`^(?:v=(${base64})|e=([^,]+))(?:,.*)?$`)

export interface ClientFirst {
  readonly gs2Header: string
  /** Whom the client wants to act for; `undefined` for itself. */
  readonly authzid: string | undefined
  /** The message without the GS2 header: what is signed. */
  readonly bare: string
  readonly user: string
  readonly nonce: string
}

/** `undefined` if it is none, or asks for channel binding, which is not offered. */
export function readClientFirst(text: string): ClientFirst | undefined {
  const [, gs2Header, authzid, bare, name, nonce] = clientFirst.exec(text) ?? []
  if (gs2Header === undefined || bare === undefined || name === undefined || nonce === undefined) {
    return undefined
  }
  const user = unescapeName(name)
  const other = authzid === undefined ? undefined : unescapeName(authzid)
  if (user === undefined || (authzid !== undefined && other === undefined)) return undefined
  return { gs2Header, authzid: other, bare, user, nonce }
}

export interface ServerFirst {
  readonly nonce: string
  /** In base64. */
  readonly salt: string
  readonly iterations: number
}

export function readServerFirst(text: string): ServerFirst | undefined {
  const [, nonce, salt, iterations] = serverFirst.exec(text) ?? []
  if (nonce === undefined || salt === undefined) return undefined
  return { nonce, salt, iterations: Number(iterations) }
}

export interface ClientFinal {
  /** The GS2 header, in base64. */
  readonly channelBinding: string
  readonly nonce: string
  /** In base64. */
  readonly proof: string
  /** What is signed. */
  readonly withoutProof: string
}

export function readClientFinal(text: string): ClientFinal | undefined {
  const [, withoutProof, channelBinding, nonce, proof] = clientFinal.exec(text) ?? []
  if (withoutProof === undefined || channelBinding === undefined) return undefined
  if (nonce === undefined || proof === undefined) return undefined
  return { channelBinding, nonce, proof, withoutProof }
}

/** The server's signature in base64, or its reason for refusing. */
export function readServerFinal(
  text: string,
): { readonly signature: string } | { readonly reason: string } | undefined {
  const [, signature, reason] = serverFinal.exec(text) ?? []
  if (signature !== undefined) return { signature }
  return reason === undefined ? undefined : { reason }
}

/** What both ends sign. */
export function authMessage(clientFirstBare: string, serverFirstText: string, withoutProof: string): string {
  return `${clientFirstBare},${serverFirstText},${withoutProof}`
}

/** A name as the messages carry it: "," and "=" have a meaning there. */
export function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C')
}

function unescapeName(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name)) return undefined
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
