/**
 * The partitions that a coordinator remembers in: made when first needed, read once, and found by the hash of an id.
 *
 * A partition whose log is damaged is not served: what it remembers without the lost records may be wrong, so that its
 * groups would read twice or not at all, and its transactions end the other way. Whoever asks for an id that it holds is told
 * COORDINATOR_NOT_AVAILABLE until somebody repairs it and starts the broker anew; all other partitions are served. (Apache
 * Kafka goes on with what it could read of the transactions, and cuts off all that follows the damage after a crash.)
 */
import type { Clock } from '../../src/base/clock.ts'
import type { StreamsError } from '../../src/base/errors.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import type { InternalTopic } from './coordinator-log.ts'
import { partitionForId } from './internal-topic.ts'
import { CoordinatorPartition, type CoordinatorState, type RecordCodec } from './runtime.ts'

interface PartitionsParts<Record, State> {
  readonly topic: InternalTopic
  readonly codec: RecordCodec<Record>
  readonly clock: Clock
  /** What a partition without records remembers. */
  readonly makeState: () => State
  /** Told of each partition that was read whole. */
  readonly loaded?: (state: State) => void
}

export class CoordinatorPartitions<Record, State extends CoordinatorState<Record>> {
  readonly #parts: PartitionsParts<Record, State>
  #all: readonly CoordinatorPartition<Record, State>[] = []

  constructor(parts: PartitionsParts<Record, State>) {
    this.#parts = parts
  }

  /** Reads what there is, if there is a topic yet. Once, before the first request. */
  open(): void {
    this.#open(this.#parts.topic.existing())
  }

  /** Those that are served; none before the topic is made. */
  get served(): readonly CoordinatorPartition<Record, State>[] {
    return this.#all.filter(({ failure }) => failure === undefined)
  }

  /** Why partitions are not served. */
  get failures(): readonly StreamsError[] {
    return this.#all.flatMap(({ failure }) => failure ?? [])
  }

  /** A partition by its number; `undefined` if there is none. Makes the topic if need be. */
  at(index: number): CoordinatorPartition<Record, State> | undefined {
    return this.#ensure()[index]
  }

  /** The number of the partition that holds an id. Makes the topic if need be. */
  indexOf(id: string): number {
    return partitionForId(id, this.#ensure().length)
  }

  /** The partition that holds an id. Makes the topic if need be. */
  of(id: string): CoordinatorPartition<Record, State> {
    return this.#ensure()[this.indexOf(id)]!
  }

  /** What is remembered of an id, if there is a topic yet. Throws COORDINATOR_NOT_AVAILABLE if it is not served. */
  stateOf(id: string): State | undefined {
    if (this.#all.length === 0) return undefined
    return this.of(id).servedState()
  }

  /** Kafka's code for an id: 0 if it is served, or would be. */
  codeOf(id: string): number {
    if (this.#all.length === 0 || this.of(id).failure === undefined) return kafkaErrors.NONE.code
    return kafkaErrors.COORDINATOR_NOT_AVAILABLE.code
  }

  #ensure(): readonly CoordinatorPartition<Record, State>[] {
    if (this.#all.length === 0) this.#open(this.#parts.topic.create())
    return this.#all
  }

  #open(logs: ReturnType<InternalTopic['existing']>): void {
    if (logs === undefined) return
    const { makeState, codec, clock, loaded } = this.#parts
    this.#all = logs.map(log => new CoordinatorPartition({ log, makeState, codec, clock }))
    for (const partition of this.#all) {
      partition.load()
      if (partition.failure === undefined) loaded?.(partition.state)
    }
  }
}
