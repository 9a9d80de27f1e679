/** kcat, the command line over librdkafka, as a driver of the scenario: a process for each act. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Client, CodecName, Found, Member, Message, ReadOptions, Seen } from './client.ts'
import { ProcessMember } from './process-member.ts'

/** Debian's name of it was kafkacat once. */
export function findKcat(): Found<(address: string) => Promise<KcatClient>> {
  for (const command of ['kcat', 'kafkacat']) {
    try {
      const text = execFileSync(command, ['-V'], { encoding: 'utf8' })
      const [, kcat, librdkafka] = /Version (\S+) .*librdkafka (\S+)/.exec(text) ?? []
      return {
        version: `${kcat} (librdkafka ${librdkafka})`,
        client: async address => new KcatClient(command, address),
      }
    } catch {
      // The next name.
    }
  }
  return { missing: 'there is no kcat in the path (Debian, Ubuntu: apt-get install kcat)' }
}

const lines = (messages: readonly Message[]) => messages.map(({ key, value }) => `${key}:${value}\n`).join('')

export class KcatClient implements Client {
  readonly #command: string
  readonly #address: string

  constructor(command: string, address: string) {
    this.#command = command
    this.#address = address
  }

  /** Asks for the metadata of all topics, with these properties; answers how that ended. */
  async list(properties: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
    const options = properties.flatMap(each => ['-X', each])
    const child = spawn(this.#command, ['-L', '-m', '5', '-b', this.#address, ...options])
    let stderr = ''
    child.stdout.resume()
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const [code] = (await once(child, 'close')) as [number]
    return { code, stderr }
  }

  async produce(topic: string, messages: readonly Message[], codec: CodecName): Promise<void> {
    await this.#run(['-P', '-t', topic, '-K', ':', '-X', `compression.codec=${codec}`], lines(messages))
  }

  async read(
    topic: string,
    { count, fromTime, committedOnly = true }: ReadOptions,
  ): Promise<readonly Seen[]> {
    const from = fromTime === undefined ? 'beginning' : `s@${fromTime}`
    const isolation = `isolation.level=${committedOnly ? 'read_committed' : 'read_uncommitted'}`
    const form = ['-q', '-o', from, '-c', String(count), '-f', '%p %o %T %s\\n', '-X', isolation]
    const text = await this.#run(['-C', '-t', topic, ...form])
    const rows = text.trimEnd().split('\n')
    return rows.map(row => {
      const [partition, offset, timestamp, value] = row.split(' ')
      return {
        partition: Number(partition),
        offset: Number(offset),
        timestamp: Number(timestamp),
        value: value!,
      }
    })
  }

  async join(group: string, topic: string): Promise<Member> {
    const settings = {
      'auto.offset.reset': 'earliest',
      'auto.commit.interval.ms': 500,
      'session.timeout.ms': 3000,
      'heartbeat.interval.ms': 500,
    }
    const options = Object.entries(settings).flatMap(([name, value]) => ['-X', `${name}=${value}`])
    const form = ['-q', '-u', '-f', '%s\\n']
    return new ProcessMember(this.#command, ['-b', this.#address, ...options, ...form, '-G', group, topic])
  }

  /** The one form of transactions that kcat has: what it is given until its input ends, committed then. */
  async transaction(id: string, topic: string, messages: readonly Message[]): Promise<void> {
    await this.#run(['-P', '-t', topic, '-K', ':', '-X', `transactional.id=${id}`], lines(messages))
  }

  async close(): Promise<void> {
    // Every process has ended with its act.
  }

  /** Runs it to its end; what it printed. Fails with what it told, or after 20 s. */
  async #run(args: readonly string[], input = ''): Promise<string> {
    const child = spawn(this.#command, ['-b', this.#address, ...args], { stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdin.end(input)
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000)
    const [code] = (await once(child, 'close')) as [number | null]
    clearTimeout(late)
    if (code !== 0) throw new Error(`kcat ended with ${code}: ${stderr}`)
    return stdout
  }
}
