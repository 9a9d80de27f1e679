/** A group that changes its protocol is answered by this broker what Apache Kafka answers, request by request (KIP-848). */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startBroker } from '../../broker/broker.ts'
import { TcpNetwork } from '../../runtime/client/tcp-network.ts'
import { findJava } from './java-members.ts'
import { migrationTranscript } from './migration-answers.ts'

const script = fileURLToPath(new URL('../../../shared/kafka/kafka.sh', import.meta.url))
const java = findJava()
if ('missing' in java) console.info(`interop: answers of Apache Kafka are skipped: ${java.missing}`)
const network = new TcpNetwork({ software: { name: 'millrace-test', version: '1' } })

function kafka(...args: readonly string[]): void {
  const env = { ...process.env, KAFKA_HEAP: '300m' }
  execFileSync(script, args, { stdio: 'ignore', timeout: 90_000, env })
}

describe.skipIf('missing' in java)('a group that changes its protocol', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-answers-'))
  let port = 0

  beforeAll(async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    ;({ port } = server.address() as { port: number })
    await new Promise(resolve => server.close(resolve))
    // Below the range that the system gives ports out of, with room for the controller's above it.
    port = 10_000 + (port % 15_000)
    kafka('start', '--port', String(port), '--data', directory)
  }, 120_000)
  afterAll(() => {
    kafka('stop', '--data', directory)
    rmSync(directory, { recursive: true, force: true })
  }, 60_000)

  it('is answered as by Apache Kafka', { timeout: 180_000 }, async () => {
    const broker = await startBroker({ directory: join(directory, 'ours') })
    onTestFinished(() => broker.close())
    const own = await broker.listen({ port: 0 })
    const [theirs, ours] = await Promise.all(
      [port, own.port].map(each => migrationTranscript(() => network.connect('127.0.0.1', each, 'client'))),
    )
    expect(ours).toEqual(theirs)
    expect(ours!.length).toBe(58)
  })
})
