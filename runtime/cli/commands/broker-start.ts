/**
 * `millrace broker start`: a single-node broker for any Kafka client, until a signal stops it.
 *
 * Settings come from the configuration file, then `--property`, then the flags; the later counts. Standard output has one
 * line, `listening on HOST:PORT` (several listeners: all of them), once clients can connect; everything else is on stderr.
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import {
  defineBroker,
  loadTls,
  propertyLines,
  readProperties,
  startBroker,
  tellMachineHost,
  type Broker,
  type BrokerDefinition,
  type PlaceOf,
} from '../../../broker/index.ts'
import { StreamsError } from '../../../src/base/errors.ts'
import { consoleLogger, type Logger } from '../../logger.ts'
import { invalid } from '../invalid.ts'
import { scramPassword } from '../scram-password.ts'

/** The parsed flags. */
export interface BrokerStartFlags {
  readonly port?: string
  readonly data?: string
  readonly config?: string
  readonly property?: readonly string[]
  readonly lenientReplication?: boolean
  readonly addScram?: readonly string[]
}

const dataDefault = '.millrace/broker'

export async function brokerStartCommand(flags: BrokerStartFlags): Promise<void> {
  const logger = consoleLogger()
  const { properties, placeOf } = await propertiesOf(flags)
  const definition = await tellMachineHost(defineBroker(properties, undefined, placeOf))
  const passwords = (flags.addScram ?? []).map(scramPassword)
  for (const notice of definition.notices) logger.log('info', notice)
  const directory = flags.data ?? definition.directory ?? dataDefault
  const failures = new StorageFailures(logger)
  // From here on a signal is an orderly end: opening the logs may take a while.
  const stop = untilSignal()
  const broker = await failures.whileStarting(() =>
    startBroker({
      directory,
      config: definition.config,
      signal: stop,
      onFault: fault => logger.log('error', fault.message),
      onStorageFailure: failure => failures.tell(failure),
      onRefused: throttled(logger),
    }).catch((error: unknown) => {
      if (!stop.aborted || error !== stop.reason) throw error
      return undefined
    }),
  )
  if (broker === undefined) {
    logger.log('info', `${String(stop.reason)}: closing, before the broker had started`)
    return
  }
  // Clients are served whether or not anybody reads that they are.
  process.stdout.on('error', () => undefined)
  try {
    for (const password of passwords) await broker.setPassword(password)
    const addresses = await listenOn(broker, definition)
    logger.log('info', `broker ${broker.clusterId} serves ${directory}`)
    process.stdout.write(`listening on ${addresses.join(', ')}\n`)
    if (!stop.aborted) await once(stop, 'abort')
    logger.log('info', `${String(stop.reason)}: closing`)
  } finally {
    await broker.close()
  }
}

async function listenOn(broker: Broker, { listeners }: BrokerDefinition): Promise<string[]> {
  const addresses: string[] = []
  for (const { host, port, advertised, tls, sasl } of listeners) {
    const keys = tls === undefined ? undefined : await loadTls(tls)
    const found = await broker.listen({ host, port, tls: keys, sasl, advertised })
    const shown = host.includes(':') ? `[${host}]` : host
    addresses.push(`${shown === '' ? '*' : shown}:${found.port}`)
  }
  return addresses
}

async function propertiesOf(
  flags: BrokerStartFlags,
): Promise<{ readonly properties: ReadonlyMap<string, string>; readonly placeOf: PlaceOf }> {
  const properties = new Map<string, string>()
  const places = new Map<string, string>()
  if (flags.config !== undefined) {
    const text = await textOf(flags.config)
    for (const [name, value] of readProperties(text)) properties.set(name, value)
    for (const [name, line] of propertyLines(text)) places.set(name, `${flags.config}:${line}`)
  }
  for (const property of flags.property ?? []) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(property) ?? []
    if (name === undefined || value === undefined) {
      throw invalid(
        `--property ${property} is not KEY=VALUE`,
        'Write, for example, --property num.partitions=4.',
      )
    }
    properties.set(name.trim(), value)
    places.delete(name.trim())
  }
  if (flags.lenientReplication === true) properties.set('replication.factor.lenient', 'true')
  if (flags.port !== undefined) {
    if (!/^\d{1,5}$/.test(flags.port) || Number(flags.port) > 65_535) {
      throw invalid(`--port ${flags.port} is not a port`, 'Give 0 to 65535.')
    }
    const configured = properties.get('listeners') ?? ''
    if (/(?:^|,)\s*(?!PLAINTEXT:|CONTROLLER:)[^,\s]/i.test(configured)) {
      // A plain listener in the place of secured ones is not what anybody means by a port.
      throw invalid(
        `--port stands for a plain listener, and listeners=${configured} is configured`,
        'Leave out --port, and set the port in listeners.',
      )
    }
    properties.set('listeners', `PLAINTEXT://127.0.0.1:${flags.port}`)
    properties.delete('advertised.listeners')
  }
  return { properties, placeOf: name => places.get(name) }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new StreamsError('MR-5022', {
      what: `the configuration file cannot be read: ${(cause as Error).message}`,
      where: file,
      fix: 'check the path',
      cause,
    })
  }
}

/** What the disk refuses is told at once; while the broker starts, once it is known not to be why it does not. */
class StorageFailures {
  readonly #logger: Logger
  #early: StreamsError[] | undefined = []

  constructor(logger: Logger) {
    this.#logger = logger
  }

  tell(failure: StreamsError): void {
    if (this.#early === undefined) this.#logger.log('error', failure.message)
    else this.#early.push(failure)
  }

  /** Runs the start. The error that it fails with is for its caller to tell, and is not told here too. */
  async whileStarting<Started>(start: () => Promise<Started>): Promise<Started> {
    let reason: unknown
    try {
      return await start()
    } catch (error) {
      reason = error
      throw error
    } finally {
      const early = this.#early ?? []
      this.#early = undefined
      for (const failure of early) if (failure !== reason) this.tell(failure)
    }
  }
}

/** The first signal that asks to stop, or tells that the terminal has gone; a second one is left to the system, which kills. */
function untilSignal(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => stop.abort(signal))
  }
  return stop.signal
}

/** A client that cannot be understood tries again and again: of each kind one line a minute is told. */
function throttled(logger: Logger): (reason: StreamsError, peer: { readonly clientHost: string }) => void {
  const toldAt = new Map<string, number>()
  return (reason, { clientHost }) => {
    const kind = `${reason.code} ${clientHost}`
    const now = Date.now()
    if (now - (toldAt.get(kind) ?? -Infinity) < 60_000) return
    if (toldAt.size > 1000) toldAt.clear()
    toldAt.set(kind, now)
    logger.log('warn', `the connection from ${clientHost} was closed: ${reason.message}`)
  }
}
