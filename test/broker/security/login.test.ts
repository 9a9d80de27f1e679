/** The states of a login: what each lets through, and how a session is renewed. */
import { describe, expect, it } from 'vitest'
import { Login, type SaslOptions } from '../../../broker/security/login.ts'
import type { ScramCredentials } from '../../../broker/security/scram-credentials.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { VirtualClock } from '../virtual-clock.ts'

const { ILLEGAL_SASL_STATE, UNSUPPORTED_SASL_MECHANISM } = kafkaErrors
const token = (user: string, password = 'secret') => new TextEncoder().encode(`\0${user}\0${password}`)
const apis = { produce: 0, metadata: 3, handshake: 17, versions: 18, authenticate: 36 }

function arrange(options: Partial<SaslOptions> = {}) {
  const clock = new VirtualClock()
  const passwords = new Map([
    ['alice', 'secret'],
    ['bob', 'secret'],
  ])
  const login = new Login({
    options: { mechanisms: ['PLAIN', 'SCRAM-SHA-256'], passwords, sessionMs: 0, ...options },
    credentials: { get: () => undefined } as unknown as ScramCredentials,
    clock,
  })
  return { clock, login }
}

function admitted(login: Login): string[] {
  return Object.entries(apis).flatMap(([name, key]) => (login.admits(key) ? [name] : []))
}

describe('a login', () => {
  it('lets through what its state needs, and nothing else', () => {
    const { login } = arrange()
    expect(admitted(login)).toEqual(['handshake', 'versions'])
    expect(login.handshake('PLAIN', 1)).toBe(0)
    expect(admitted(login)).toEqual(['authenticate'])
    expect(login.principal).toBe('User:ANONYMOUS')
    expect(login.authenticate(token('alice'))).toMatchObject({ refusal: undefined, sessionMs: 0 })
    expect(login.principal).toBe('User:alice')
    expect(admitted(login)).toEqual(Object.keys(apis))
  })
  it('tells the versions once before it, as Apache Kafka does, and always after it', () => {
    const { login } = arrange()
    login.versionsTold()
    expect(admitted(login)).toEqual(['handshake'])
    expect(login.handshake('PLAIN', 1)).toBe(0)
    login.authenticate(token('alice'))
    login.versionsTold()
    expect(admitted(login)).toEqual(Object.keys(apis))
  })
  it('takes bare tokens after a handshake of version 0', () => {
    const { login } = arrange()
    login.handshake('PLAIN', 0)
    expect(login.expectsBareToken).toBe(true)
    expect(admitted(login)).toEqual([])
    login.authenticate(token('alice'))
    expect(login.expectsBareToken).toBe(false)
  })
  it('is over for good when a token is refused', () => {
    const { login } = arrange()
    login.handshake('PLAIN', 1)
    expect(login.authenticate(token('alice', 'guess')).refusal).toContain('Invalid username or password')
    expect(login.state).toBe('refused')
    expect(admitted(login)).toEqual([])
  })
  it.each(['GSSAPI', 'OAUTHBEARER', 'SCRAM-SHA-512', ''])(
    'refuses the mechanism %j, which is not offered',
    name => {
      const { login } = arrange()
      expect(login.handshake(name, 1)).toBe(UNSUPPORTED_SASL_MECHANISM.code)
      expect(login.state).toBe('refused')
    },
  )
})

describe('a session', () => {
  function known(sessionMs: number) {
    const arranged = arrange({ sessionMs })
    arranged.login.handshake('PLAIN', 1)
    arranged.login.authenticate(token('alice'))
    return arranged
  }

  it('that does not end is not renewed', () => {
    const { login } = known(0)
    expect(login.handshake('PLAIN', 1)).toBe(ILLEGAL_SASL_STATE.code)
    expect(login.state).toBe('known')
  })
  it('lets only a login through when it has run out (KIP-368)', async () => {
    const { login, clock } = known(10_000)
    await clock.advance(9_999)
    expect(admitted(login)).toEqual(Object.keys(apis))
    await clock.advance(1)
    expect(admitted(login)).toEqual(['handshake'])
    login.handshake('PLAIN', 1)
    expect(login.authenticate(token('alice')).sessionMs).toBe(10_000)
    expect(admitted(login)).toEqual(Object.keys(apis))
  })
  it('is not renewed within a second', async () => {
    const { login, clock } = known(10_000)
    await clock.advance(999)
    expect(login.handshake('PLAIN', 1)).toBe(ILLEGAL_SASL_STATE.code)
    await clock.advance(1)
    expect(login.handshake('PLAIN', 1)).toBe(0)
  })
  it('does not change its user or its mechanism', async () => {
    const other = known(10_000)
    await other.clock.advance(5000)
    other.login.handshake('PLAIN', 1)
    expect(other.login.authenticate(token('bob')).refusal).toContain('Cannot change principals')
    const otherWay = known(10_000)
    await otherWay.clock.advance(5000)
    expect(otherWay.login.handshake('SCRAM-SHA-256', 1)).toBe(ILLEGAL_SASL_STATE.code)
    expect(otherWay.login.state).toBe('refused')
  })
})
