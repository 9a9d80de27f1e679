/**
 * From a wish for a topic to a plan that can be carried out, or the error that Kafka answers to it.
 *
 * Pure: CreateTopics (with and without `validateOnly`) and the automatic creation of Metadata decide by it. The checks are
 * in Kafka's order, since a wish with two faults must name the same one.
 */
import { kafkaErrors, type KafkaErrorName } from '../../src/protocol/errors.ts'
import type { BrokerConfig } from '../config.ts'
import { describeRefusals, overridesFrom, topicConfig, type TopicOverrides } from './topic-config.ts'
import { collisionKey, metadataLogName, topicNameFault } from './topic-name.ts'

/** A topic as a client asks for it; -1 stands for the broker's default. */
export interface TopicWish {
  readonly name: string
  readonly partitionCount: number
  readonly replicationFactor: number
  readonly assignments: readonly {
    readonly partitionIndex: number
    readonly brokerIds: readonly number[]
  }[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

/** A topic that may be created. */
export interface TopicPlan {
  readonly name: string
  readonly partitionCount: number
  readonly overrides: TopicOverrides
}

/** Why a wish is refused. */
export interface TopicRefusal {
  readonly errorCode: number
  readonly errorMessage: string
}

/** What planning must know of the topics there are. */
export interface KnownTopics {
  get(name: string): object | undefined
  /** The topic whose name differs from `name` only in '.' and '_'. */
  colliding(key: string): string | undefined
  /** Whether partitions of a topic of this name are being made or taken away. */
  isUnderWay(name: string): boolean
  /** Partitions of all topics together. */
  readonly partitionCount: number
}

/** More would make start-up and files the first problem; Kafka's controller has the same bound per request. */
export const partitionCountMax = 10_000

/** Plans a topic; refuses in Kafka's words. */
export function planTopic(
  wish: TopicWish,
  topics: KnownTopics,
  config: BrokerConfig,
): TopicPlan | TopicRefusal {
  const plan = nameRefusal(wish.name, topics) ?? planPartitions(wish, config)
  if ('errorCode' in plan) return plan
  return roomRefusal(plan.partitionCount, topics, config) ?? plan
}

/** Why the broker takes no so many partitions more: whoever may create topics could create them without end. */
export function roomRefusal(
  added: number,
  { partitionCount }: Pick<KnownTopics, 'partitionCount'>,
  config: BrokerConfig,
): TopicRefusal | undefined {
  const most = config['partitions.max']
  if (partitionCount + added <= most) return undefined
  const why = `The broker has ${partitionCount} partitions and may have ${most} (partitions.max); ${added} more are too many.`
  return refusal('POLICY_VIOLATION', why)
}

function nameRefusal(name: string, topics: KnownTopics): TopicRefusal | undefined {
  const fault = topicNameFault(name)
  if (fault !== undefined) return refusal('INVALID_TOPIC_EXCEPTION', fault)
  if (name === '__cluster_metadata') {
    return refusal('INVALID_REQUEST', `Creation of internal topic ${name} is prohibited.`)
  }
  if (name === metadataLogName) {
    return refusal('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: '${name}' is reserved`)
  }
  if (topics.get(name) !== undefined || topics.isUnderWay(name)) {
    return refusal('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
  }
  const other = topics.colliding(collisionKey(name))
  if (other === undefined) return undefined
  return refusal('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other}`)
}

function planPartitions(wish: TopicWish, config: BrokerConfig): TopicPlan | TopicRefusal {
  const { name, replicationFactor, assignments } = wish
  let { partitionCount } = wish
  if (assignments.length > 0) {
    if (partitionCount !== -1 || replicationFactor !== -1) {
      const why =
        'A manual partition assignment was specified, but numPartitions or replicationFactor was not set to -1.'
      return refusal('INVALID_REQUEST', why)
    }
    const fault = assignmentFault(assignments, config['node.id'])
    if (fault !== undefined) return refusal('INVALID_REPLICA_ASSIGNMENT', fault)
    partitionCount = assignments.length
  } else {
    if (replicationFactor === 0 || replicationFactor < -1) {
      const why = 'Replication factor must be larger than 0, or -1 to use the default value.'
      return refusal('INVALID_REPLICATION_FACTOR', why)
    }
    if (partitionCount === -1) partitionCount = config['num.partitions']
    if (partitionCount <= 0) {
      return refusal('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
    }
    if (replicationFactor > 1 && !config['replication.factor.lenient']) {
      const why = `Unable to replicate the partition ${replicationFactor} time(s): only 1 broker is registered. Ask for 1, or set replication.factor.lenient on the broker.`
      return refusal('INVALID_REPLICATION_FACTOR', why)
    }
  }
  if (partitionCount > partitionCountMax) {
    return refusal('POLICY_VIOLATION', `Number of partitions may not exceed ${partitionCountMax}.`)
  }
  return planConfigs(wish, config, { name, partitionCount })
}

/** Why a manual assignment does not fit one broker; partitions must be 0 to n-1, each on exactly this broker. */
export function assignmentFault(assignments: TopicWish['assignments'], nodeId: number): string | undefined {
  const seen = new Set<number>()
  for (const { partitionIndex, brokerIds } of assignments) {
    if (seen.has(partitionIndex))
      return `Found multiple manual partition assignments for partition ${partitionIndex}`
    seen.add(partitionIndex)
    if (brokerIds.length === 0) return 'The manual partition assignment includes an empty replica list.'
    if (new Set(brokerIds).size < brokerIds.length) {
      return `The manual partition assignment includes the broker ${brokerIds[0]} more than once.`
    }
    const stranger = brokerIds.find(id => id !== nodeId)
    if (stranger !== undefined) {
      return `The manual partition assignment includes broker ${stranger}, but no such broker is registered.`
    }
  }
  for (let partition = 0; partition < assignments.length; partition++) {
    if (!seen.has(partition)) return 'partitions should be a consecutive 0-based integer sequence'
  }
  return undefined
}

function planConfigs(
  { configs }: TopicWish,
  config: BrokerConfig,
  shape: { readonly name: string; readonly partitionCount: number },
): TopicPlan | TopicRefusal {
  const overrides = overridesFrom({})
  for (const { name, value } of configs) {
    if (value === null)
      return refusal('INVALID_CONFIG', `Null value not supported for topic configs: ${name}`)
    // Of two values the last counts, as in Kafka.
    overrides[name] = value
  }
  const { refusals } = topicConfig(overrides, config)
  if (refusals.length > 0) return refusal('INVALID_CONFIG', describeRefusals(refusals))
  return { ...shape, overrides }
}

function refusal(name: KafkaErrorName, errorMessage: string): TopicRefusal {
  return { errorCode: kafkaErrors[name].code, errorMessage }
}
