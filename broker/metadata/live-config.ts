/**
 * Configuration that administrators set while the broker runs: the broker's own (KIP-226) and that of groups (KIP-848),
 * in memory and in the metadata log.
 *
 * A key of the broker has the value that was set for this broker, else for all brokers (the empty name), else the one that
 * the broker was started with. Keys that topics take as their defaults can be set, and are in force at once in every topic that
 * does not set its own; and so can the bounds of connections. Others, `listeners` or `node.id`, say how a broker starts.
 *
 * The one `BrokerConfig` that all parts hold is changed in place, by this class alone.
 */
import type { Clock } from '../../src/base/clock.ts'
import { double, int, long, longMax, readConfig, string, type ConfigTable } from '../config-table.ts'
import { brokerConfigTable, type BrokerConfig } from '../config.ts'
import { groupDefaults, readGroupConfig, type GroupTime } from './group-config.ts'
import type { FactKind, FactStore } from './metadata-log.ts'
import { brokerDefaults, type TopicOverrides } from './topic-config.ts'

/** There is nothing to throttle on one node; tools that move partitions set and remove these. */
const throttles: ConfigTable = Object.fromEntries(
  [
    'leader.replication.throttled.rate',
    'follower.replication.throttled.rate',
    'replica.alter.log.dirs.io.max.bytes.per.second',
  ].map(name => [name, long(longMax, 'Without effect: one node replicates nothing.', { min: 0 })]),
)

const threadless = 'Without effect: one event loop does the work.'

/** What administrators tune in a running broker of Java. */
const threads: ConfigTable = {
  'num.io.threads': int(8, threadless, { min: 1 }),
  'num.network.threads': int(3, threadless, { min: 1 }),
  'num.replica.fetchers': int(1, threadless, { min: 1 }),
  'num.recovery.threads.per.data.dir': int(2, threadless, { min: 1 }),
  'background.threads': int(10, threadless, { min: 1 }),
  'log.cleaner.threads': int(1, threadless, { min: 0 }),
  'log.cleaner.io.buffer.size': int(512 << 10, threadless, { min: 0 }),
  'log.cleaner.io.buffer.load.factor': double(0.9, threadless),
  'log.cleaner.io.max.bytes.per.second': double(Number.MAX_VALUE, threadless),
  'metric.reporters': string('', 'Without effect: there are no metrics reporters.'),
}

const ticketless = 'Without effect: nobody logs in by Kerberos.'

/** Kafka takes them of any running broker too, whether or not that has logins by Kerberos. */
const kerberos: ConfigTable = {
  'sasl.kerberos.kinit.cmd': string('/usr/bin/kinit', ticketless),
  'sasl.kerberos.ticket.renew.window.factor': double(0.8, ticketless),
  'sasl.kerberos.ticket.renew.jitter': double(0.05, ticketless),
  'sasl.kerberos.min.time.before.relogin': long(60_000, ticketless),
}

/** Keys of the broker that are read anew each time. */
const readAnew = [
  'max.connections',
  'max.connections.per.ip',
  'max.connections.per.ip.overrides',
  'max.connection.creation.rate',
  'transaction.partition.verification.enable',
] as const

/** Keys of the broker that can be set while it runs. */
export const liveBrokerTable: ConfigTable = {
  ...Object.fromEntries(
    [...Object.values(brokerDefaults), ...readAnew].map(name => [name, brokerConfigTable[name]]),
  ),
  ...throttles,
  ...threads,
  ...kerberos,
}

interface LiveConfigsParts {
  /** Must have been loaded. */
  readonly store: FactStore
  readonly clock: Clock
  readonly config: BrokerConfig
  readonly nodeId: number
  /** The broker's configuration is another: topics have other defaults. */
  readonly onChanged: () => void
}

export class LiveConfigs {
  /** What the broker was started with. */
  readonly started: BrokerConfig
  readonly #parts: LiveConfigsParts
  readonly #brokers = new Map<string, TopicOverrides>()
  readonly #groups = new Map<string, TopicOverrides>()

  constructor(parts: LiveConfigsParts) {
    this.#parts = parts
    this.started = { ...parts.config }
    for (const [name, { configs }] of parts.store.facts('brokerConfig'))
      this.#brokers.set(name, textsOf(configs))
    for (const [name, { configs }] of parts.store.facts('groupConfig'))
      this.#groups.set(name, textsOf(configs))
    if (this.#brokers.size > 0) this.#apply()
  }

  /** What was set for a broker, or with the empty name for all. */
  ofBroker(name: string): TopicOverrides {
    return this.#brokers.get(name) ?? {}
  }

  /** What was set for this broker. */
  get own(): TopicOverrides {
    return this.ofBroker(String(this.#parts.nodeId))
  }

  /** Replaces what is set for a broker or for all. Callers validate. */
  setBroker(name: string, overrides: TopicOverrides): void {
    this.#put('brokerConfig', this.#brokers, name, overrides)
    this.#apply()
  }

  /** What was set for a group. */
  ofGroup(groupId: string): TopicOverrides {
    return this.#groups.get(groupId) ?? {}
  }

  /** Groups for which something was set; they need not exist. */
  groups(): IterableIterator<string> {
    return this.#groups.keys()
  }

  setGroup(groupId: string, overrides: TopicOverrides): void {
    this.#put('groupConfig', this.#groups, groupId, overrides)
  }

  /** After how long without a heartbeat a member of the consumer protocol is taken out of its group. */
  sessionMs(groupId: string): number {
    return this.#timeOf(groupId, 'consumer.session.timeout.ms')
  }

  heartbeatMs(groupId: string): number {
    return this.#timeOf(groupId, 'consumer.heartbeat.interval.ms')
  }

  /** How long after one assignment the next may be computed. */
  assignmentMs(groupId: string): number {
    return this.#timeOf(groupId, 'consumer.assignment.interval.ms')
  }

  #timeOf(groupId: string, name: GroupTime): number {
    const overrides = this.#groups.get(groupId)
    if (overrides === undefined) return this.#parts.config[groupDefaults[name]]
    return readGroupConfig(overrides, this.#parts.config).values[name]
  }

  #put(kind: FactKind, all: Map<string, TopicOverrides>, name: string, overrides: TopicOverrides): void {
    const { store, clock } = this.#parts
    const isGone = Object.keys(overrides).length === 0
    store.putFact(kind, name, isGone ? null : { configs: overrides }, clock.now())
    if (isGone) all.delete(name)
    else all.set(name, overrides)
  }

  /** Keys that an older or newer version wrote and this one does not take are kept and have no effect. */
  #apply(): void {
    const { config, onChanged } = this.#parts
    const overrides = { ...this.ofBroker(''), ...this.own }
    Object.assign(config, readConfig(liveBrokerTable, overrides, this.started).values)
    onChanged()
  }
}

function textsOf(configs: unknown): TopicOverrides {
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(configs ?? {})) texts[name] = String(value)
  return texts
}
