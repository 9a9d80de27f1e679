/**
 * What is known of topics and brokers, merged from the answers to Metadata requests.
 *
 * Answers may come from brokers that lag: what an answer says of a partition is taken only if its leader epoch is not
 * older than the known one, unless the topic was made anew (its id differs).
 */
import { zeroUuid } from '../../src/base/uuid.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import type { MetadataResponse, MetadataResponseTopic } from '../../src/protocol/messages/03-metadata.ts'
import type { BrokerAddress } from './connections.ts'

/** What is known of a partition. */
export interface PartitionMetadata {
  readonly partition: number
  /** Id of the broker that leads it; -1 for none at the moment. */
  readonly leader: number
  /** -1 if not known. */
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly inSyncReplicas: readonly number[]
}

/** What is known of a topic. */
export interface TopicMetadata {
  readonly name: string
  /** The zero uuid where the broker does not tell. */
  readonly topicId: string
  readonly internal: boolean
  /** By partition number, without holes. */
  readonly partitions: readonly PartitionMetadata[]
}

interface CachedTopic {
  readonly topic: TopicMetadata
  readonly atMs: number
}

export class MetadataCache {
  readonly #brokers = new Map<number, BrokerAddress>()
  readonly #topics = new Map<string, CachedTopic>()
  /** Id of the broker that takes requests for the controller; -1 before the first answer. */
  controller = -1

  broker(node: number): BrokerAddress | undefined {
    return this.#brokers.get(node)
  }

  brokers(): readonly number[] {
    return [...this.#brokers.keys()]
  }

  setBroker(node: number, address: BrokerAddress): void {
    this.#brokers.set(node, address)
  }

  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name)?.topic
  }

  /** The topic, if what is known of it is younger than `ageMaxMs` and every partition has a leader. */
  fresh(name: string, nowMs: number, ageMaxMs: number): TopicMetadata | undefined {
    const cached = this.#topics.get(name)
    if (cached === undefined || nowMs - cached.atMs > ageMaxMs) return undefined
    return cached.topic.partitions.every(({ leader }) => leader >= 0) ? cached.topic : undefined
  }

  forget(name: string): void {
    this.#topics.delete(name)
  }

  /** Merges an answer; answers the topics in it that exist. `asked` are those it was to tell about. */
  merge(response: MetadataResponse, asked: readonly string[], nowMs: number): readonly TopicMetadata[] {
    for (const { nodeId, host, port } of response.brokers) this.#brokers.set(nodeId, { host, port })
    this.controller = response.controllerId
    const found: TopicMetadata[] = []
    for (const answer of response.topics) {
      if (answer.name === null) continue
      if (answer.errorCode === kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code) this.#topics.delete(answer.name)
      if (answer.errorCode !== 0) continue
      const topic = merged(answer.name, answer, this.#topics.get(answer.name)?.topic)
      this.#topics.set(answer.name, { topic, atMs: nowMs })
      found.push(topic)
    }
    const named = new Set(response.topics.map(({ name }) => name))
    for (const name of asked) if (!named.has(name)) this.#topics.delete(name)
    return found
  }
}

function merged(
  name: string,
  answer: MetadataResponseTopic,
  known: TopicMetadata | undefined,
): TopicMetadata {
  const sameTopic = known !== undefined && (answer.topicId === known.topicId || answer.topicId === zeroUuid)
  const partitions = answer.partitions.toSorted((left, right) => left.partitionIndex - right.partitionIndex)
  return {
    name,
    topicId: answer.topicId,
    internal: answer.isInternal,
    partitions: partitions.map(({ partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes }) => {
      const before = sameTopic ? known.partitions[partitionIndex] : undefined
      if (before !== undefined && leaderEpoch >= 0 && leaderEpoch < before.leaderEpoch) return before
      return {
        partition: partitionIndex,
        leader: leaderId,
        leaderEpoch,
        replicas: replicaNodes,
        inSyncReplicas: isrNodes,
      }
    }),
  }
}
