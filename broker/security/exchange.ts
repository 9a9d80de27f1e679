/** What the SASL mechanisms have in common: tokens go to and fro until a user is known, or the login is refused. */

/** An answer to one token of the client. */
export interface ExchangeStep {
  readonly reply: Uint8Array
  /** Who has logged in; `undefined` while the exchange goes on. */
  readonly user: string | undefined
}

/** One login by one mechanism. Takes tokens until a step has a user or is refused; never after that. */
export interface Exchange {
  /** Throws `LoginRefused`. */
  step(token: Uint8Array): ExchangeStep
}

/** Thrown where a login fails. The message goes to the client: it says nothing about which part of a secret was wrong. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused'
}

/** The longest token that is looked at: names and passwords are short. */
export const tokenBytesMax = 16 * 1024

/** The text of a token. Throws `LoginRefused` for what is not UTF-8, or too long. */
export function tokenText(token: Uint8Array): string {
  if (token.length > tokenBytesMax) throw new LoginRefused('The token of the login is too long.')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(token)
  } catch {
    throw new LoginRefused('The token of the login is not UTF-8.')
  }
}
