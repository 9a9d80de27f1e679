/** What the driver uses of @platformatic/kafka; its own types are there only where it is installed. */

interface PlatformaticMessage {
  readonly value: string
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly timestamp: bigint
}

export interface PlatformaticStream extends AsyncIterable<PlatformaticMessage> {
  close(): Promise<void>
}

interface ToSend {
  readonly messages: readonly { readonly topic: string; readonly key: string; readonly value: string }[]
  readonly compression?: string
  readonly producerId?: bigint
  readonly producerEpoch?: number
}

export interface PlatformaticTransaction {
  send(options: ToSend): Promise<unknown>
  commit(): Promise<void>
  abort(): Promise<void>
}

export interface PlatformaticProducer {
  send(options: ToSend): Promise<unknown>
  beginTransaction(): Promise<PlatformaticTransaction>
  close(force?: boolean): Promise<void>
}

export interface PlatformaticConsumer {
  consume(options: Readonly<Record<string, unknown>>): Promise<PlatformaticStream>
  listOffsets(options: {
    topics: readonly string[]
    timestamp?: bigint
  }): Promise<ReadonlyMap<string, readonly bigint[]>>
  close(force?: boolean): Promise<void>
}

interface Named<T> {
  readonly topics: readonly ({ readonly name: string } & T)[]
}

export interface PlatformaticAdmin {
  createTopics(options: {
    topics: readonly string[]
    partitions: number
    replicas: number
    configs?: readonly { readonly name: string; readonly value: string }[]
  }): Promise<unknown>
  deleteTopics(options: { topics: readonly string[] }): Promise<void>
  listTopics(): Promise<string[]>
  metadata(options: { topics: readonly string[]; forceUpdate: boolean }): Promise<{
    readonly topics: ReadonlyMap<string, { readonly partitionsCount: number }>
  }>
  createPartitions(
    options: Named<{ readonly count: number; readonly assignments: readonly unknown[] }>,
  ): Promise<void>
  describeConfigs(options: {
    resources: readonly { resourceType: number; resourceName: string; configurationKeys: readonly string[] }[]
  }): Promise<readonly { readonly configs: readonly { readonly name: string; readonly value: string }[] }[]>
  incrementalAlterConfigs(options: {
    resources: readonly {
      resourceType: number
      resourceName: string
      configs: readonly { name: string; configOperation: number; value: string }[]
    }[]
  }): Promise<void>
  deleteRecords(
    options: Named<{ readonly partitions: readonly { partition: number; offset: bigint }[] }>,
  ): Promise<unknown>
  listOffsets(
    options: Named<{ readonly partitions: readonly { partitionIndex: number; timestamp: bigint }[] }>,
  ): Promise<
    readonly {
      readonly partitions: readonly { readonly partitionIndex: number; readonly offset: bigint }[]
    }[]
  >
  listGroups(): Promise<ReadonlyMap<string, unknown>>
  describeGroups(options: {
    groups: readonly string[]
  }): Promise<ReadonlyMap<string, { readonly state: string; readonly members: ReadonlyMap<string, unknown> }>>
  listConsumerGroupOffsets(options: { groups: readonly string[] }): Promise<
    readonly {
      readonly topics: readonly {
        readonly name: string
        readonly partitions: readonly { readonly partitionIndex: number; readonly committedOffset: bigint }[]
      }[]
    }[]
  >
  alterConsumerGroupOffsets(
    options: {
      groupId: string
    } & Named<{ readonly partitionOffsets: readonly { partition: number; offset: bigint }[] }>,
  ): Promise<void>
  deleteGroups(options: { groups: readonly string[] }): Promise<void>
  close(): Promise<void>
}

type Options = Readonly<Record<string, unknown>>

export interface Platformatic {
  readonly Producer: new (options: Options) => PlatformaticProducer
  readonly Consumer: new (options: Options) => PlatformaticConsumer
  readonly Admin: new (options: Options) => PlatformaticAdmin
  readonly stringSerializers: unknown
  readonly stringDeserializers: unknown
}
