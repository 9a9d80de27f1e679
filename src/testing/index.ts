/** The door `millrace/testing`: the test driver and what it answers. */
export { testDriver, type TestDriver } from './test-driver.ts'
export type { TestDriverOptions, TestedApp } from './driver-options.ts'
export type { InputTopic, SendOptions, TestInput } from './test-input.ts'
export type { OutputTopic, TestOutput, TestRecord } from './test-output.ts'
export type { TestKeyValueStore, TestWindow, TestWindowStore } from './test-store.ts'
export type { TestVersion, TestVersionedStore } from './test-versioned-store.ts'
export { ManualClock } from './manual-clock.ts'
