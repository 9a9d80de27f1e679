/**
 * Apache Kafka Streams as an oracle: a Java program beside this file that runs scenarios in Kafka's own test driver.
 *
 * Needs Java 17 and, once, Maven, which fetches Kafka's jars. The program is compiled when its source has
 * changed. One process answers many scenarios, in the order in which they are asked.
 */
import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { OutputRow, Scenario, StoreRows } from '../golden/scenario.ts'

/** What Kafka makes of a scenario. */
export interface Answer {
  readonly describe?: string
  readonly expected?: readonly OutputRow[]
  readonly stores?: StoreRows
  readonly error?: 'build' | number
  /** Kafka's words for the error. */
  readonly why?: string
  /** Set where the format does not have what the scenario asks for. */
  readonly unsupported?: string
  /** Whether another order of sub-topologies or of equal timestamps gives something else; only where it was asked. */
  readonly hangsOnOrder?: boolean
  /** Records of internal topics; only where they were asked for. */
  readonly internals?: readonly unknown[]
}

const folder = fileURLToPath(new URL('.', import.meta.url))
const cache = fileURLToPath(new URL('../../../node_modules/.cache/oracle/', import.meta.url))

/** Why there is no oracle on this machine; `undefined` where there is one. */
export function oracleMissing(): string | undefined {
  for (const command of ['java', 'javac']) {
    try {
      execFileSync(command, ['-version'], { stdio: 'ignore' })
    } catch {
      return `the oracle is Apache Kafka Streams itself and needs Java 17 or later: '${command}' cannot be run`
    }
  }
  return undefined
}

export class KafkaOracle {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  readonly #temporary: string

  constructor(mainClass = 'Oracle', args: readonly string[] = []) {
    const classPath = `${compile()}:${libraries()}`
    this.#temporary = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'oracle-'))
    const options = ['-Xmx1g', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData']
    const settings = [`-Djava.io.tmpdir=${this.#temporary}`, '-Dorg.slf4j.simpleLogger.defaultLogLevel=off']
    this.#process = spawn('java', [...options, ...settings, '-cp', classPath, mainClass, ...args])
    this.#process.stderr.on('data', (bytes: Buffer) => process.stderr.write(bytes))
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  /** What Kafka makes of it. With `orders` it is run in other orders too, to see whether it hangs on them. */
  async ask(scenario: Scenario, { orders = false, internals = false } = {}): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify({ ...scenario, orders, internals })}\n`)
    const line = await this.#lines.next()
    if (line.done === true) throw new Error(`the oracle ended at '${scenario.name}'`)
    return JSON.parse(line.value) as Answer
  }

  async close(): Promise<void> {
    const ended = new Promise(resolve => this.#process.once('exit', resolve))
    this.#process.stdin.end()
    await ended
    rmSync(this.#temporary, { recursive: true, force: true })
  }
}

/** The folder of the compiled program, one for each state of its source: others may be running. */
function compile(): string {
  const sources = readdirSync(join(folder, 'java')).map(name => join(folder, 'java', name))
  const hash = createHash('sha256')
  for (const path of sources) hash.update(readFileSync(path))
  const classes = join(cache, `classes-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(join(classes, 'compiled'))) return classes
  mkdirSync(classes, { recursive: true })
  execFileSync('javac', ['-nowarn', '-cp', libraries(), '-d', classes, ...sources], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  writeFileSync(join(classes, 'compiled'), '')
  return classes
}

/** The class path of Kafka's jars; Maven is asked once. */
function libraries(): string {
  const file = join(cache, 'libraries')
  const pom = join(folder, 'pom.xml')
  if (!existsSync(file) || statSync(file).mtimeMs < statSync(pom).mtimeMs) {
    mkdirSync(cache, { recursive: true })
    const goal = ['dependency:build-classpath', `-Dmdep.outputFile=${file}`]
    execFileSync('mvn', ['-q', '-B', '-f', pom, ...goal], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return readFileSync(file, 'utf8').trim()
}
