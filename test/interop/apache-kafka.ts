/** A real Apache Kafka for the tests of a file: started before them, stopped after them. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'

const script = fileURLToPath(new URL('../../../shared/kafka/kafka.sh', import.meta.url))

export interface ApacheKafka {
  /** 0 before it runs. */
  readonly port: number
  /** Of the tests' own, gone after them. */
  readonly directory: string
}

/** To be called where the tests are described. */
export function useApacheKafka(): ApacheKafka {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-answers-'))
  const kafka = { port: 0, directory }
  const run = (...args: readonly string[]) => {
    const env = { ...process.env, KAFKA_HEAP: '300m' }
    execFileSync(script, args, { stdio: 'ignore', timeout: 90_000, env })
  }
  beforeAll(async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    await new Promise(resolve => server.close(resolve))
    // Below the range that the system gives ports out of, with room for the controller's above it.
    kafka.port = 10_000 + (port % 15_000)
    run('start', '--port', String(kafka.port), '--data', join(directory, 'kafka'))
  }, 120_000)
  afterAll(() => {
    run('stop', '--data', join(directory, 'kafka'))
    rmSync(directory, { recursive: true, force: true })
  }, 60_000)
  return kafka
}
