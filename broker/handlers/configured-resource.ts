/** What has a configuration that clients may change: topics, the broker, all brokers together, groups. */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import { readConfig, type ConfigRefusal, type ConfigTable } from '../config-table.ts'
import { groupConfigTable, readGroupConfig } from '../metadata/group-config.ts'
import { liveBrokerTable } from '../metadata/live-config.ts'
import {
  describeRefusals,
  topicConfig,
  topicConfigTable,
  type TopicOverrides,
} from '../metadata/topic-config.ts'
import { topicNameFault } from '../metadata/topic-name.ts'
import { configResources } from './config-resource.ts'
import type { BrokerContext } from './handler.ts'

export interface ConfiguredResource {
  /** What was set. */
  readonly overrides: TopicOverrides
  /** What is in force, by the keys of the table. */
  readonly current: Readonly<Record<string, unknown>>
  readonly table: ConfigTable
  /** What is wrong with settings that are to replace those there are. */
  refusals(overrides: TopicOverrides): readonly ConfigRefusal[]
  replace(overrides: TopicOverrides): void
}

export interface ResourceName {
  readonly resourceType: number
  readonly resourceName: string
}

/** Finds what a client names. Throws a `BrokerError` if there is no such thing, or nothing of it can be changed. */
export function configuredResource(
  broker: BrokerContext,
  { resourceType, resourceName }: ResourceName,
): ConfiguredResource {
  switch (resourceType) {
    case configResources.topic:
      return configuredTopic(broker, resourceName)
    case configResources.broker:
      return configuredBroker(broker, resourceName)
    case configResources.group:
      return configuredGroup(broker, resourceName)
    default:
      throw new BrokerError(kafkaErrors.INVALID_REQUEST.code, unsupportedType(resourceType))
  }
}

/** What a client is told that asks for the configuration of something that has none here. */
export function unsupportedType(resourceType: number): string {
  if (resourceType === configResources.brokerLogger)
    return 'This broker has no loggers: it tells what it has to tell on standard error.'
  if (resourceType === configResources.clientMetrics) return 'This broker takes no metrics from clients.'
  return `Unsupported resource type: ${resourceType}`
}

/** Throws unless `name` stands for this broker or, empty, for all. */
export function checkBrokerName(broker: BrokerContext, name: string): void {
  const { nodeId } = broker.identity
  if (name === '' || name === String(nodeId)) return
  const why = `Unexpected broker id, expected ${nodeId} or empty string, but received ${name}`
  throw new BrokerError(kafkaErrors.INVALID_REQUEST.code, why)
}

function configuredTopic(broker: BrokerContext, name: string): ConfiguredResource {
  if (name === '') throw invalid('Default topic resources are not allowed.')
  const fault = topicNameFault(name)
  if (fault !== undefined) throw new BrokerError(kafkaErrors.INVALID_TOPIC_EXCEPTION.code, fault)
  const topic = broker.topics.get(name)
  if (topic === undefined) {
    throw new BrokerError(kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code, `There is no topic '${name}'.`)
  }
  return {
    overrides: topic.overrides,
    current: topic.config,
    table: topicConfigTable,
    refusals: overrides => topicConfig(overrides, broker.config).refusals,
    replace: overrides => void broker.topics.configure(name, overrides),
  }
}

function configuredBroker(broker: BrokerContext, name: string): ConfiguredResource {
  checkBrokerName(broker, name)
  const { liveConfigs } = broker
  return {
    overrides: liveConfigs.ofBroker(name),
    current: broker.config,
    table: liveBrokerTable,
    refusals(overrides) {
      const fixed = Object.keys(overrides).filter(key => !Object.hasOwn(liveBrokerTable, key))
      if (fixed.length > 0) {
        const why = `Cannot update these configs dynamically: [${fixed.join(', ')}]. They are set where the broker is started.`
        throw invalid(why)
      }
      // Of a topic a bad value is INVALID_CONFIG; of a broker Kafka answers otherwise.
      const { refusals } = readConfig(liveBrokerTable, overrides)
      if (refusals.length > 0) throw invalid(describeRefusals(refusals))
      return refusals
    },
    replace: overrides => liveConfigs.setBroker(name, overrides),
  }
}

function configuredGroup({ config, liveConfigs }: BrokerContext, groupId: string): ConfiguredResource {
  if (groupId === '') throw new BrokerError(kafkaErrors.INVALID_REQUEST.code, 'A group must have a name.')
  const overrides = liveConfigs.ofGroup(groupId)
  return {
    overrides,
    current: readGroupConfig(overrides, config).values,
    table: groupConfigTable,
    refusals: settings => readGroupConfig(settings, config).refusals,
    replace: settings => liveConfigs.setGroup(groupId, settings),
  }
}

function invalid(message: string): BrokerError {
  return new BrokerError(kafkaErrors.INVALID_REQUEST.code, message)
}
