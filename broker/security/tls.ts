/**
 * TLS of a listener: keys and certificates as Node takes them, and the user that a client's certificate stands for.
 *
 * With client certificates "required" a client without one that the trusted certificates vouch for does not get past the
 * handshake; with "requested" a client may have none, but not one that nobody vouches for.
 */
import { createSecureContext, type TlsOptions as NodeTlsOptions, type TLSSocket } from 'node:tls'
import { StreamsError } from '../../src/base/errors.ts'
import type { TlsVersion } from './cipher-suites.ts'
import { subjectOf } from './distinguished-name.ts'
import { anonymous, userPrincipal } from './principal.ts'
import type { PrincipalRules } from './principal-rules.ts'

export type ClientAuth = 'none' | 'requested' | 'required'

export interface TlsOptions {
  /** PEM: the server's certificate first, then those that lead to a root. `undefined` with `pfx`. */
  readonly certificateChain: string | undefined
  /** PEM. */
  readonly key: string | undefined
  /** A PKCS#12 store with both. */
  readonly pfx: Uint8Array | undefined
  /** Which file they are of; errors name it. */
  readonly keysLocation?: string | undefined
  /** Of the key or the store. */
  readonly passphrase: string | undefined
  /** PEM: who may vouch for clients. */
  readonly trusted: string | undefined
  readonly clientAuth: ClientAuth
  readonly minVersion: TlsVersion
  readonly maxVersion: TlsVersion
  /** OpenSSL's list, in the order of preference; `undefined`: OpenSSL's own choice. */
  readonly ciphers: string | undefined
  readonly principalOf: PrincipalRules
}

/** A handshake that takes longer is given up. */
const handshakeMsMax = 10_000

/** The options of Node's server. Throws MR-5022 if the keys cannot be used. */
export function serverOptions(options: TlsOptions): NodeTlsOptions {
  const { certificateChain, key, pfx, passphrase, trusted, clientAuth, minVersion, maxVersion } = options
  const context = {
    ...(certificateChain !== undefined && { cert: certificateChain }),
    ...(key !== undefined && { key }),
    ...(pfx !== undefined && { pfx: Buffer.from(pfx) }),
    ...(passphrase !== undefined && { passphrase }),
    ...(trusted !== undefined && { ca: trusted }),
    minVersion,
    maxVersion,
    // Suites of ephemeral Diffie-Hellman need a group: one as strong as the key.
    ...(options.ciphers !== undefined && { ciphers: options.ciphers, dhparam: 'auto' }),
  }
  try {
    createSecureContext(context)
  } catch (cause) {
    throw new StreamsError('MR-5022', {
      what: `the key or the certificates of a TLS listener cannot be used: ${(cause as Error).message}`,
      where: options.keysLocation,
      fix: 'check ssl.keystore.*, ssl.truststore.* and the passwords; PEM is a text that begins with -----BEGIN',
      cause,
    })
  }
  return {
    ...context,
    requestCert: clientAuth !== 'none',
    rejectUnauthorized: clientAuth === 'required',
    handshakeTimeout: handshakeMsMax,
  }
}

/** Whom the other end of a finished handshake stands for; `undefined` if it is to be refused. */
export function tlsPrincipal(socket: TLSSocket, { clientAuth, principalOf }: TlsOptions): string | undefined {
  const certificate = clientAuth === 'none' ? undefined : socket.getPeerX509Certificate()
  if (certificate === undefined) return clientAuth === 'required' ? undefined : anonymous
  if (!socket.authorized) return undefined
  const user = userOf(certificate.raw, principalOf)
  return user === undefined || user === '' ? undefined : userPrincipal(user)
}

function userOf(certificate: Uint8Array, principalOf: PrincipalRules): string | undefined {
  try {
    return principalOf(subjectOf(certificate))
  } catch (error) {
    // A name that OpenSSL could read and we cannot is nobody's.
    if (error instanceof RangeError) return undefined
    throw error
  }
}
