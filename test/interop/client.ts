/** What a Kafka client must be able to do to be led through the scenario; each driver beside this file is one. */

/** The codecs of Kafka's record batches. */
export const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type CodecName = (typeof codecs)[number]

export interface Message {
  readonly key: string
  readonly value: string
}

export interface Seen {
  readonly value: string
  readonly timestamp: number
  readonly partition: number
  readonly offset: number
}

export interface ReadOptions {
  /** How many records to read, from all partitions. */
  readonly count: number
  /** Begin at the first records of this time or later, instead of at the start. */
  readonly fromTime?: number
  /** Leave out what is of no committed transaction; default: the client's own default is not relied on, all is read. */
  readonly committedOnly?: boolean
}

/** A member of a consumer group, which reads from the start where nothing is committed. */
export interface Member {
  /** The values that it was given so far. */
  seen(): Promise<readonly string[]>
  /** Commits what it has seen and leaves. */
  leave(): Promise<void>
  /** Is gone without a word: it commits nothing more and does not leave the group. */
  crash(): Promise<void>
}

/** A producer that has taken over its transactional id. */
export interface TransactionalProducer {
  /** Sends within the transaction, which begins with the first one. */
  send(topic: string, messages: readonly Message[]): Promise<void>
  commit(): Promise<void>
  abort(): Promise<void>
  /** Makes offsets of a group part of the transaction. */
  sendOffsets?(group: string, offsets: { topic: string; partition: number; offset: number }): Promise<void>
  close(): Promise<void>
}

export interface GroupDescription {
  readonly state: string
  readonly members: number
}

/** What administrators do. A driver has all of it or none; single steps are left out by name. */
export interface AdminClient {
  createTopic(topic: string, partitions: number, configs: Readonly<Record<string, string>>): Promise<void>
  deleteTopic(topic: string): Promise<void>
  listTopics(): Promise<readonly string[]>
  partitionCount(topic: string): Promise<number>
  addPartitions(topic: string, total: number): Promise<void>
  topicConfig(topic: string, key: string): Promise<string | undefined>
  alterTopicConfig(topic: string, key: string, value: string): Promise<void>
  /** Deletes the records of a partition before an offset. */
  deleteRecords(topic: string, partition: number, before: number): Promise<void>
  /** The first and the next offset of a partition. */
  offsets(topic: string, partition: number): Promise<{ readonly start: number; readonly end: number }>
  listGroups(): Promise<readonly string[]>
  describeGroup(group: string): Promise<GroupDescription>
  /** The committed offset of each partition that has one. */
  committed(group: string, topic: string): Promise<Readonly<Record<number, number>>>
  /** Sets the group back to the first offsets of the topic. */
  resetToStart(group: string, topic: string): Promise<void>
  deleteGroup(group: string): Promise<void>
}

export interface Client {
  readonly admin?: AdminClient
  produce(topic: string, messages: readonly Message[], codec: CodecName): Promise<void>
  read(topic: string, options: ReadOptions): Promise<readonly Seen[]>
  join(group: string, topic: string): Promise<Member>
  transactional?(id: string): Promise<TransactionalProducer>
  close(): Promise<void>
}

/** How a driver is found: the client and its version, or why it is not there. */
export type Found<T> = { readonly client: T; readonly version: string } | { readonly missing: string }
