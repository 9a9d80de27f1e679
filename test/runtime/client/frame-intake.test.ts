/** What a client reads off a socket: frames that stay as they were while others come, and streams that are none of Kafka's. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import { seededRandom, randomIndex } from '../../../src/base/random.ts'
import { startBroker } from '../../../broker/broker.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { batch, createTopic, fetchedOf, fetchFrom, produce, valuesOf } from '../../broker/broker-fixture.ts'

const network = new TcpNetwork({ software: { name: 'test', version: '1' } })

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A way to a broker on which answers come in pieces of odd sizes. */
async function piecemeal(brokerPort: number, seed: number): Promise<number> {
  const random = seededRandom(seed)
  const server = createServer(client => {
    const upstream = connect(brokerPort, '127.0.0.1')
    client.pipe(upstream)
    upstream.on('data', (chunk: Buffer) => forward(client, chunk))
    for (const socket of [client, upstream]) socket.on('error', () => undefined)
    client.on('close', () => upstream.destroy())
  })
  const forward = (client: Socket, chunk: Buffer) => {
    for (let at = 0; at < chunk.length;) {
      const next = Math.min(chunk.length, at + 1 + randomIndex(random, 70_000))
      client.write(chunk.subarray(at, next))
      at = next
    }
  }
  onTestFinished(() => void server.close())
  return listening(server)
}

describe('frames that a client reads', () => {
  it.each([1, 2, 3])('are not overwritten by those that come after them (seed %i)', async seed => {
    const broker = await startBroker({ directory: '/data', files: new MemoryFiles() })
    onTestFinished(() => broker.close())
    const { port } = await broker.listen({ port: 0 })
    const connection = await network.connect('127.0.0.1', await piecemeal(port, seed), 'test')
    await createTopic(connection, 't')
    const random = seededRandom(seed)
    const written: string[] = []
    for (let index = 0; index < 60; index++) {
      written.push(`${index}-`.repeat(1 + randomIndex(random, index % 7 === 0 ? 60_000 : 300)))
      await produce(connection, 't', batch([['key', written[index]!]]))
    }
    const answers = await Promise.all(
      written.map((_, offset) =>
        fetchFrom(connection, 't', offset, { maxBytes: 1 + randomIndex(random, 200_000) }),
      ),
    )
    // Only now is anything of them looked at.
    answers.forEach((answer, offset) => {
      const values = valuesOf(fetchedOf(answer).records)
      expect(values).toEqual(written.slice(offset, offset + values.length))
    })
    await connection.close()
  })

  it.each([
    ['SSH-2.0-OpenSSH_9.6\r\n', 'MR-5011'],
    ['\0\0\0\u0004abcd', 'MR-5010'],
  ])('are none if the other end begins by saying %j', async (greeting, code) => {
    const server = createServer(socket => {
      socket.on('error', () => undefined)
      socket.write(greeting)
    })
    onTestFinished(() => void server.close())
    const port = await listening(server)
    await expect(network.connect('127.0.0.1', port, 'test')).rejects.toMatchObject({
      code: 'MR-5001',
      cause: { code },
    })
  })

  it('end with the connection, and whoever waits for more is told', async () => {
    const server = createServer(socket => {
      socket.on('error', () => undefined)
      socket.end(Buffer.from([0, 0, 1]))
    })
    onTestFinished(() => void server.close())
    const port = await listening(server)
    await expect(network.connect('127.0.0.1', port, 'test')).rejects.toMatchObject({ code: 'MR-5001' })
  })
})
