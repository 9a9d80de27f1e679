/**
 * The PLAIN mechanism (RFC 4616): one token, `[authzid] NUL user NUL password`.
 *
 * Passwords are compared by their hashes in constant time, and an unknown user costs the same time as a wrong password
 * (CVE-2021-38153). Nobody acts for somebody else: the authzid must be empty or the user (CVE-2017-12610).
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { LoginRefused, tokenText, type Exchange, type ExchangeStep } from './exchange.ts'

const noBytes = new Uint8Array(0)
const refusal = 'Authentication failed: Invalid username or password'

/** `passwords` has a password for each user. */
export function plainExchange(passwords: ReadonlyMap<string, string>): Exchange {
  return {
    step(token): ExchangeStep {
      const parts = tokenText(token).split('\0')
      const [authzid, user, password] = parts
      if (parts.length !== 3 || authzid === undefined || password === undefined || user === undefined) {
        throw new LoginRefused('Invalid SASL/PLAIN response: expected 3 tokens.')
      }
      if (user === '' || password === '') throw new LoginRefused(refusal)
      const expected = passwords.get(user)
      const matches = timingSafeEqual(digest(password), digest(expected ?? ''))
      if (!matches || expected === undefined) throw new LoginRefused(refusal)
      if (authzid !== '' && authzid !== user) {
        throw new LoginRefused(
          'Authentication failed: Client requested an authorization id that is different from username',
        )
      }
      return { reply: noBytes, user }
    },
  }
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text, 'utf8').digest()
}
