/**
 * `reuse.ktable.source.topics`: a table that is read from a topic has that topic as the changelog of its store.
 *
 * What would be written to a changelog stands in the topic already, so no changelog topic is made. The store is made
 * again from the topic, up to the offset that is committed: what comes after is still to be processed (semantics O7).
 * A store without a changelog is restored too then, as in Kafka, since that costs nothing more.
 */
import type { StoreDefinition } from '../../topology/node.ts'

/** The store of a table that is read from `topic`, with the topic as its changelog. */
export function reusingSourceTopic<S extends StoreDefinition>(store: S, topic: string): S {
  return { ...store, changelogTopic: topic }
}
