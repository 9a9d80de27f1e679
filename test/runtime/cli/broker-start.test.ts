/** `millrace broker start` as a user meets it: the ready line, signals, exit codes, data that stays. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const main = fileURLToPath(new URL('../../../dist/runtime/cli/main.js', import.meta.url))

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  readonly port: number
  readonly stderr: () => string
}

function spawnBroker(directory: string, args: readonly string[]) {
  const child = spawn(process.execPath, [main, 'broker', 'start', ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return { child, stderr: () => stderr }
}

async function start(directory: string, ...args: string[]): Promise<Started> {
  const { child, stderr } = spawnBroker(directory, ['--port', '0', ...args])
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  expect(line).toMatch(/^listening on 127\.0\.0\.1:\d+\n$/)
  return { child, stderr, port: Number(/\d+(?=\n)/.exec(line)![0]) }
}

async function stop({ child }: Started, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal)
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

async function refused(
  directory: string,
  ...args: string[]
): Promise<{ code: number | null; stderr: string }> {
  const { child, stderr } = spawnBroker(directory, args)
  child.stdout.resume()
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stderr: stderr() }
}

function client(port: number) {
  return new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING })
}

async function send(port: number, value: string): Promise<void> {
  const producer = client(port).producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  await producer.send({ topic: 'letters', messages: [{ key: 'k', value }] })
  await producer.disconnect()
}

async function endOffset(port: number): Promise<string> {
  const admin = client(port).admin()
  await admin.connect()
  const [partition] = await admin.fetchTopicOffsets('letters')
  await admin.disconnect()
  return partition!.offset
}

describe('millrace broker start', () => {
  it('serves clients, stops at SIGTERM with 0, and has kept what was acknowledged when it was killed', async () => {
    const directory = await temporaryDirectory()
    const first = await start(directory, '--data', 'kept')
    await send(first.port, 'a')
    await stop(first, 'SIGKILL')
    const second = await start(directory, '--data', 'kept')
    expect(await endOffset(second.port)).toBe('1')
    await send(second.port, 'b')
    expect(await stop(second, 'SIGTERM')).toBe(0)
    const third = await start(directory, '--data', 'kept')
    expect(await endOffset(third.port)).toBe('2')
    expect(await stop(third, 'SIGINT')).toBe(0)
    expect(third.stderr()).toContain('SIGINT: closing')
  })

  it('takes a properties file, over it properties, and tells what has no effect', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'server.properties'), 'num.partitions=2\nnum.io.threads=8\nnode.id=5\n')
    const started = await start(directory, '--config', 'server.properties', '--property', 'num.partitions=3')
    await send(started.port, 'a')
    const admin = client(started.port).admin()
    await admin.connect()
    const { topics } = await admin.fetchTopicMetadata({ topics: ['letters'] })
    const { brokers } = await admin.describeCluster()
    await admin.disconnect()
    expect(topics[0]!.partitions).toHaveLength(3)
    expect(brokers).toEqual([{ nodeId: 5, host: '127.0.0.1', port: started.port }])
    expect(started.stderr()).toContain('num.io.threads is accepted and has no effect')
    expect(await stop(started, 'SIGTERM')).toBe(0)
  })

  it('tells clients the host that is advertised, and the port that was free', async () => {
    const directory = await temporaryDirectory()
    const advertised = 'advertised.listeners=PLAINTEXT://localhost:0'
    const listeners = 'listeners=PLAINTEXT://127.0.0.1:0'
    const { child } = spawnBroker(directory, ['--property', listeners, '--property', advertised])
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
    const port = Number(/:(\d+)\n$/.exec(line)![1])
    const admin = client(port).admin()
    await admin.connect()
    expect((await admin.describeCluster()).brokers).toEqual([{ nodeId: 1, host: 'localhost', port }])
    await admin.disconnect()
    expect(await stop({ child, port, stderr: () => '' }, 'SIGTERM')).toBe(0)
  })

  it('says what clients of all addresses are told, and tells them that', async () => {
    const directory = await temporaryDirectory()
    const { child, stderr } = spawnBroker(directory, ['--property', 'listeners=PLAINTEXT://:0'])
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
    const port = Number(/^listening on \*:(\d+)\n$/.exec(line)![1])
    const [, host] = /clients of PLAINTEXT are told to connect to ([^:, ]+)[:,] /.exec(stderr())!
    const admin = client(port).admin()
    await admin.connect()
    expect((await admin.describeCluster()).brokers).toEqual([{ nodeId: 1, host, port }])
    await admin.disconnect()
    expect(await stop({ child, port, stderr }, 'SIGTERM')).toBe(0)
  })

  const hasIpv6 = Object.values(networkInterfaces()).some(found =>
    found?.some(({ address }) => address === '::1'),
  )
  it.runIf(hasIpv6)('writes addresses of IPv6 as clients take them, in brackets', async () => {
    const directory = await temporaryDirectory()
    const { child } = spawnBroker(directory, ['--property', 'listeners=PLAINTEXT://[::1]:0'])
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
    expect(line).toMatch(/^listening on \[::1\]:\d+\n$/)
    child.kill('SIGTERM')
    await once(child, 'exit')
  })

  it('asks for a login, of a user whose password was set at the start', async () => {
    const directory = await temporaryDirectory()
    const properties = ['listeners=SASL_PLAINTEXT://127.0.0.1:0', 'sasl.enabled.mechanisms=SCRAM-SHA-256']
    const { child } = spawnBroker(directory, [
      '--add-scram',
      'SCRAM-SHA-256=[name=alice,password=secret]',
      ...properties.flatMap(each => ['--property', each]),
    ])
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
    const brokers = [`127.0.0.1:${/\d+(?=\n)/.exec(line)![0]}`]
    const sasl = { mechanism: 'scram-sha-256', username: 'alice', password: 'secret' } as const
    const admin = new Kafka({ brokers, sasl, logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    expect((await admin.describeCluster()).brokers).toHaveLength(1)
    await admin.disconnect()
    child.kill('SIGTERM')
    await once(child, 'exit')
  })

  it.each([
    ['an unknown property', 1, ['--property', 'num.partition=3'], /did you mean num\.partitions\?/],
    [
      'a value out of range',
      1,
      ['--property', 'num.partitions=0'],
      /num\.partitions must be an integer from 1/,
    ],
    ['no pair', 2, ['--property', 'num.partitions'], /is not KEY=VALUE/],
    ['a port that is none', 2, ['--port', '70000'], /is not a port/],
    [
      'a port beside secured listeners',
      2,
      ['--port', '0', '--property', 'listeners=SSL://:9093'],
      /plain listener/,
    ],
    [
      'a login without a mechanism',
      1,
      ['--property', 'listeners=SASL_PLAINTEXT://:0'],
      /sasl\.enabled\.mechanisms/,
    ],
    ['a file that is not there', 1, ['--config', 'none.properties'], /none\.properties/],
  ])('refuses %s, with exit code %i', async (_what, code, args, message) => {
    const found = await refused(await temporaryDirectory(), ...args)
    expect(found).toEqual({ code, stderr: expect.stringMatching(message) })
  })

  it('refuses a directory that is in use, and a port that is', async () => {
    const directory = await temporaryDirectory()
    const started = await start(directory)
    expect((await refused(directory, '--port', '0')).stderr).toContain('MR-4001')
    const other = await refused(directory, '--data', 'other', '--port', String(started.port))
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('MR-5026') })
    await stop(started, 'SIGTERM')
  })
})
