/** Single exchanges of SASL logins: what the server takes, and all that it refuses. */
import { describe, expect, it } from 'vitest'
import { LoginRefused, type Exchange } from '../../../broker/security/exchange.ts'
import { plainExchange } from '../../../broker/security/plain-exchange.ts'
import { credentialOf } from '../../../broker/security/scram-credentials.ts'
import { scramExchange } from '../../../broker/security/scram-exchange.ts'
import type { ScramMechanism } from '../../../src/protocol/scram.ts'
import { clientFinal, saltedPassword } from './scram-client.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (token: Uint8Array) => new TextDecoder().decode(token)
const salt = bytes('sixteen bytes...')
const iterations = 4096

function refusalOf(exchange: Exchange, token: string): string {
  try {
    exchange.step(bytes(token))
    return 'taken'
  } catch (error) {
    if (error instanceof LoginRefused) return error.message
    throw error
  }
}

describe('PLAIN', () => {
  const login = () =>
    plainExchange(
      new Map([
        ['alice', 'secret'],
        ['bob', 'other'],
      ]),
    )

  it('knows a user by the password', () =>
    expect(login().step(bytes('\0alice\0secret'))).toEqual({ reply: new Uint8Array(0), user: 'alice' }))
  it('takes an authzid that is the user', () =>
    expect(login().step(bytes('alice\0alice\0secret')).user).toBe('alice'))
  it('CVE-2017-12610: refuses an authzid of somebody else', () =>
    expect(refusalOf(login(), 'bob\0alice\0secret')).toContain('different from username'))
  it('CVE-2021-38153: refuses a wrong password and an unknown user by the same words', () => {
    const wrong = refusalOf(login(), '\0alice\0guess')
    expect(wrong).toContain('Invalid username or password')
    expect(refusalOf(login(), '\0nobody\0secret')).toBe(wrong)
    expect(refusalOf(login(), '\0nobody\0')).toBe(wrong)
    expect(refusalOf(login(), '\0__proto__\0secret')).toBe(wrong)
  })
  it.each(['', 'alice', '\0alice', '\0alice\0secret\0more', `\0alice\0${'x'.repeat(20_000)}`])(
    'refuses %j',
    token => expect(refusalOf(login(), token)).not.toBe('taken'),
  )
  it('refuses what is not UTF-8', () =>
    expect(() => login().step(new Uint8Array([0, 0xff, 0, 0xff]))).toThrow(LoginRefused))
})

describe.each<ScramMechanism>(['SCRAM-SHA-256', 'SCRAM-SHA-512'])('%s', mechanism => {
  const credential = credentialOf(mechanism, {
    salt,
    iterations,
    saltedPassword: saltedPassword(mechanism, { password: 'secret', salt, iterations }),
  })
  const users = new Map([
    ['alice', credential],
    ['a,b=c', credential],
  ])
  const login = () => scramExchange(mechanism, { get: (_mechanism, user) => users.get(user) })
  const begin = (exchange: Exchange, user = 'alice', header = 'n,,') => {
    const bare = `n=${user},r=abc`
    return { bare, serverFirst: text(exchange.step(bytes(header + bare)).reply) }
  }

  it('knows a user by the proof, and proves that it knows the password too', () => {
    const exchange = login()
    const begun = begin(exchange)
    const { user, reply } = exchange.step(bytes(clientFinal(mechanism, { ...begun, password: 'secret' })))
    expect(user).toBe('alice')
    expect(text(reply)).toMatch(/^v=[A-Za-z0-9+/]+=*$/)
  })
  it('tells salt and rounds, and a nonce that goes on from that of the client', () => {
    const { serverFirst } = begin(login())
    const told = Buffer.from(salt).toString('base64')
    expect(serverFirst).toMatch(/^r=abc[\x21-\x2b\x2d-\x7e]{20,},/)
    expect(serverFirst.endsWith(`,s=${told},i=4096`)).toBe(true)
  })
  it('reads names with commas and equal signs', () => {
    const exchange = login()
    const begun = begin(exchange, 'a=2Cb=3Dc')
    expect(exchange.step(bytes(clientFinal(mechanism, { ...begun, password: 'secret' }))).user).toBe('a,b=c')
  })
  it('refuses a wrong password', () => {
    const exchange = login()
    const begun = begin(exchange)
    expect(refusalOf(exchange, clientFinal(mechanism, { ...begun, password: 'guess' }))).toContain('invalid')
  })
  it('leads an unknown user through the same messages, with the same salt each time', () => {
    const exchange = login()
    const begun = begin(exchange, 'nobody')
    const saltOf = (first: string) => /,s=([^,]+),/.exec(first)![1]
    expect(saltOf(begin(login(), 'nobody').serverFirst)).toBe(saltOf(begun.serverFirst))
    expect(refusalOf(exchange, clientFinal(mechanism, { ...begun, password: 'secret' }))).toContain('invalid')
  })
  it('CVE-2024-56128: refuses a nonce that is not the one of the first messages', () => {
    const exchange = login()
    const begun = begin(exchange)
    const withoutProof = `c=biws,r=${/^r=([^,]+)/.exec(begun.serverFirst)![1]!.slice(0, -1)}`
    const final = clientFinal(mechanism, { ...begun, password: 'secret', withoutProof })
    expect(refusalOf(exchange, final)).toContain('nonce')
  })
  it('takes the nonce of librdkafka before 2.6.1, which begins with that of the client twice, and no other such', () => {
    const answered = (prefix: string, changed = '') => {
      const exchange = login()
      const begun = begin(exchange)
      const nonce = /^r=([^,]+)/.exec(begun.serverFirst)![1]!
      const withoutProof = `c=biws,r=${prefix}${nonce}${changed}`
      return { exchange, final: clientFinal(mechanism, { ...begun, password: 'secret', withoutProof }) }
    }
    const { exchange, final } = answered('abc')
    expect(exchange.step(bytes(final)).user).toBe('alice')
    for (const wrong of [answered('abcabc'), answered('x'), answered('abc', 'x')]) {
      expect(refusalOf(wrong.exchange, wrong.final)).toContain('nonce')
    }
  })
  it('refuses another channel binding than that of the first message', () => {
    const exchange = login()
    const begun = begin(exchange)
    const nonce = /^r=([^,]+)/.exec(begun.serverFirst)![1]!
    const final = clientFinal(mechanism, { ...begun, password: 'secret', withoutProof: `c=eSws,r=${nonce}` })
    expect(refusalOf(exchange, final)).toContain('channel binding')
  })
  it('CVE-2017-12610: refuses an authzid of somebody else', () => {
    expect(refusalOf(login(), 'n,a=bob,n=alice,r=abc')).toContain('different from username')
    expect(refusalOf(login(), 'n,a=alice,n=alice,r=abc')).toBe('taken')
  })
  it.each([
    ['', 'no message'],
    ['p=tls-unique,,n=alice,r=abc', 'channel binding that is not offered'],
    ['n,,m=ext,n=alice,r=abc', 'a mandatory extension'],
    ['n,,n=al=ice,r=abc', 'a name that is not escaped'],
    ['n,,n=alice', 'no nonce'],
    ['n,,n=alice,r=', 'an empty nonce'],
  ])('refuses %j: %s', first => expect(refusalOf(login(), first)).toContain('client first'))
  it.each(['', 'c=biws', 'c=biws,r=abc,p=', 'c=biws,r=abc,p=AAAA,x=1'])('refuses the end %j', final => {
    const exchange = login()
    begin(exchange)
    expect(refusalOf(exchange, final)).not.toBe('taken')
  })
  it('refuses a proof of another length', () => {
    const exchange = login()
    const { serverFirst } = begin(exchange)
    const nonce = /^r=([^,]+)/.exec(serverFirst)![1]!
    expect(refusalOf(exchange, `c=biws,r=${nonce},p=AAAA`)).toContain('invalid')
  })
})
