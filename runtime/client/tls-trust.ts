/** TLS of a client: whom it trusts, and what it shows of itself. */
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

/** How a client talks TLS. */
export interface TlsTrust {
  /** PEM: the authorities that may vouch for brokers. Default: those that the system trusts. */
  readonly ca?: string | Uint8Array | undefined
  /** PEM: the client's own certificate, and those that lead to a root. Default: none. */
  readonly cert?: string | Uint8Array | undefined
  /** PEM: the key of `cert`. */
  readonly key?: string | Uint8Array | undefined
  /** Of the key, if it is encrypted. */
  readonly passphrase?: string | undefined
  /**
   * Whether a broker whose certificate is not vouched for, or not for its host, is refused. Default `true`; `false` leaves the
   * connection open to whoever is in between.
   */
  readonly rejectUnauthorized?: boolean | undefined
  /** The name that the broker's certificate must have. Default: the host that is connected to. */
  readonly servername?: string | undefined
}

/** What Node is told. */
export function connectOptions(host: string, trust: TlsTrust): ConnectionOptions {
  const { ca, cert, key, passphrase, rejectUnauthorized = true, servername } = trust
  const bytes = (pem: string | Uint8Array) => (typeof pem === 'string' ? pem : Buffer.from(pem))
  const name = servername ?? (isIP(host) === 0 ? host : undefined)
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized,
    // An address is not a name to ask for: its certificate is held against the host all the same.
    ...(name !== undefined && { servername: name }),
    ...(ca !== undefined && { ca: bytes(ca) }),
    ...(cert !== undefined && { cert: bytes(cert) }),
    ...(key !== undefined && { key: bytes(key) }),
    ...(passphrase !== undefined && { passphrase }),
  }
}
