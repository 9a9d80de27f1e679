/** What the methods of `Topology` take. */
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { Decoder, Encoder } from '../serdes/serde.ts'
import type { OffsetReset } from './offset-reset.ts'
import type { StoreDefinition, StreamPartitioner, TimestampExtractor, TopicNameExtractor } from './node.ts'

/** What `addSource` takes beside the name. */
export interface SourceOptions {
  /** One or more topics, read alike; or a pattern: then all whose whole name it matches, also those that come later. */
  readonly topics: readonly string[] | RegExp
  readonly key: Decoder<unknown>
  readonly value: Decoder<unknown>
  /** Default: the timestamp of the record itself. */
  readonly timestamp?: TimestampExtractor | undefined
  /** Where to begin when the group has no committed offset. Default: what the application is configured with. */
  readonly offsetReset?: OffsetReset | undefined
  /** The line of the application that declared it, for messages. */
  readonly declaredAt?: string | undefined
}

/** What `addProcessor` takes beside the name. */
export interface ProcessorOptions {
  /** Names of the nodes it receives from; at least one. */
  readonly parents: readonly string[]
  /** Called once for each task: it must make a new processor each time (semantics A2). */
  readonly supplier: ProcessorSupplier
  /**
   * The stores that it uses: names of those that were added before, or what `kvStore` and its like made, which adds them
   * if no processor before it did (semantics A4).
   */
  readonly stores?: readonly (string | StoreDeclaration)[]
  /** Whether it receives only what its parents forward to it by its name: a side output. Default false. */
  readonly side?: boolean | undefined
  /** How long a record may be under way in it at most, milliseconds, where it is asynchronous. Default 0. */
  readonly waitMsMax?: number | undefined
  /** The line of the application that declared it, for messages. */
  readonly declaredAt?: string | undefined
}

/** What `addSink` takes beside the name. */
export interface SinkOptions {
  readonly parents: readonly string[]
  readonly topic: string | TopicNameExtractor
  readonly key: Encoder<never>
  readonly value: Encoder<never>
  /** Default: Kafka's own, murmur2 of the key's bytes. */
  readonly partitioner?: StreamPartitioner | undefined
  readonly declaredAt?: string | undefined
}

/** What `addReadOnlyStateStore` and `addGlobalStore` take. */
export interface TopicStoreOptions extends Pick<SourceOptions, 'key' | 'value' | 'timestamp' | 'declaredAt'> {
  /** The name of the node that reads the topic. */
  readonly source: string
  /** Of a global store every instance reads all partitions; of another, each task its own. */
  readonly topic: string
  /** The name of the node that writes the store. */
  readonly processor: string
  /** Makes what writes the store, for each partition of the topic. */
  readonly supplier: ProcessorSupplier
  /** Has no changelog of its own: the topic is what it is made from again. */
  readonly store: StoreDeclaration
}

/** A store's definition, or what `kvStore` and its like made of one. */
export type StoreDeclaration = StoreDefinition | { readonly definition: StoreDefinition }

/**
 * Puts something around every processor of a topology, those of the DSL included: to trace, to measure, to test
 * (KIP-1112, semantics A9). Called with each processor's name; answers the supplier to use. `aroundProcess` makes one.
 */
export type ProcessorWrapper = (name: string, supplier: ProcessorSupplier) => ProcessorSupplier

/** What `new Topology` takes. */
export interface TopologyOptions {
  readonly wrapProcessor?: ProcessorWrapper | undefined
}

/** Sources whose topics must have equal partition counts, because records of equal keys meet (semantics O1, O2). */
export interface CopartitionGroup {
  readonly sources: readonly string[]
  /** The operator that makes them meet, and where it was declared. */
  readonly operator: string
  readonly declaredAt?: string | undefined
}
