/**
 * What a processing node is to the engine, and what the engine is to it.
 *
 * The hot path is synchronous: `process` returns nothing, and what it forwards goes depth-first to the end of
 * the sub-topology before `forward` returns.
 */
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Headers } from '../record/record.ts'
import type { StateStore } from '../state/store.ts'
import type { AsyncWork } from './async-work.ts'
import type { StreamRecord } from './record.ts'
import type { ProcessorMetrics } from './sensors.ts'

/** A running node. One instance per task; made by its supplier. What it forwards has keys and values of the last two types. */
export interface Processor<KIn = unknown, VIn = unknown, KOut = unknown, VOut = unknown> {
  /** Called once before the first record, when the stores are restored and open. Nothing can be forwarded yet. */
  init?(context: ProcessorContext<KOut, VOut>): void
  process(record: StreamRecord<KIn, VIn>): void
  /** Forwards what was held back to be forwarded once per commit (semantics C2); called before each commit. */
  flush?(): void
  /** The work of an asynchronous node; the task advances it between records and waits for it before each commit. */
  readonly work?: AsyncWork | undefined
  /** Called once when the task closes; not after a crash. */
  close?(): void
  /**
   * What `process` wants of the record's value: all of it (the default); only whether there is one, and it is not
   * forwarded; or nothing, and it goes on to the children as it is. Lets a source skip decoding.
   */
  readonly valueUse?: 'read' | 'presence' | 'pass'
}

/** Makes a new instance at every call (semantics A2). */
export type ProcessorSupplier = () => Processor<never, never>

/** Where the current record comes from. During a punctuation: topic `undefined`, partition and offset -1. */
export interface RecordContext {
  readonly topic: string | undefined
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly headers: Headers
}

/** The bytes that a record was read from; `null` for a key or value that it has not. */
export interface RawRecord {
  /**
   * As the record was read from its topic: the application's input, or the internal topic before this sub-topology.
   * `undefined` where no record is at hand: in a punctuation, for the result of an asynchronous call, and for an update that
   * was held back. A view of what was fetched: not to be changed, and to be copied where it is kept.
   */
  readonly rawKey: Uint8Array | null | undefined
  /** As `rawKey`. */
  readonly rawValue: Uint8Array | null | undefined
}

/** Where the current record comes from, and its bytes (semantics A11). */
export interface SourceContext extends RecordContext, RawRecord {}

/** A punctuation that was scheduled. */
export interface Cancellable {
  cancel(): void
}

export type PunctuationType = 'stream-time' | 'wall-clock'

/** What an asynchronous node needs of its task. */
export interface AsyncTools {
  readonly clock: Clock
  readonly random: Random
  /** Tells the task that there is something to do for `advance`. Safe to call at any time. */
  ready(): void
  /** The record that is being processed, to come back to. */
  hold(): HeldRecord
  /** A record has failed for good: throws MR-3201, or answers where the application's policy is to go on without it. */
  fail(cause: unknown, record: HeldRecord, attemptCount: number): void
}

/** A record whose work goes on while others are processed. */
export interface HeldRecord {
  readonly place: RecordContext
}

/** A node's view of the task that runs it (semantics A7). */
export interface ProcessorContext<KOut = unknown, VOut = unknown> {
  readonly applicationId: string
  /** `<subtopology>_<partition>`. */
  readonly taskId: string
  readonly partition: number
  readonly nodeName: string
  /**
   * A folder for what this task keeps on the disk beside its stores (semantics A7): its own among the tasks of the instance,
   * and nobody else's. Whoever writes there makes it; nothing in it is committed, restored or moved with the task.
   * `undefined` where there is no disk: in the test driver, and in tasks of global stores.
   */
  readonly stateDirectory: string | undefined
  /**
   * To every child, in the order in which the children were declared. Only while `process` or a punctuation of this
   * processor runs: MR-1602 otherwise.
   */
  forward(record: StreamRecord<KOut, VOut>): void
  /** To one child by its node name; an unknown name throws MR-1001. */
  forwardTo(child: string, record: StreamRecord<KOut, VOut>): void
  /** Forwards `record` with `place` as the current record (semantics C6): for what was held back since then. */
  forwardAs(place: RecordContext, record: StreamRecord): void
  /**
   * How many updates of the store a node holds back until the commit, so that each key is forwarded once with its
   * last value (semantics C2); 0 when every update is forwarded at once.
   */
  coalescedEntriesMax(store: string): number
  /** A store connected to this node, or a global store, to be read only; any other name throws MR-1001. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the store's kind.
  store<S extends StateStore>(name: string): S
  /** The record that is being processed; the same object is reused for the next one. */
  readonly record: RecordContext
  /**
   * The headers of results for which Kafka has none: none, or with `headers: 'keep'` those of the record that is being
   * processed, or that has brought a punctuation about.
   */
  readonly keptHeaders: Headers
  /** The greatest timestamp processed by the task, -1 before the first (semantics T3). */
  readonly streamTime: number
  /** The wall clock, milliseconds since the epoch. */
  wallClock(): number
  /**
   * Fires every `intervalMs` (semantics U1-U7). By stream time: at multiples of the interval since 0, so on the
   * first record too. By wall clock: first one interval from now. `startMs` anchors either elsewhere; if it is
   * past, the next tick of the same rhythm is the first (semantics U3).
   */
  schedule(
    intervalMs: number,
    type: PunctuationType,
    punctuate: (now: number) => void,
    startMs?: number,
  ): Cancellable
  /** Counts a record that the rules drop (null key, late, expired): metric `dropped-records`, logged once per reason. */
  drop(reason: DropReason): void
  /** The number that was noted under `key` by this task, or before its last commit when it started. Not during `init`. */
  noted(key: string): number | undefined
  /** Notes a number that only grows; it is committed with the task's positions (semantics P7). */
  note(key: string, value: number): void
  /** Writes a line where the application prints: standard output, unless `run` was told otherwise (semantics D14). */
  print(line: string): void
  /** Asks for a commit soon. */
  requestCommit(): void
  /** Figures of this node's own (semantics A12). */
  readonly metrics: ProcessorMetrics
  /** For asynchronous nodes. */
  readonly async: AsyncTools
}

/** Why an operator dropped a record (semantics 2.1, T7). */
export type DropReason =
  | 'null-key'
  /** A left row without a foreign key in an inner join (semantics S14). */
  | 'null-foreign-key'
  /** An answer to a left row that has changed since (semantics F8). */
  | 'stale-response'
  | 'null-value'
  | 'late'
  | 'expired'
  | 'invalid-timestamp'
  | 'deserialization'
  /** Failed in a node, and the policy of the application went on without it. */
  | 'processing'
  /** A result that could not be written, likewise. */
  | 'serialization'
  /** A partitioner chose no partition (semantics D73). */
  | 'no-partition'
