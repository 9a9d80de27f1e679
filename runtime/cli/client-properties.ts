/**
 * The properties of `-X key=value`: those of Kafka's clients that mean something to ours, by Kafka's names and units.
 * An unknown one is refused with the nearest known name (MR-6201): a misspelt property that is ignored is found too late.
 */
import { nearestName } from '../../src/base/nearest-name.ts'
import { codecIdOfName, type CodecName } from '../../src/record/compression.ts'
import type { FetcherOptions } from '../client/fetcher.ts'
import type { Isolation } from '../client/list-offsets.ts'
import type { ProducerOptions } from '../client/producer.ts'
import { invalid } from './invalid.ts'
import { securityNames, type SecurityProperties } from './security-properties.ts'

type Writable<T> = { -readonly [Name in keyof T]?: T[Name] }

/** What was set, sorted by who takes it. */
export interface ClientProperties {
  brokers?: string
  clientId?: string
  requestTimeoutMs?: number
  callTimeoutMs?: number
  /** For `clientSecurity`. */
  readonly security: SecurityProperties
  readonly producer: Writable<Omit<ProducerOptions, 'cluster'>>
  readonly fetcher: Writable<Omit<FetcherOptions, 'cluster'>>
}

type Setter = (properties: ClientProperties, text: string, name: string) => void

const setters: Readonly<Record<string, Setter>> = {
  ...Object.fromEntries(
    securityNames.map((name): [string, Setter] => [name, ({ security }, text) => (security[name] = text)]),
  ),
  'bootstrap.servers': (properties, text) => (properties.brokers = text),
  'client.id': (properties, text) => (properties.clientId = text),
  'request.timeout.ms': (properties, text, name) => (properties.requestTimeoutMs = count(text, name, 1)),
  'default.api.timeout.ms': (properties, text, name) => (properties.callTimeoutMs = count(text, name, 1)),
  'batch.size': ({ producer }, text, name) => (producer.batchBytesMax = count(text, name, 1)),
  'buffer.memory': ({ producer }, text, name) => (producer.bufferBytesMax = count(text, name, 1)),
  'compression.type': ({ producer }, text, name) => (producer.compression = codec(text, name)),
  'delivery.timeout.ms': ({ producer }, text, name) => (producer.deliveryTimeoutMs = count(text, name, 1)),
  'enable.idempotence': ({ producer }, text, name) => (producer.idempotent = yesOrNo(text, name)),
  'linger.ms': ({ producer }, text, name) => (producer.lingerMs = count(text, name, 0)),
  'max.in.flight.requests.per.connection': ({ producer }, text, name) =>
    (producer.maxInFlight = count(text, name, 1)),
  'max.request.size': ({ producer }, text, name) => (producer.requestBytesMax = count(text, name, 1)),
  'transaction.timeout.ms': ({ producer }, text, name) =>
    (producer.transactionTimeoutMs = count(text, name, 1)),
  'check.crcs': ({ fetcher }, text, name) => (fetcher.checkCrc = yesOrNo(text, name)),
  'fetch.max.bytes': ({ fetcher }, text, name) => (fetcher.fetchBytesMax = count(text, name, 1)),
  'fetch.max.wait.ms': ({ fetcher }, text, name) => (fetcher.fetchWaitMs = count(text, name, 0)),
  'fetch.min.bytes': ({ fetcher }, text, name) => (fetcher.fetchBytesMin = count(text, name, 1)),
  'isolation.level': ({ fetcher }, text, name) => (fetcher.isolation = isolation(text, name)),
  'max.partition.fetch.bytes': ({ fetcher }, text, name) =>
    (fetcher.partitionBytesMax = count(text, name, 1)),
}

/** Reads `key=value` pairs; the later counts. */
export function clientProperties(pairs: readonly string[]): ClientProperties {
  const properties: ClientProperties = { security: {}, producer: {}, fetcher: {} }
  for (const pair of pairs) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined || value === undefined) throw invalid(`-X ${pair} is not key=value`)
    const set = Object.hasOwn(setters, name) ? setters[name] : undefined
    if (set === undefined) throw unknown(name)
    set(properties, value, name)
  }
  return properties
}

function unknown(name: string): Error {
  const nearest = nearestName(name, Object.keys(setters))
  return invalid(
    `-X ${name} is not a property that is known here`,
    nearest === undefined ? `Known are: ${Object.keys(setters).join(', ')}.` : `Did you mean ${nearest}?`,
  )
}

function count(text: string, name: string, least: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1
  if (value >= least) return value
  throw invalid(`-X ${name} must be an integer of at least ${least}, not ${JSON.stringify(text)}`)
}

function yesOrNo(text: string, name: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw invalid(`-X ${name} must be true or false, not ${JSON.stringify(text)}`)
}

function codec(text: string, name: string): CodecName {
  if (codecIdOfName(text) !== undefined) return text as CodecName
  throw invalid(`-X ${name} must be none, gzip, snappy, lz4 or zstd, not ${JSON.stringify(text)}`)
}

function isolation(text: string, name: string): Isolation {
  if (text === 'read_committed' || text === 'read_uncommitted') return text
  throw invalid(`-X ${name} must be read_committed or read_uncommitted, not ${JSON.stringify(text)}`)
}
