/** Creates, describes, alters and deletes what a cluster keeps: topics, configurations, records. Groups: group-admin.ts. */
import { StreamsError } from '../../src/base/errors.ts'
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { CreatableTopic, CreateTopics } from '../../src/protocol/messages/19-create-topics.ts'
import { DeleteTopics } from '../../src/protocol/messages/20-delete-topics.ts'
import { DeleteRecords } from '../../src/protocol/messages/21-delete-records.ts'
import { DescribeConfigs } from '../../src/protocol/messages/32-describe-configs.ts'
import { CreatePartitions } from '../../src/protocol/messages/37-create-partitions.ts'
import { IncrementalAlterConfigs } from '../../src/protocol/messages/44-incremental-alter-configs.ts'
import type { Api } from '../../src/protocol/api.ts'
import { byTopic, callBroker, callController, callLeaders, firstAgain, type CallOptions } from './calls.ts'
import { GroupAdmin } from './group-admin.ts'
import { listOffsets, type Isolation, type ListedOffset, type OffsetSpec } from './list-offsets.ts'
import type { TopicMetadata } from './metadata-cache.ts'
import { refusal, said } from './refusal.ts'
import { Again, againOn, withRetries } from './retry.ts'

export interface NewTopic {
  readonly name: string
  /** -1: the broker's default. */
  readonly partitions: number
  /** Default -1: the broker's default. */
  readonly replicationFactor?: number
  readonly configs?: Readonly<Record<string, string>>
}

/** Whether a topic was made by this call, or was there already. */
export interface TopicCreation {
  readonly name: string
  readonly outcome: 'created' | 'exists'
}

export interface ConfigEntry {
  readonly name: string
  /** Null for one that is kept secret. */
  readonly value: string | null
  readonly isDefault: boolean
  readonly readOnly: boolean
}

export type ConfigResource = 'topic' | 'broker'

export interface RecordsToDelete extends TopicPartition {
  /** The first offset to keep; -1 for all that there are now. */
  readonly offset: number
}

const resourceTypeCode = { topic: 2, broker: 4 } as const
const operationCode = { set: 0, delete: 1 } as const
/** Where a config's value comes from: 5 is the built-in default. */
const defaultSource = 5

export class Admin extends GroupAdmin {
  /**
   * Creates topics and waits until each has a leader everywhere that this client looks. A topic that exists already is left
   * as it is and answered as `exists`. MR-5041 if one is refused; others of the call may have been created.
   */
  async createTopics(
    topics: readonly NewTopic[],
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<readonly TopicCreation[]> {
    if (topics.length === 0) return []
    const validateOnly = options.validateOnly ?? false
    const request = CreateTopics.request.create({
      topics: topics.map(topic => creatable(topic)),
      timeoutMs: this.cluster.requestTimeoutMs,
      validateOnly,
    })
    const response = await callController(this.cluster, CreateTopics, request, {
      what: `create topics ${topics.map(({ name }) => name).join(', ')}`,
      again: ({ topics: answers }) =>
        firstAgain(answers, ({ errorCode, name, errorMessage }) =>
          errorCode === existsAlready
            ? undefined
            : againOn(errorCode, () =>
                refusal(errorCode, `create topic ${name}`, { message: said(errorMessage) }),
              ),
        ),
    })
    if (!validateOnly) await this.#visible(topics.map(({ name }) => name))
    return response.topics.map(({ name, errorCode }) => ({
      name,
      outcome: errorCode === existsAlready ? 'exists' : 'created',
    }))
  }

  /** Deletes topics. Not an error if one does not exist. */
  async deleteTopics(names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    const request = DeleteTopics.request.create({
      // As a list of names up to version 5, as a list of names or ids from there on.
      topicNames: names,
      topics: names.map(name => ({ name, topicId: zeroUuid })),
      timeoutMs: this.cluster.requestTimeoutMs,
    })
    await callController(
      this.cluster,
      DeleteTopics,
      version => (version >= 6 ? { ...request, topicNames: [] } : { ...request, topics: [] }),
      {
        what: `delete topics ${names.join(', ')}`,
        again: ({ responses }) =>
          firstAgain(responses, ({ errorCode, name, errorMessage }) =>
            errorCode === doesNotExist
              ? undefined
              : againOn(errorCode, () =>
                  refusal(errorCode, `delete topic ${name}`, { message: said(errorMessage) }),
                ),
          ),
      },
    )
    await this.cluster.refresh(names)
  }

  /** Topics that exist, with their partitions; those that do not are left out. Always from a broker. */
  describeTopics(names: readonly string[]): Promise<readonly TopicMetadata[]> {
    return names.length === 0 ? Promise.resolve([]) : this.cluster.refresh(names)
  }

  listTopics(): Promise<readonly TopicMetadata[]> {
    return this.cluster.allTopics()
  }

  /** Grows a topic to `count` partitions. */
  async createPartitions(topic: string, count: number): Promise<void> {
    const what = `grow topic ${topic} to ${count} partitions`
    const request = CreatePartitions.request.create({
      topics: [{ name: topic, count, assignments: null }],
      timeoutMs: this.cluster.requestTimeoutMs,
    })
    await callController(this.cluster, CreatePartitions, request, {
      what,
      again: ({ results }) =>
        firstAgain(results, ({ errorCode, errorMessage }) => topicAgain(errorCode, what, errorMessage)),
    })
    await this.#visible([topic], count)
  }

  /** Offsets by what they stand for, in the order of `partitions`. `latest` of `read_committed` is the last stable offset. */
  listOffsets(
    partitions: Iterable<TopicPartition>,
    spec: OffsetSpec,
    options: { readonly isolation?: Isolation } = {},
  ): Promise<readonly ListedOffset[]> {
    const queries = [...partitions].map(({ topic, partition }) => ({ topic, partition, spec }))
    return listOffsets(this.cluster, queries, options.isolation ?? 'read_uncommitted')
  }

  /** Deletes the records before each offset; answers where each log begins now, in order. */
  deleteRecords(before: Iterable<RecordsToDelete>): Promise<readonly number[]> {
    return callLeaders<RecordsToDelete, number>(this.cluster, [...before], {
      what: 'delete records',
      refused: ({ topic, partition }, code) =>
        refusal(code, 'delete records', { where: partitionKey(topic, partition) }),
      send: async (connection, items) => {
        const request = DeleteRecords.request.create({
          topics: [...byTopic(items)].map(([name, partitions]) => ({
            name,
            partitions: partitions.map(({ partition, offset }) => ({ partitionIndex: partition, offset })),
          })),
          timeoutMs: this.cluster.requestTimeoutMs,
        })
        const { topics } = await this.cluster.send(connection, DeleteRecords, request)
        return topics.flatMap(({ name, partitions }) =>
          partitions.map(({ partitionIndex, errorCode, lowWatermark }) => ({
            topic: name,
            partition: partitionIndex,
            errorCode,
            result: lowWatermark,
          })),
        )
      },
    })
  }

  /** The configuration of a topic, or of a broker by its id. */
  async describeConfigs(resource: ConfigResource, name: string): Promise<readonly ConfigEntry[]> {
    const what = `describe the configuration of ${resource} ${name}`
    const request = DescribeConfigs.request.create({
      resources: [{ resourceType: resourceTypeCode[resource], resourceName: name, configurationKeys: null }],
    })
    const { results } = await this.#callAbout(resource, name, DescribeConfigs, request, {
      what,
      again: answer =>
        firstAgain(answer.results, ({ errorCode, errorMessage }) =>
          topicAgain(errorCode, what, errorMessage),
        ),
    })
    return results.flatMap(({ configs }) =>
      configs.map(({ name: key, value, configSource, readOnly }) => ({
        name: key,
        value,
        isDefault: configSource === defaultSource,
        readOnly,
      })),
    )
  }

  /** Sets configs, and leaves the others as they are; `null` puts one back to its default. */
  async alterConfigs(
    resource: ConfigResource,
    name: string,
    configs: Readonly<Record<string, string | null>>,
  ): Promise<void> {
    const what = `alter the configuration of ${resource} ${name}`
    const request = IncrementalAlterConfigs.request.create({
      resources: [
        {
          resourceType: resourceTypeCode[resource],
          resourceName: name,
          configs: Object.entries(configs).map(([key, value]) => ({
            name: key,
            configOperation: value === null ? operationCode.delete : operationCode.set,
            value,
          })),
        },
      ],
    })
    await this.#callAbout(resource, name, IncrementalAlterConfigs, request, {
      what,
      again: ({ responses }) =>
        firstAgain(responses, ({ errorCode, errorMessage }) => topicAgain(errorCode, what, errorMessage)),
    })
  }

  /** Calls whoever is in charge of a resource: a broker of itself, the controller of a topic. */
  #callAbout<Request, Response>(
    resource: ConfigResource,
    name: string,
    api: Api<Request, Response>,
    request: Request,
    options: CallOptions<Response>,
  ): Promise<Response> {
    if (resource === 'topic') return callController(this.cluster, api, request, options)
    return callBroker(this.cluster, Number(name), api, request, options)
  }

  /** Waits until topics have all their leaders: they are created on one broker and become known on the others later. */
  async #visible(names: readonly string[], partitionsMin = 1): Promise<void> {
    const { clock, random, callTimeoutMs: timeoutMs } = this.cluster
    const what = `see all leaders of ${names.join(', ')}`
    await withRetries({ clock, random, what, timeoutMs }, async () => {
      const topics = await this.cluster.refresh(names)
      const led = topics.filter(
        ({ partitions }) =>
          partitions.length >= partitionsMin && partitions.every(({ leader }) => leader >= 0),
      )
      if (led.length === names.length) return undefined
      return new Again('wait', new StreamsError('MR-2001', { what: 'a topic or a leader is not known yet' }))
    })
  }
}

const existsAlready = kafkaErrors.TOPIC_ALREADY_EXISTS.code
const doesNotExist = kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code

/** As `againOn`, but a topic that does not exist is not waited for. */
function topicAgain(errorCode: number, what: string, errorMessage: string | null): Again | undefined {
  const message = said(errorMessage)
  if (errorCode === doesNotExist) throw refusal(errorCode, what, { code: 'MR-2001', message })
  return againOn(errorCode, () => refusal(errorCode, what, { message }))
}

function creatable({ name, partitions, replicationFactor = -1, configs = {} }: NewTopic): CreatableTopic {
  return CreatableTopic.create({
    name,
    numPartitions: partitions,
    replicationFactor,
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  })
}
