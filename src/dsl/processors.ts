/**
 * Processors of one's own, as `process` and `processValues` take them: a function from a record to any number of
 * records, the stores that it uses, and what it does now and then.
 */
import type { Duration } from '../base/duration.ts'
import type { RecordMetadata, ValueResult } from '../operators/processed-task.ts'
import type { Cancellable, RecordContext } from '../processor/processor.ts'
import type { ProcessorMetrics } from '../processor/sensors.ts'
import type { Headers } from '../record/record.ts'
import type { Serde } from '../serdes/serde.ts'
import type { IncomingRecord } from './incoming-record.ts'
import type { OpenStores } from './open-stores.ts'
import type { NamedOptions } from './options.ts'

/** A record that a processor makes. */
export interface OutgoingRecord<out K, out V> {
  readonly key: K
  readonly value: V
  /** Default: that of the record being processed, or the time of the punctuation. Never negative. */
  readonly timestamp?: number
  /** Default: those of the record being processed; none in a punctuation. */
  readonly headers?: Headers
}

/** What a processor sees of its task beside the record; the same object at every call. */
export interface ProcessContext<S> extends RecordContext {
  readonly stores: OpenStores<S>
  /** Where the record comes from; `undefined` in a punctuation. */
  readonly recordMetadata: RecordMetadata | undefined
  readonly applicationId: string
  /** `<subtopology>_<partition>`. */
  readonly taskId: string
  /** The processor's name in `describe()`. */
  readonly nodeName: string
  /**
   * A folder for what this task keeps on the disk beside its stores: its own among the tasks of the instance, and nobody
   * else's. Whoever writes there makes it; nothing in it is committed, restored or moved with the task. `undefined`
   * where there is no disk: in the test driver.
   */
  readonly stateDirectory: string | undefined
  /** The greatest timestamp processed by the task, -1 before the first. */
  readonly streamTime: number
  /** The wall clock, milliseconds since the epoch. */
  readonly wallClock: number
  /**
   * Figures of the processor's own, read by `driver.metrics()` and `running.metrics()`:
   * `metrics.sensor('lookups').record(milliseconds)` (semantics A12).
   */
  readonly metrics: ProcessorMetrics
  /** Asks for a commit soon. */
  readonly requestCommit: () => void
  /**
   * Starts a punctuation that puts nothing out, until it is cancelled or the task starts anew. One that puts records out
   * is declared in `punctuate`.
   */
  readonly schedule: (punctuation: Punctuation<S, void>) => Cancellable
  /** A result of `processValues` that has a time or headers of its own: `yield context.result(value, { timestamp })`. */
  result<V>(value: V, options: { readonly timestamp?: number; readonly headers?: Headers }): ValueResult<V>
}

/** What a punctuation sees beside what the processor does. */
export interface PunctuationContext<S> extends ProcessContext<S> {
  /** The time that it is: of the stream or of the wall clock, not the one that was planned. */
  readonly now: number
  /** How often the punctuation has run in this task since it started, this time included. */
  readonly count: number
  /** Ends the punctuation, until the task starts anew. */
  readonly cancel: () => void
}

/** Something that a processor does now and then. */
export interface Punctuation<S, R> {
  /** At least 1 ms. However many times were missed, one call makes up for them. */
  readonly every: Duration
  /**
   * `stream`: as the timestamps of records go on, at multiples of `every` since the epoch, so with the first record too;
   * never while nothing comes in. `wall`: by the clock, first one interval after the start. Default `stream`.
   */
  readonly clock?: 'stream' | 'wall'
  /** Where the multiples of `every` are counted from instead. One that is past gives the rhythm alone. */
  readonly start?: number | Date
  readonly run: (context: PunctuationContext<S>) => R
}

/** Punctuations of a processor: one, several, or a function that chooses them when a task starts. */
export type Punctuations<S, R> =
  | Punctuation<S, R>
  | readonly Punctuation<S, R>[]
  | ((context: ProcessContext<S>) => Punctuation<S, R> | readonly Punctuation<S, R>[])

/** What a processor answers: any number of results, or nothing. A generator does. */
export type Results<R> = Iterable<R> | undefined | void

/** What `process` takes. */
export interface ProcessorDefinition<K, V, KOut, VOut, S> extends NamedOptions {
  /**
   * Made by `kvStore`, `lruStore`, `windowStore`, `sessionStore`, `versionedStore` or `customStore`: reads and writes are
   * of the record's own partition. Global tables can be read.
   */
  readonly stores?: S
  /** Called when a task starts, its stores open. Puts nothing out. */
  readonly init?: (context: ProcessContext<S>) => void
  /** Called for every record, absent keys and values included; what it yields goes on at once. */
  readonly process: (
    record: IncomingRecord<K, V>,
    context: ProcessContext<S>,
  ) => Results<OutgoingRecord<KOut, VOut>>
  readonly punctuate?: Punctuations<S, Results<OutgoingRecord<KOut, VOut>>>
  /** Called when a task closes; not after a crash. */
  readonly close?: (context: ProcessContext<S>) => void
  /** How the new values are written where they go through a topic of the application's own. Default `json()`. */
  readonly value?: Serde<VOut>
}

/** What `processValues` takes: keys stay, so results are values, and a punctuation has no key to put out under. */
export interface ValueProcessorDefinition<K, V, VOut, S> extends NamedOptions {
  /** Those that `process` takes. */
  readonly stores?: S
  /** Called when a task starts, its stores open. */
  readonly init?: (context: ProcessContext<S>) => void
  /** Called for every record, absent keys and values included; what it yields goes on with the record's key and time. */
  readonly process: (
    record: IncomingRecord<K, V>,
    context: ProcessContext<S>,
  ) => Results<VOut | ValueResult<VOut>>
  readonly punctuate?: Punctuations<S, void>
  /** Called when a task closes; not after a crash. */
  readonly close?: (context: ProcessContext<S>) => void
  /** How the new values are written where they go through a topic of the application's own. Default `json()`. */
  readonly value?: Serde<VOut>
}
