/** Configuration as DescribeConfigs and CreateTopics show it: each value with where it comes from. */
import {
  configTypes,
  formatConfigValue,
  readConfig,
  type ConfigRow,
  type ConfigTable,
} from '../config-table.ts'
import { brokerConfigTable, type BrokerConfig } from '../config.ts'
import { brokerDefaults, topicConfig, topicConfigTable, type TopicOverrides } from './topic-config.ts'

/** Kafka's numbers for where a value comes from. */
export const configSources = { topic: 1, staticBroker: 4, default: 5 } as const

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
export function describeTopicConfigs(overrides: TopicOverrides, broker: BrokerConfig): DescribedConfig[] {
  const { values } = topicConfig(overrides, broker)
  return describe(topicConfigTable, (name, row) => {
    const synonyms: ConfigSynonym[] = []
    if (Object.hasOwn(overrides, name)) {
      const value = formatConfigValue((values as Readonly<Record<string, unknown>>)[name])
      synonyms.push({ name, value, source: configSources.topic })
    }
    const brokerName = brokerDefaults[name]
    if (brokerName === undefined) {
      const value = formatConfigValue(row.default)
      return [...synonyms, { name, value, source: configSources.default }]
    }
    return [...synonyms, ...brokerSynonyms(brokerName, brokerConfigTable[brokerName], broker)]
  })
}

/** Every key of the broker. */
export function describeBrokerConfigs(broker: BrokerConfig): DescribedConfig[] {
  return describe(brokerConfigTable, (name, row) => brokerSynonyms(name as keyof BrokerConfig, row, broker))
}

function brokerSynonyms(
  name: keyof BrokerConfig,
  row: ConfigRow<unknown>,
  broker: BrokerConfig,
): ConfigSynonym[] {
  const fallback = { name, value: formatConfigValue(row.default), source: configSources.default }
  const value = formatConfigValue(broker[name])
  if (value === fallback.value) return [fallback]
  return [{ name, value, source: configSources.staticBroker }, fallback]
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
