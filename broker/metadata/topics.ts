/**
 * The registry of topics: names, ids, configurations and the logs of their partitions, in memory and on disk.
 *
 * The record in the metadata log decides: a topic (or a partition) is made on disk before its record is written, and
 * taken away after its removal is. So a crash in between leaves directories of no topic, which `load` removes, and never
 * a topic without them; still, `load` makes what is missing. Records of a topic that was neither made nor removed, as the
 * registry has it, are moved aside and not removed. A change that fails leaves the registry as it was.
 *
 * Callers validate (`planTopic`); the registry asserts.
 */
import { assert } from '../../src/base/assert.ts'
import type { Clock } from '../../src/base/clock.ts'
import type { Random } from '../../src/base/random.ts'
import { randomUuid } from '../../src/base/uuid.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import type { BrokerConfig } from '../config.ts'
import { logConfigOf } from '../log/log-config.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { MetadataLog, TopicEntry } from './metadata-log.ts'
import { topicConfig, type TopicConfig, type TopicOverrides } from './topic-config.ts'
import { collisionKey, isInternalTopic, metadataLogName, type InternalTopic } from './topic-name.ts'
import type { TopicPlan } from './topic-plan.ts'

export interface Topic {
  readonly name: string
  readonly id: string
  /** Whether it is one of the broker's own. */
  readonly internal: boolean
  /** What the topic itself sets. */
  readonly overrides: TopicOverrides
  /** What is in force. */
  readonly config: TopicConfig
  /** By partition. */
  readonly logs: readonly PartitionLog[]
}

/** Names of deleted topics that are remembered until somebody asks for them. */
const deletedNamesMax = 1000

/** Told of logs that come and go. */
export interface TopicsListener {
  opened(log: PartitionLog): void
  removed(topic: Topic): void
}

interface TopicsParts {
  readonly logs: LogDirectory
  readonly config: BrokerConfig
  readonly clock: Clock
  readonly random: Random
  readonly metadata: MetadataLog
  readonly listener: TopicsListener
}

export class Topics {
  readonly #logs: LogDirectory
  readonly #config: BrokerConfig
  readonly #clock: Clock
  readonly #random: Random
  readonly #listener: TopicsListener
  readonly #metadata: MetadataLog
  readonly #byName = new Map<string, Topic>()
  readonly #byId = new Map<string, Topic>()
  readonly #byCollisionKey = new Map<string, string>()
  /** Topics whose partitions are being made or taken away, a step at a time. */
  readonly #underWay = new Set<string>()
  /** Logs of partitions that the registry may still lose, and what settles when it cannot. */
  readonly #unsettled = new Map<PartitionLog, Promise<void>>()
  /** The oldest first. */
  readonly #deletedNames = new Set<string>()
  #partitionCount = 0
  #version = 0

  constructor({ logs, config, clock, random, metadata, listener }: TopicsParts) {
    this.#logs = logs
    this.#config = config
    this.#clock = clock
    this.#random = random
    this.#listener = listener
    this.#metadata = metadata
  }

  /** Reads the registry and opens every partition. Once, before anything else. */
  load(): void {
    const entries = this.#metadata.load()
    for (const log of this.#logs.partitions()) {
      const { topic, partition } = log
      if (topic === metadataLogName) continue
      const entry = entries.get(topic)
      if (this.#metadata.wasRemoved(topic)) this.#logs.delete(topic, partition)
      else if (
        entry === undefined ||
        partition >= entry.partitionCount ||
        this.#isOfAnother(entry, partition)
      )
        // Of another topic by its id, as it seems: the file that says so may be damaged, so nothing is deleted.
        this.#logs.dismiss(log)
    }
    for (const entry of entries.values()) {
      this.#replaceLost(entry)
      this.#enter(this.#open(entry, []))
    }
  }

  /** Counts the changes of the registry, and of who may see what of it. */
  get version(): number {
    return this.#version
  }

  /** Others may see topics than before: whoever keeps what a pattern matches looks again. */
  rightsChanged(): void {
    this.#version++
  }

  get(name: string): Topic | undefined {
    return this.#byName.get(name)
  }

  byId(id: string): Topic | undefined {
    return this.#byId.get(id)
  }

  all(): IterableIterator<Topic> {
    return this.#byName.values()
  }

  /** Partitions of all topics together. */
  get partitionCount(): number {
    return this.#partitionCount
  }

  /** The log of a partition; `undefined` if there is no such topic or partition. */
  log(topic: string, partition: number): PartitionLog | undefined {
    return this.#byName.get(topic)?.logs[partition]
  }

  /** The topic whose name has this `collisionKey`. */
  colliding(key: string): string | undefined {
    return this.#byCollisionKey.get(key)
  }

  /** Makes a topic that `planTopic` has planned. */
  create({ name, partitionCount, overrides }: TopicPlan): Topic {
    assert(!this.#byName.has(name), 'a topic that exists was created')
    this.#metadata.checkWritable()
    const entry = { name, id: randomUuid(this.#random), partitionCount, overrides }
    return this.#enter(this.#make(entry, []))
  }

  /** Whether partitions of a topic of this name are being made or taken away. */
  isUnderWay(name: string): boolean {
    return this.#underWay.has(name)
  }

  /** `create` in steps, between which others have their turn: a topic may have thousands of partitions. */
  *createInSteps({ name, partitionCount, overrides }: TopicPlan): Generator<void, Topic, void> {
    assert(!this.#byName.has(name), 'a topic that exists was created')
    const entry = { name, id: randomUuid(this.#random), partitionCount, overrides }
    return yield* this.#makeInSteps(entry, [])
  }

  /** Adds partitions up to a total of `partitionCount`, in steps. Throws a `BrokerError` while that is under way already. */
  *addPartitions(name: string, partitionCount: number): Generator<void, Topic, void> {
    const { id, overrides, logs } = this.#settled(name)
    assert(partitionCount > logs.length, 'partitions can only be added')
    return yield* this.#makeInSteps({ name, id, partitionCount, overrides }, logs)
  }

  /** Takes a topic away in steps: it is gone with the first, its files go with the others. Throws as above. */
  *delete(name: string): Generator<void, void, void> {
    const { logs } = this.#settled(name)
    this.#forget(name)
    this.#underWay.add(name)
    try {
      for (let partition = 0; partition < logs.length; partition++) {
        this.#logs.delete(name, partition)
        yield
      }
    } finally {
      this.#underWay.delete(name)
    }
  }

  /**
   * Whether a topic of this name was deleted and nobody has asked since: who asks now may be looking whether it is gone,
   * and is not to bring it back by that. True once for each deletion.
   */
  takeDeletion(name: string): boolean {
    return this.#deletedNames.delete(name)
  }

  /** One of the broker's own topics, made now if it does not exist yet. */
  internal(name: InternalTopic): Topic {
    const topic = this.#byName.get(name)
    if (topic !== undefined) return topic
    const isOffsets = name === '__consumer_offsets'
    return this.create({
      name,
      partitionCount:
        this.#config[isOffsets ? 'offsets.topic.num.partitions' : 'transaction.state.log.num.partitions'],
      overrides: {
        'cleanup.policy': 'compact',
        'segment.bytes': String(
          this.#config[isOffsets ? 'offsets.topic.segment.bytes' : 'transaction.state.log.segment.bytes'],
        ),
        'compression.type': 'producer',
      },
    })
  }

  /** Replaces what the topic sets. */
  configure(name: string, overrides: TopicOverrides): Topic {
    const topic = this.#existing(name)
    const config = this.#effective(overrides)
    this.#metadata.put(
      { name, id: topic.id, partitionCount: topic.logs.length, overrides },
      this.#clock.now(),
    )
    this.#logs.configure(name, logConfigOf(config))
    return this.#enter({ ...topic, overrides, config })
  }

  /** The broker's defaults are others: has them in force in every topic. */
  reconfigure(): void {
    for (const topic of this.#byName.values()) {
      const config = this.#effective(topic.overrides)
      for (const log of topic.logs) log.configure(logConfigOf(config))
      this.#enter({ ...topic, config })
    }
  }

  /** Settles when the changes made survive what `durability` promises; `undefined` if they do already. */
  durable(): Promise<void> | undefined {
    return this.#metadata.durable()
  }

  /**
   * Settles when the partition of a log survives what `durability` promises; `undefined` if it does already. Records in it are
   * not to be acknowledged sooner: without its record in the registry, the next start moves it aside. Where that could not
   * be written it rejects, until the registry is mended.
   */
  settled(log: PartitionLog): Promise<void> | undefined {
    return this.#unsettled.get(log)
  }

  /** Has the registry written again if the disk failed it. Throws if the disk refuses still: to be called again after a while. */
  mend(): void {
    // No partition is made while it is under way.
    const mended = this.#metadata.mend(this.#clock.now())
    mended?.then(() => this.#unsettled.clear()).catch(() => {})
  }

  #existing(name: string): Topic {
    const topic = this.#byName.get(name)
    assert(topic !== undefined, 'a topic that does not exist was changed')
    return topic
  }

  /** A topic to which nothing else is being done. */
  #settled(name: string): Topic {
    if (!this.#underWay.has(name)) return this.#existing(name)
    const why = `Partitions of '${name}' are being made: ask again when that is done.`
    throw new BrokerError(kafkaErrors.INVALID_REQUEST.code, why)
  }

  /** Takes a topic out of the registry; its logs are left. */
  #forget(name: string): void {
    const topic = this.#existing(name)
    this.#metadata.remove(name, this.#clock.now())
    this.#version++
    this.#partitionCount -= topic.logs.length
    this.#byName.delete(name)
    this.#byId.delete(topic.id)
    this.#byCollisionKey.delete(collisionKey(name))
    for (const log of topic.logs) this.#unsettled.delete(log)
    this.#deletedNames.delete(name)
    this.#deletedNames.add(name)
    for (const oldest of this.#deletedNames) {
      if (this.#deletedNames.size <= deletedNamesMax) break
      this.#deletedNames.delete(oldest)
    }
    this.#listener.removed(topic)
  }

  /** Makes the partitions one by one, so that `#make` finds them; their number is reserved meanwhile. */
  *#makeInSteps(entry: TopicEntry, present: readonly PartitionLog[]): Generator<void, Topic, void> {
    const { name, id, partitionCount } = entry
    const added = partitionCount - present.length
    this.#metadata.checkWritable()
    const config = this.#effective(entry.overrides)
    this.#underWay.add(name)
    this.#partitionCount += added
    try {
      for (let partition = present.length; partition < partitionCount; partition++) {
        this.#create({ name, id }, partition, config)
        yield
      }
      // What the topic sets may have been changed meanwhile.
      const overrides = this.#byName.get(name)?.overrides ?? entry.overrides
      return this.#enter(this.#make({ ...entry, overrides }, present))
    } catch (error) {
      for (let partition = present.length; partition < partitionCount; partition++) {
        this.#logs.delete(name, partition)
      }
      throw error
    } finally {
      this.#underWay.delete(name)
      this.#partitionCount -= added
    }
  }

  /** Makes partitions beyond `present` on disk, then remembers the topic; takes them away again if either fails. */
  #make(entry: TopicEntry, present: readonly PartitionLog[]): Topic {
    try {
      const topic = this.#open(entry, present)
      this.#metadata.put(entry, this.#clock.now())
      this.#settle(topic.logs.slice(present.length))
      return topic
    } catch (error) {
      for (let partition = present.length; partition < entry.partitionCount; partition++) {
        this.#logs.delete(entry.name, partition)
      }
      throw error
    }
  }

  /** The record of these has just been written. */
  #settle(logs: readonly PartitionLog[]): void {
    const durable = this.#metadata.durable()
    if (durable === undefined) return
    for (const log of logs) this.#unsettled.set(log, durable)
    const settled = () => {
      for (const log of logs) this.#unsettled.delete(log)
    }
    // What fails stays, to refuse whoever asks.
    durable.then(settled).catch(() => {})
  }

  #open({ name, id, partitionCount, overrides }: TopicEntry, open: readonly PartitionLog[]): Topic {
    const config = this.#effective(overrides)
    const logs = [...open]
    for (let partition = logs.length; partition < partitionCount; partition++) {
      const log = this.#logs.get(name, partition) ?? this.#create({ name, id }, partition, config)
      log.configure(logConfigOf(config))
      logs.push(log)
      this.#listener.opened(log)
    }
    return { name, id, internal: isInternalTopic(name), overrides, config, logs }
  }

  /** Makes the logs anew that a topic should have, and that are gone. */
  #replaceLost({ name: topic, id: topicId, partitionCount, overrides }: TopicEntry): void {
    const config = logConfigOf(this.#effective(overrides))
    for (let partition = 0; partition < partitionCount; partition++) {
      if (this.#logs.get(topic, partition) !== undefined) continue
      this.#logs.replaceLost({ topic, partition, topicId, config, nowMs: this.#clock.now() })
    }
  }

  #create(
    { name, id }: { readonly name: string; readonly id: string },
    partition: number,
    config: TopicConfig,
  ): PartitionLog {
    const nowMs = this.#clock.now()
    return this.#logs.create({ topic: name, partition, topicId: id, config: logConfigOf(config), nowMs })
  }

  /** Whether a directory is left from a deleted topic of the same name. One that lost its id with the power is kept. */
  #isOfAnother({ name, id }: TopicEntry, partition: number): boolean {
    const found = this.#logs.topicId(name, partition)
    return found !== undefined && found !== id
  }

  #enter(topic: Topic): Topic {
    this.#version++
    this.#partitionCount += topic.logs.length - (this.#byName.get(topic.name)?.logs.length ?? 0)
    this.#byName.set(topic.name, topic)
    this.#byId.set(topic.id, topic)
    this.#byCollisionKey.set(collisionKey(topic.name), topic.name)
    this.#deletedNames.delete(topic.name)
    return topic
  }

  /** Keys that an older or newer version wrote and this one does not take are kept and have no effect. */
  #effective(overrides: TopicOverrides): TopicConfig {
    return topicConfig(overrides, this.#config).values
  }
}
