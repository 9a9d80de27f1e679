/** The steps of a record on its way through an application; each has those that it caused. */
import type { DropReason } from '../processor/processor.ts'

/** A record as a step sees it. On the way to and from tables the value is a change, `{ newValue, oldValue }`. */
export interface TracedValue {
  readonly key: unknown
  readonly value: unknown
  readonly timestamp: number
}

/** A step of a node in a task. */
export interface StepOfNode {
  readonly node: string
  /** `<sub-topology>_<partition>` */
  readonly task: string
}

/** A source has read the record; what it forwarded follows. */
export interface SourceStep extends StepOfNode, TracedValue {
  readonly kind: 'source'
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly steps: readonly TraceStep[]
}

/** The record has entered a node; what the node did with it and what it forwarded follows. */
export interface ProcessorStep extends StepOfNode, TracedValue {
  readonly kind: 'processor'
  readonly steps: readonly TraceStep[]
}

/** A punctuation has run because of the record; what it did and forwarded follows. */
export interface PunctuationStep extends StepOfNode {
  readonly kind: 'punctuation'
  readonly timestamp: number
  readonly steps: readonly TraceStep[]
}

/** A record of a topic. */
export interface TracedPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** The record was written to a topic: one place for each partition. Where the application reads it, that follows. */
export interface SinkStep extends StepOfNode, TracedValue {
  readonly kind: 'sink'
  readonly places: readonly TracedPlace[]
  readonly steps: readonly TraceStep[]
}

/** A row of a store was written, or deleted where the value is `undefined`. */
export interface StoreStep extends TracedValue {
  readonly kind: 'store'
  readonly store: string
  readonly task: string
  /** Of the window or session. */
  readonly start?: number
  /** Of the session. */
  readonly end?: number
}

/** The record ended here. */
export interface DropStep extends StepOfNode {
  readonly kind: 'drop'
  readonly reason: DropReason
}

/** The record that was read was written to the dead letter topic. */
export interface DeadLetterStep {
  readonly kind: 'dead-letter'
  readonly task: string
  readonly places: readonly TracedPlace[]
}

export type TraceStep =
  | SourceStep
  | ProcessorStep
  | PunctuationStep
  | SinkStep
  | StoreStep
  | DropStep
  | DeadLetterStep
