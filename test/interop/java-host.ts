/**
 * The JVM of the Java judges (java/Host.java): Apache Kafka's client, its admin client and its command-line tools.
 *
 * Needs Java 17 and, once, Maven, which fetches Kafka's jars. The programs are compiled when their sources have changed.
 */
import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Found } from './client.ts'

const folder = fileURLToPath(new URL('./java/', import.meta.url))
const cache = fileURLToPath(new URL('../../node_modules/.cache/interop/', import.meta.url))

/** Kafka's version, and how its JVM is started; or what there is not. */
export function findJava(): Found<(address: string) => JavaHost> {
  for (const command of ['java', 'javac']) {
    if (!isThere(command)) return { missing: `there is no ${command} in the path` }
  }
  if (!existsSync(librariesFile) && !isThere('mvn')) {
    return { missing: 'there is no mvn in the path, which fetches the jars of Apache Kafka' }
  }
  let jars: string
  try {
    jars = libraries()
  } catch (error) {
    const [reason] = (error as Error).message.split('\n', 1)
    return { missing: `the jars of Apache Kafka could not be fetched: ${reason}` }
  }
  const version = /kafka-clients-(\d[\d.]*\d)\.jar/.exec(jars)?.[1] ?? 'of an unknown version'
  const classPath = [compile(jars), jars].join(delimiter)
  return { version, client: address => new JavaHost(classPath, address) }
}

export class JavaHost {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  #stderr = ''

  constructor(classPath: string, address: string) {
    const options = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData']
    const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=off'
    this.#process = spawn('java', [...options, quiet, '-cp', classPath, 'Host', address])
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  /** Asks for one act after the other; fails as the act fails. */
  async ask<T>(act: string, args: Readonly<Record<string, unknown>> = {}): Promise<T> {
    this.#process.stdin.write(`${JSON.stringify({ act, ...args })}\n`)
    const line = await this.#lines.next()
    if (line.done === true) throw new Error(`the JVM ended at '${act}': ${this.#stderr}`)
    const { error, result } = JSON.parse(line.value) as { readonly error?: string; readonly result?: T }
    if (error !== undefined) throw new Error(error)
    return result as T
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.stdin.end()
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(late)
  }
}

function isThere(command: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.some(path => existsSync(join(path, command)))
}

/** The folder of the compiled programs, one for each state of their sources: others may be running. */
function compile(jars: string): string {
  const sources = readdirSync(folder).filter(name => name.endsWith('.java'))
  const paths = sources.map(name => join(folder, name))
  const hash = createHash('sha256')
  for (const path of paths) hash.update(readFileSync(path))
  const classes = join(cache, `classes-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(join(classes, 'compiled'))) return classes
  mkdirSync(classes, { recursive: true })
  execFileSync('javac', ['-nowarn', '-cp', jars, '-d', classes, ...paths], { stdio: 'pipe' })
  writeFileSync(join(classes, 'compiled'), '')
  return classes
}

const librariesFile = join(cache, 'libraries')

/** The class path of Kafka's jars; Maven is asked once. */
function libraries(): string {
  const pom = join(folder, 'pom.xml')
  if (!existsSync(librariesFile) || statSync(librariesFile).mtimeMs < statSync(pom).mtimeMs) {
    mkdirSync(cache, { recursive: true })
    const goal = ['dependency:build-classpath', `-Dmdep.outputFile=${librariesFile}`]
    execFileSync('mvn', ['-q', '-B', '-f', pom, ...goal], { stdio: 'pipe', timeout: 120_000 })
  }
  return readFileSync(librariesFile, 'utf8').trim()
}
