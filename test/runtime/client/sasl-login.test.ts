/** The client's login against brokers that do not keep to their half of it. */
import { createHmac } from 'node:crypto'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { logIn, type SaslLogin, type SendLogin } from '../../../runtime/client/sasl-login.ts'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import { SaslHandshake } from '../../../src/protocol/messages/17-sasl-handshake.ts'
import type { Api } from '../../../src/protocol/api.ts'
import { saltedPassword } from '../../broker/security/scram-client.ts'

const mechanism = 'SCRAM-SHA-256'
const alice: SaslLogin = { mechanism, username: 'ali,ce', password: 'secret' }
const salt = Buffer.from('sixteen bytes...')
const plain = { salt: salt.toString('base64'), iterations: 4096, nonce: (client: string) => `${client}xyz` }

interface Broker {
  readonly salt: string
  readonly iterations: number | string
  readonly nonce: (client: string) => string
  /** What it signs with; the right password by default. */
  readonly password?: string
  readonly final?: string
}

/** A broker's side of SCRAM, as wrong as a test wants it; `tokens` are what the client sent. */
function scripted({ salt: told, iterations, nonce, password = 'secret', final }: Broker) {
  const tokens: string[] = []
  let first = ''
  const reply = (token: string): string => {
    tokens.push(token)
    if (tokens.length === 1) {
      first = `r=${nonce(/r=(.*)$/.exec(token)![1]!)},s=${told},i=${iterations}`
      return first
    }
    const salted = saltedPassword(mechanism, { password, salt, iterations: 4096 })
    const key = createHmac('sha256', salted).update('Server Key').digest()
    const signed = `${tokens[0]!.slice(3)},${first},${token.replace(/,p=.*/, '')}`
    return final ?? `v=${createHmac('sha256', key).update(signed).digest('base64')}`
  }
  const send: SendLogin = <Request, Response>(
    api: Api<Request, Response>,
    _version: number,
    request: Request,
  ) => {
    if (api.key === SaslHandshake.key) {
      return Promise.resolve(api.response.create({ errorCode: 0, mechanisms: [mechanism] } as object))
    }
    const token = Buffer.from((request as unknown as { authBytes: Uint8Array }).authBytes).toString('utf8')
    const authBytes = Buffer.from(reply(token))
    return Promise.resolve(api.response.create({ errorCode: 0, authBytes, sessionLifetimeMs: 7 } as object))
  }
  return { send, tokens }
}

describe('SCRAM', () => {
  it('takes a broker that knows the password, and escapes names', async () => {
    const { send, tokens } = scripted(plain)
    expect(await logIn(alice, 'b:1', send)).toEqual({ sessionMs: 7 })
    expect(tokens[0]).toMatch(/^n,,n=ali=2Cce,r=/)
  })
  it.each<[string, Partial<Broker>, RegExp]>([
    ['CVE-2026-10143: asks for more rounds than 1,000,000', { iterations: 1_000_001 }, /1000001 rounds/],
    ['CVE-2026-10143: asks for rounds past all numbers', { iterations: '9'.repeat(30) }, /cannot be read/],
    ['asks for too few rounds', { iterations: 1 }, /1 rounds/],
    ['CVE-2024-56128: has a nonce of its own', { nonce: () => 'other' }, /nonce/],
    ['adds nothing to the nonce', { nonce: client => client }, /nonce/],
    ['does not know the password', { password: 'guess' }, /does not know the password/],
    ['signs with something of another length', { final: 'v=AAAA' }, /does not know the password/],
    ['refuses at the end', { final: 'e=other-error' }, /other-error/],
    ['ends with nothing', { final: '' }, /cannot be read/],
  ])('refuses a broker that %s', async (_what, change, message) => {
    const login = logIn(alice, 'b:1', scripted({ ...plain, ...change }).send)
    await expect(login).rejects.toMatchObject({ code: 'MR-5031' })
    await expect(login).rejects.toThrow(message)
  })
})

it('a listener that ends the connection before its first answer may want TLS or a login, and the error says so', async () => {
  const server = createServer(socket => socket.once('data', () => socket.destroy()))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const network = new TcpNetwork({ software: { name: 'millrace', version: '1' } })
  await expect(network.connect('127.0.0.1', port)).rejects.toMatchObject({
    code: 'MR-5001',
    message: expect.stringContaining('security.protocol') as string,
  })
  server.close()
})

describe('CVE-2026-10142', () => {
  it('a broker that announces a frame past the limit is left, before its bytes are awaited', async () => {
    const server = createServer(socket => {
      socket.on('error', () => undefined)
      socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const network = new TcpNetwork({ software: { name: 'millrace', version: '1' } })
    await expect(network.connect('127.0.0.1', port)).rejects.toMatchObject({ code: 'MR-5001' })
    server.close()
  })
})
