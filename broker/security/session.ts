/** Who is at the other end of a connection, and which login it has to pass. */
import type { Login } from './login.ts'

export interface Session {
  /** "User:name"; changes once, when a login has passed. */
  readonly principal: string
  /** The SASL login of the connection; `undefined` where the listener has none. */
  readonly login: Login | undefined
}

/** The session of a connection whose peer is known, or anonymous, from the start. */
export function openSession(principal: string): Session {
  return Object.freeze({ principal, login: undefined })
}

/** The session of a connection that has to log in. */
export function loginSession(login: Login): Session {
  return {
    login,
    get principal() {
      return login.principal
    },
  }
}
