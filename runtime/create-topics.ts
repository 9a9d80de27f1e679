/** Creates declared topics on a broker, those that exist left as they are. */
import { Admin } from './client/admin.ts'
import { openCluster, type Brokers } from './brokers.ts'
import type { DeclaredTopic } from './topics/prepare-topics.ts'

/**
 * Creates topics with the partitions and settings they are declared with; not an error if one exists.
 *
 * @example
 * ```ts
 * import { json, string, topic } from 'millrace'
 * import { createTopics, startEmbeddedBroker } from 'millrace/runtime'
 *
 * const orders = topic('orders', { key: string(), value: json<{ amount: number }>(), partitions: 6 })
 * await using broker = await startEmbeddedBroker({ directory: './data' })
 * await createTopics(broker, [orders])
 * ```
 */
export async function createTopics(broker: Brokers, topics: readonly DeclaredTopic[]): Promise<void> {
  const cluster = openCluster(broker, 'create-topics')
  try {
    await new Admin(cluster).createTopics(
      topics.map(({ name, partitions = 1, config }) => ({
        name,
        partitions,
        ...(config && { configs: config }),
      })),
    )
  } finally {
    await cluster.close()
  }
}
