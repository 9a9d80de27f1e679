/** What the test driver begins with: partition counts, and global stores with what their topics hold already. */
import { GlobalStores, type GlobalStoresOptions } from '../engine/global-stores.ts'
import { chunkOf, type TopicLog } from './topic-log.ts'

/** Global stores, made from the topics' logs. */
export function startGlobals(options: GlobalStoresOptions, logOf: (topic: string) => TopicLog): GlobalStores {
  const globals = new GlobalStores(options)
  for (const topic of globals.topics) {
    const log = logOf(topic)
    for (let partition = 0; partition < log.partitionCount; partition++)
      for (const record of log.partition(partition)) globals.add(topic, partition, chunkOf(record))
  }
  return globals
}

/** Partition counts by topic, of those that have been given one. */
export function countsOf(
  app: { topics?(): readonly { readonly name: string; readonly partitions?: number | undefined }[] },
  options: { readonly partitions?: Readonly<Record<string, number>> },
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { name, partitions } of app.topics?.() ?? [])
    if (partitions !== undefined) counts.set(name, partitions)
  for (const [name, partitions] of Object.entries(options.partitions ?? {})) counts.set(name, partitions)
  return counts
}
