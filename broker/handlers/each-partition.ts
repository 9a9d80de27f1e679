/** Answers a request partition by partition, under the topics and in the order of the request. */

import { eachInSteps, wholly } from './sliced.ts'

interface AskedTopic<P> {
  readonly partitions: readonly P[]
}

/** What a topic says of itself, and in place of its partitions what was answered of each. */
export type AnsweredTopic<T, R> = Omit<T, 'partitions'> & { partitions: R[] }

/** What each topic says of itself, and in place of its partitions what `answer` makes of each; as steps of one partition. */
export function* eachPartitionInSteps<P, T extends AskedTopic<P>, R>(
  topics: readonly (T & AskedTopic<P>)[],
  answer: (topic: T, partition: P) => R,
): Generator<void, AnsweredTopic<T, R>[], void> {
  const answered: AnsweredTopic<T, R>[] = []
  for (const topic of topics) {
    const partitions = yield* eachInSteps(topic.partitions, partition => answer(topic, partition))
    answered.push({ ...topic, partitions })
    yield
  }
  return answered
}

/** The same at once, for answers that cost nothing. */
export function eachPartition<P, T extends AskedTopic<P>, R>(
  topics: readonly (T & AskedTopic<P>)[],
  answer: (topic: T, partition: P) => R,
): AnsweredTopic<T, R>[] {
  return wholly(eachPartitionInSteps(topics, answer))
}
