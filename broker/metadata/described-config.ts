/** Configuration as DescribeConfigs and CreateTopics show it: each value with where it comes from. */
import {
  configTypes,
  formatConfigValue,
  readConfig,
  type ConfigRow,
  type ConfigTable,
} from '../config-table.ts'
import { brokerConfigTable, type BrokerConfig } from '../config.ts'
import { brokerKeyOf, groupConfigTable } from './group-config.ts'
import { liveBrokerTable, type LiveConfigs } from './live-config.ts'
import { brokerDefaults, topicConfig, topicConfigTable, type TopicOverrides } from './topic-config.ts'

/** Kafka's numbers for where a value comes from. */
export const configSources = {
  topic: 1,
  liveBroker: 2,
  liveCluster: 3,
  staticBroker: 4,
  default: 5,
  group: 8,
} as const

/** A value of one level, from the one that applies down to the default. */
export interface ConfigSynonym {
  readonly name: string
  readonly value: string
  readonly source: number
}

export interface DescribedConfig {
  readonly name: string
  readonly value: string
  readonly source: number
  readonly type: number
  readonly about: string
  /** The value in force first, then what would apply without it. */
  readonly synonyms: readonly ConfigSynonym[]
}

/** Every key of a topic with these overrides. */
export function describeTopicConfigs(
  overrides: TopicOverrides,
  broker: BrokerConfig,
  live?: LiveConfigs,
): DescribedConfig[] {
  const { values } = topicConfig(overrides, broker)
  return describe(topicConfigTable, (name, row) => {
    const synonyms: ConfigSynonym[] = []
    if (Object.hasOwn(overrides, name)) {
      const value = formatConfigValue((values as Readonly<Record<string, unknown>>)[name], row.type)
      synonyms.push({ name, value, source: configSources.topic })
    }
    const brokerName = brokerDefaults[name]
    if (brokerName === undefined) {
      const value = formatConfigValue(row.default, row.type)
      return [...synonyms, { name, value, source: configSources.default }]
    }
    return [...synonyms, ...brokerSynonyms(brokerName, brokerConfigTable[brokerName], broker, live)]
  })
}

/** Every key of the broker. */
export function describeBrokerConfigs(broker: BrokerConfig, live?: LiveConfigs): DescribedConfig[] {
  const table: ConfigTable = { ...liveBrokerTable, ...brokerConfigTable }
  const described = describe(table, (name, row) => brokerSynonyms(name, row, broker, live))
  return described.map(each => ({ ...each, value: inForce(table[each.name]!, each.value) }))
}

/** Where a broker is, and where it keeps its data. */
export interface BrokerPlace {
  readonly nodeId: number
  readonly directory: string
  /** The listener by which the client came: `NAME://host:port`. */
  readonly advertised: string
}

/** What tools ask a broker for by Kafka's names, and what is no key of its configuration here. */
export function describePlace({ nodeId, directory, advertised }: BrokerPlace): DescribedConfig[] {
  const data = 'The data directory.'
  const told: readonly (readonly [name: string, value: string, type: number, about: string])[] = [
    ['broker.id', String(nodeId), configTypes.int, 'The id of this broker: node.id.'],
    ['log.dirs', directory, configTypes.string, data],
    ['advertised.listeners', advertised, configTypes.string, 'What clients of this listener are told.'],
  ]
  return told.map(([name, value, type, about]) => {
    const synonyms = [{ name, value, source: configSources.staticBroker }]
    return { name, value, source: configSources.staticBroker, type, about, synonyms }
  })
}

/** What was set for all brokers. */
export function describeClusterConfigs(live: LiveConfigs): DescribedConfig[] {
  const overrides = live.ofBroker('')
  const known = Object.entries(liveBrokerTable).filter(([name]) => Object.hasOwn(overrides, name))
  return describe(Object.fromEntries(known), name => [
    { name, value: overrides[name]!, source: configSources.liveCluster },
  ])
}

/** Every key of a group, whether there is such a group or not. */
export function describeGroupConfigs(
  groupId: string,
  broker: BrokerConfig,
  live: LiveConfigs,
): DescribedConfig[] {
  const overrides = live.ofGroup(groupId)
  const brokerTable: ConfigTable = brokerConfigTable
  return describe(groupConfigTable, (name, own) => {
    const brokerName = brokerKeyOf(name)
    const fallback = brokerSynonyms(brokerName, brokerTable[brokerName] ?? own, broker, live)
    if (!Object.hasOwn(overrides, name)) return fallback
    const value = inForce(own, overrides[name]!)
    return [{ name, value, source: configSources.group }, ...fallback]
  })
}

/** What a value that was set is read as; as it was set it is shown among the synonyms of a broker's key, as in Kafka. */
function inForce(row: ConfigRow<unknown>, set: string): string {
  const parsed = row.parse(set)
  return 'refusal' in parsed ? set : formatConfigValue(parsed.value, row.type)
}

/** `broker` is what is in force; `live` knows what of it was set while the broker ran. */
function brokerSynonyms(
  name: string,
  row: ConfigRow<unknown>,
  broker: BrokerConfig,
  live: LiveConfigs | undefined,
): ConfigSynonym[] {
  const synonyms: ConfigSynonym[] = []
  for (const [of, source] of [
    [live?.own, configSources.liveBroker],
    [live?.ofBroker(''), configSources.liveCluster],
  ] as const) {
    if (of !== undefined && Object.hasOwn(of, name)) synonyms.push({ name, value: of[name]!, source })
  }
  const fallback = { name, value: formatConfigValue(row.default, row.type), source: configSources.default }
  const started: Readonly<Record<string, unknown>> = live?.started ?? broker
  const value = formatConfigValue(started[name] ?? row.default, row.type)
  if (value !== fallback.value) synonyms.push({ name, value, source: configSources.staticBroker })
  return [...synonyms, fallback]
}

function describe(
  table: ConfigTable,
  synonymsOf: (name: string, row: ConfigRow<unknown>) => readonly ConfigSynonym[],
): DescribedConfig[] {
  return Object.entries(table).map(([name, row]) => {
    const synonyms = synonymsOf(name, row)
    const { value, source } = synonyms[0]!
    return { name, value, source, type: configTypes[row.type], about: row.about, synonyms }
  })
}

/** Whether `table` takes all of `input`; the sentences of what it does not. */
export function configFaults(
  table: ConfigTable,
  input: Readonly<Record<string, unknown>>,
): readonly string[] {
  return readConfig(table, input).refusals.map(({ name, reason }) => `${name} ${reason}`)
}
