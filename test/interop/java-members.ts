/** A process of Java consumers (`java/GroupMembers.java`), or why there is none. */
import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const kafka = fileURLToPath(new URL('../../../shared/kafka/kafka.sh', import.meta.url))
const source = fileURLToPath(new URL('java/GroupMembers.java', import.meta.url))

/** The class path of the Java client, or why it is not there. */
export function findJava(): { readonly classpath: string } | { readonly missing: string } {
  if (!existsSync(kafka)) return { missing: 'there is no ../shared/kafka/kafka.sh' }
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' })
    return { classpath: execFileSync(kafka, ['classpath'], { encoding: 'utf8', timeout: 60_000 }).trim() }
  } catch {
    return { missing: 'there is no Java, or Kafka could not be fetched' }
  }
}

/** Members in one process, by name. */
export class JavaMembers {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: string[] = []
  readonly #owned = new Map<string, Set<string>>()
  readonly #overlaps: string[] = []
  #stderr = ''
  #changed: () => void = () => undefined

  constructor(classpath: string, [address, group, topic]: readonly [string, string, string]) {
    const options = ['-Xmx256m', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', classpath]
    this.#child = spawn('java', [...options, source, address, group, topic])
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
    createInterface({ input: this.#child.stdout }).on('line', line => {
      this.#lines.push(line)
      this.#take(line)
      this.#changed()
    })
  }

  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  /** The partitions that a member has now. */
  owned(name: string): readonly string[] {
    return [...(this.#owned.get(name) ?? [])].sort()
  }

  /** The partitions that two of its members had at the same time. */
  get overlaps(): readonly string[] {
    return this.#overlaps
  }

  /** What members have read, in order. */
  get read(): readonly string[] {
    return this.told('read')
  }

  /** What members have told with a word. */
  told(word: string): readonly string[] {
    return this.#lines.flatMap(line =>
      line.split(' ')[1] === word ? [line.split(' ').slice(2).join(' ')] : [],
    )
  }

  /** Waits until something holds of what was told. */
  async until(what: string, holds: () => boolean, timeoutMs = 60_000): Promise<void> {
    const end = Date.now() + timeoutMs
    while (!holds()) {
      const leftMs = end - Date.now()
      if (leftMs <= 0 || this.#child.exitCode !== null) {
        throw new Error(
          `not seen: ${what}\n${this.#lines.slice(-30).join('\n')}\n${this.#stderr.slice(-2000)}`,
        )
      }
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, Math.min(leftMs, 500))
        this.#changed = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Ends all of its members without a word to the broker. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Lets its members leave. */
  async close(): Promise<void> {
    this.#child.stdin.end()
    const slow = setTimeout(() => this.#child.kill('SIGKILL'), 20_000)
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
    clearTimeout(slow)
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill(signal)
    await ended
  }

  #take(line: string): void {
    const [name = '', word, ...partitions] = line.split(' ')
    if (word !== 'assigned' && word !== 'revoked' && word !== 'lost') return
    let owned = this.#owned.get(name)
    if (owned === undefined) this.#owned.set(name, (owned = new Set()))
    for (const partition of partitions) {
      if (word !== 'assigned') {
        owned.delete(partition)
        continue
      }
      for (const [other, own] of this.#owned) {
        if (other !== name && own.has(partition)) this.#overlaps.push(`${partition}: ${other} and ${name}`)
      }
      owned.add(partition)
    }
  }
}
