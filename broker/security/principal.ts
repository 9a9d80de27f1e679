/** The principals that no login makes. All others are "User:" and a name. */

/** Who did not say. */
export const anonymous = 'User:ANONYMOUS'

/**
 * The process that the broker is part of: it holds the data directory anyway, and may do everything. No login makes this
 * principal, as they make users.
 */
export const ownProcess = 'Process:own'

export function userPrincipal(name: string): string {
  return `User:${name}`
}

/** The name in a principal, as quotas are kept by; the whole text where it is not a user. */
export function nameOf(principal: string): string {
  return principal.startsWith('User:') ? principal.slice('User:'.length) : principal
}
