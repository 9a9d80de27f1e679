/** Runs the built `millrace` as a user does, against a broker in the test's own process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBroker } from '../../../broker/index.ts'
import { kafkaBrokers, openCluster } from '../../../runtime/brokers.ts'
import { Admin } from '../../../runtime/client/admin.ts'
import type { Cluster } from '../../../runtime/client/cluster.ts'
import { Producer } from '../../../runtime/client/producer.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { noHeaders } from '../../../src/record/record.ts'

const main = fileURLToPath(new URL('../../../dist/runtime/cli/main.js', import.meta.url))

/** A command that has ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** What it reads on its standard input; default: nothing, at its end at once. `null`: it stays open. */
  readonly input?: string | null
  /** Once this has been printed on either output, the signal is sent. */
  readonly signal?: { readonly after: RegExp; readonly name: NodeJS.Signals }
  /** Closes the command's standard output once this has been printed. */
  readonly closeAfter?: RegExp
  readonly env?: Readonly<Record<string, string>>
  /** Where it runs. */
  readonly directory?: string
}

/** A broker on the network of this machine, and the command line pointed at it. */
export interface CliFixture {
  readonly address: string
  run(args: readonly string[], options?: RunOptions): Promise<Ended>
  /** A client in this process, to arrange what a test is about: it starts sooner than a command. */
  readonly cluster: Cluster
  /** Makes a topic in this process. */
  createTopic(name: string, partitions?: number): Promise<void>
  /** Writes values to partition 0 in this process. */
  write(topic: string, ...values: readonly string[]): Promise<void>
  /** Runs it and reads its output as JSON; an error where it fails. */
  json<T>(...args: readonly string[]): Promise<T>
  close(): Promise<void>
}

export async function startFixture(): Promise<CliFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-test-'))
  const broker = await startBroker({
    directory,
    config: {
      'offsets.topic.num.partitions': '2',
      'transaction.state.log.num.partitions': '2',
      'group.initial.rebalance.delay.ms': '0',
    },
  })
  const { port } = await broker.listen({ port: 0 })
  return fixtureOf(`127.0.0.1:${port}`, async () => {
    await broker.close()
    await rm(directory, { recursive: true, force: true })
  })
}

/** The command line pointed at a broker that runs elsewhere. */
export function fixtureOf(address: string, close: () => Promise<void>): CliFixture {
  const cluster = openCluster(kafkaBrokers(address), 'test')
  const run = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
    millrace(args, { ...options, env: { KAFKA_BROKERS: address, ...options.env } })
  return {
    address,
    run,
    async json<T>(...args: readonly string[]) {
      const { code, stdout, stderr } = await run([...args, '--output', 'json'])
      if (code !== 0) throw new Error(`${args.join(' ')} has ended with ${code}: ${stderr}`)
      return JSON.parse(stdout) as T
    },
    cluster,
    async createTopic(name, partitions = 1) {
      await new Admin(cluster).createTopics([{ name, partitions }])
    },
    async write(topic, ...values) {
      const producer = new Producer({ cluster })
      for (const value of values) producer.append(topic, 0, null, utf8Bytes(value), Date.now(), noHeaders)
      await producer.flush()
      await producer.close()
    },
    async close() {
      await cluster.close()
      await close()
    },
  }
}

/** Runs `millrace` to its end. */
export async function millrace(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.directory,
    env: { ...process.env, KAFKA_BROKERS: '', KAFKA_BOOTSTRAP_SERVERS: '', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  const { signal, closeAfter, input = '' } = options
  let isSignalled = false
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      if (signal?.after.test(output[name]) === true && !isSignalled) {
        isSignalled = true
        child.kill(signal.name)
      }
      if (closeAfter?.test(output.stdout) === true) child.stdout.destroy()
    })
  }
  // A command that ends early closes its input: what was not read is of no interest.
  child.stdin.on('error', () => undefined)
  if (input === null) child.stdin.write('')
  else child.stdin.end(input)
  const [code] = (await once(child, 'exit')) as [number | null]
  if (!child.stdout.destroyed) await Promise.race([once(child, 'close'), once(child.stdout, 'close')])
  return { code, ...output }
}
