/** Answers a request partition by partition, under the topics and in the order of the request. */

interface AskedTopic<P> {
  readonly partitions: readonly P[]
}

/** What each topic says of itself, and in place of its partitions what `answer` makes of each. */
export function eachPartition<P, T extends AskedTopic<P>, R>(
  topics: readonly (T & AskedTopic<P>)[],
  answer: (topic: T, partition: P) => R,
): (Omit<T, 'partitions'> & { partitions: R[] })[] {
  return topics.map(topic => ({
    ...topic,
    partitions: topic.partitions.map(partition => answer(topic, partition)),
  }))
}
