/** A partition of a topic, and the text that keys maps by it. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** `topic-partition`, as Kafka prints it; unique, because the partition is what follows the last dash. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic}-${partition}`
}
