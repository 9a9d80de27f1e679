/** The door `millrace/testing`: the test driver and what it answers. */
export { testDriver, type DropCount, type TestDriver, type TracedInput } from './test-driver.ts'
export type { Trace } from './trace.ts'
export type {
  DeadLetterStep,
  DropStep,
  ProcessorStep,
  PunctuationStep,
  SinkStep,
  SourceStep,
  StoreStep,
  TracedPlace,
  TracedValue,
  TraceStep,
} from './trace-step.ts'
export type { TestDriverOptions, TestedApp } from './driver-options.ts'
export type { Drop } from '../engine/drop.ts'
export type { DeadLetter } from './dead-letters.ts'
export type { InputTopic, SendOptions, TestInput } from './test-input.ts'
export type { OutputTopic, TestOutput, TestRecord } from './test-output.ts'
export type { TestSession, TestSessionStore } from './test-session-store.ts'
export type { TestKeyValueStore, TestWindow, TestWindowStore } from './test-store.ts'
export type { TestVersion, TestVersionedStore } from './test-versioned-store.ts'
export { ManualClock } from './manual-clock.ts'
