/** The global stores of a tested application: made from their topics, and watched with the rest of it. */
import { GlobalStores, type GlobalStoresOptions } from '../engine/global-stores.ts'
import type { DriverTopics } from './driver-topics.ts'
import { watchStore } from './store-watch.ts'
import { chunkOf } from './log-tail.ts'
import type { TraceRecorder } from './trace-recorder.ts'

/** Global stores, made from all that their topics hold. */
export function startGlobals(options: GlobalStoresOptions, topics: DriverTopics): GlobalStores {
  const globals = new GlobalStores(options)
  for (const topic of globals.topics) {
    const log = topics.log(topic)
    for (let partition = 0; partition < log.partitionCount; partition++)
      for (const record of log.partition(partition)) globals.add(topic, partition, chunkOf(record))
  }
  return globals
}

/** Has all that global stores do noted, until the answer is called. */
export function watchGlobals(globals: GlobalStores, recorder: TraceRecorder): () => void {
  globals.observe(task => recorder.observerOf(task, () => false))
  const ends = [...globals.stores.values()].map(({ store, definition }) =>
    watchStore(store, definition.kind, write => recorder.storeWritten('global', write)),
  )
  return () => {
    globals.observe(undefined)
    for (const end of ends) end()
  }
}
