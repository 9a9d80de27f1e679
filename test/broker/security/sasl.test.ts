/** SASL over TCP: kafkajs and our own client log in, and raw clients try what they may not. */
import { connect, type Socket } from 'node:net'
import { Kafka, logLevel, type SASLOptions } from 'kafkajs'
import { afterEach, describe, expect, it } from 'vitest'
import type { SaslOptions } from '../../../broker/security/login.ts'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import type { SaslLogin } from '../../../runtime/client/sasl-login.ts'
import { requestFrame, readResponse } from '../../../src/protocol/envelope.ts'
import type { Api } from '../../../src/protocol/api.ts'
import { FrameSplitter } from '../../../src/protocol/frame.ts'
import { Metadata } from '../../../src/protocol/messages/03-metadata.ts'
import { SaslHandshake } from '../../../src/protocol/messages/17-sasl-handshake.ts'
import { ApiVersions } from '../../../src/protocol/messages/18-api-versions.ts'
import { SaslAuthenticate } from '../../../src/protocol/messages/36-sasl-authenticate.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import { everyMechanism, securedBroker } from './secured-broker.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function arrange(sasl: Partial<SaslOptions> = {}, config: Record<string, string> = {}) {
  const secured = await securedBroker({ sasl: { ...everyMechanism, ...sasl } }, config)
  closers.push(() => secured.broker.close())
  return secured
}

function network(sasl: SaslLogin | undefined): TcpNetwork {
  return new TcpNetwork({ software: { name: 'millrace', version: '1' }, sasl })
}

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

describe('kafkajs', () => {
  const kafka = (address: string, mechanism: string, password: string) =>
    new Kafka({
      brokers: [address],
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
      sasl: { mechanism: mechanism.toLowerCase(), username: 'alice', password } as SASLOptions,
    })

  it.each(mechanisms)('logs in by %s, writes and reads', async mechanism => {
    const { address, port } = await arrange()
    const client = kafka(address.replace('localhost', '127.0.0.1'), mechanism, 'secret')
    const admin = client.admin()
    closers.push(() => admin.disconnect())
    await admin.connect()
    expect((await admin.describeCluster()).brokers[0]!.port).toBe(port)
  })
  it.each(mechanisms)('is told by %s that a password is wrong', async mechanism => {
    const { address } = await arrange()
    const admin = kafka(address, mechanism, 'guess').admin()
    closers.push(() => admin.disconnect())
    await expect(admin.connect()).rejects.toThrow(/invalid/i)
  })
})

describe('our client', () => {
  it.each(mechanisms)('logs in by %s', async mechanism => {
    const { port } = await arrange()
    const connection = await network({ mechanism, username: 'alice', password: 'secret' }).connect(
      '127.0.0.1',
      port,
    )
    closers.push(() => connection.close())
    const { brokers } = await connection.send(Metadata, 12, Metadata.request.create({ topics: [] }))
    expect(brokers[0]!.port).toBe(port)
  })
  it.each(mechanisms)('is refused by %s with MR-5031 for a wrong password', async mechanism => {
    const { port } = await arrange()
    const login = { mechanism, username: 'alice', password: 'guess' }
    await expect(network(login).connect('127.0.0.1', port)).rejects.toMatchObject({ code: 'MR-5031' })
  })
  it('is told which mechanisms there are', async () => {
    const { port } = await arrange({ mechanisms: ['SCRAM-SHA-512'] })
    const login = { mechanism: 'PLAIN', username: 'alice', password: 'secret' } as const
    const refusal = network(login).connect('127.0.0.1', port)
    await expect(refusal).rejects.toThrow('it offers SCRAM-SHA-512, not PLAIN')
  })
  it('renews its session before it ends, and loses no request (KIP-368)', async () => {
    const { port } = await arrange({ sessionMs: 1300 })
    const login = { mechanism: 'SCRAM-SHA-256', username: 'alice', password: 'secret' } as const
    const connection = await network(login).connect('127.0.0.1', port)
    closers.push(() => connection.close())
    const until = performance.now() + 2000
    let answered = 0
    while (performance.now() < until) {
      const ask = () => connection.send(Metadata, 12, Metadata.request.create({ topics: [] }))
      await Promise.all([ask(), ask(), new Promise(resolve => setTimeout(resolve, 40))])
      answered++
    }
    expect(answered).toBeGreaterThan(5)
  })
})

class RawClient {
  readonly socket: Socket
  readonly closed: Promise<void>
  readonly frames: Uint8Array[] = []
  #wanted: (() => void) | undefined

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' })
    const splitter = new FrameSplitter(1 << 20)
    this.socket.on('error', () => undefined)
    this.closed = new Promise(resolve => {
      this.socket.on('close', () => {
        this.#wanted?.()
        resolve()
      })
    })
    this.socket.on('data', (chunk: Uint8Array) => {
      splitter.push(chunk, frame => this.frames.push(frame))
      this.#wanted?.()
    })
    closers.push(() => this.socket.destroy())
  }

  send<Request>(api: Api<Request, unknown>, version: number, request: Request): void {
    const chunks = requestFrame(api, version, request, { correlationId: 7, clientId: 'raw' })
    for (const chunk of chunks) this.socket.write(chunk)
  }

  bare(token: string): void {
    const bytes = Buffer.from(token)
    const length = Buffer.alloc(4)
    length.writeInt32BE(bytes.length)
    this.socket.write(Buffer.concat([length, bytes]))
  }

  /** The next frame; `undefined` if the connection ends before it. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.frames.length === 0) await new Promise<void>(resolve => (this.#wanted = resolve))
    return this.frames.shift()
  }

  async answer<Request, Response>(api: Api<Request, Response>, version: number): Promise<Response> {
    const reader = new Reader((await this.next())!)
    reader.int32()
    return readResponse(reader, api, version)
  }
}

describe('a connection that has not logged in', () => {
  it('is told the versions once, and closed when it asks again', async () => {
    const { port, refusals } = await arrange()
    const client = new RawClient(port)
    const software = { clientSoftwareName: 'raw', clientSoftwareVersion: '1' }
    // What can be mended is no answer: a version that is not spoken, a client without a name.
    client.send(ApiVersions, 3, ApiVersions.request.create({}))
    expect((await client.answer(ApiVersions, 3)).errorCode).toBe(42)
    client.send(ApiVersions, 3, ApiVersions.request.create(software))
    expect((await client.answer(ApiVersions, 3)).errorCode).toBe(0)
    client.send(ApiVersions, 3, ApiVersions.request.create(software))
    expect(await client.next()).toBeUndefined()
    expect(refusals).toEqual(['MR-5030'])
  })
  it('is closed when it asks for anything else, without an answer', async () => {
    const { port, refusals } = await arrange()
    const client = new RawClient(port)
    client.send(Metadata, 9, Metadata.request.create({ topics: [] }))
    expect(await client.next()).toBeUndefined()
    expect(refusals).toEqual(['MR-5030'])
  })
  it('CVE-2022-34917: is closed when it announces more than 512 KiB', async () => {
    const { port, refusals } = await arrange()
    const client = new RawClient(port)
    client.socket.write(Buffer.from([0, 8, 0, 1]))
    await client.closed
    expect(refusals).toEqual(['MR-5011'])
  })
  it('is told that its mechanism is not offered, and closed', async () => {
    const client = new RawClient((await arrange()).port)
    client.send(SaslHandshake, 1, { mechanism: 'OAUTHBEARER' })
    const { errorCode, mechanisms: offered } = await client.answer(SaslHandshake, 1)
    expect([errorCode, offered]).toEqual([33, [...mechanisms]])
    await client.closed
  })
  it('is told that its login failed, and closed', async () => {
    const { port, refusals } = await arrange()
    const client = new RawClient(port)
    client.send(SaslHandshake, 1, { mechanism: 'PLAIN' })
    await client.answer(SaslHandshake, 1)
    client.send(SaslAuthenticate, 2, { authBytes: Buffer.from('\0alice\0guess') })
    const { errorCode, errorMessage } = await client.answer(SaslAuthenticate, 2)
    expect([errorCode, errorMessage]).toEqual([58, 'Authentication failed: Invalid username or password'])
    await client.closed
    expect(refusals).toEqual(['MR-5031'])
  })
  it('logs in with bare tokens after a handshake of version 0', async () => {
    const client = new RawClient((await arrange()).port)
    client.send(SaslHandshake, 0, { mechanism: 'PLAIN' })
    await client.answer(SaslHandshake, 0)
    client.bare('\0alice\0secret')
    expect(await client.next()).toHaveLength(0)
    client.send(Metadata, 9, Metadata.request.create({ topics: [] }))
    expect((await client.answer(Metadata, 9)).brokers).toHaveLength(1)
  })
  it('is closed when a bare token is wrong', async () => {
    const client = new RawClient((await arrange()).port)
    client.send(SaslHandshake, 0, { mechanism: 'PLAIN' })
    await client.answer(SaslHandshake, 0)
    client.bare('\0alice\0guess')
    expect(await client.next()).toBeUndefined()
  })
})

describe('a listener without a login', () => {
  it('has no place for one', async () => {
    const secured = await securedBroker({})
    closers.push(() => secured.broker.close())
    const client = new RawClient(secured.port)
    client.send(SaslHandshake, 1, { mechanism: 'PLAIN' })
    expect((await client.answer(SaslHandshake, 1)).errorCode).toBe(34)
    client.send(SaslAuthenticate, 1, { authBytes: Buffer.from('\0alice\0secret') })
    expect((await client.answer(SaslAuthenticate, 1)).errorCode).toBe(34)
  })
})
