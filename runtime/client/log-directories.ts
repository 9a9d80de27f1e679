/** Asks brokers what their log directories hold: how many bytes each replica of a partition takes. */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import { DescribeLogDirs } from '../../src/protocol/messages/35-describe-log-dirs.ts'
import { byTopic, callBroker, firstAgain } from './calls.ts'
import type { Cluster } from './cluster.ts'
import { refusal } from './refusal.ts'
import { againOn } from './retry.ts'

/** One copy of a partition's log. */
export interface ReplicaLog extends TopicPartition {
  /** The broker that keeps it. */
  readonly node: number
  readonly directory: string
  readonly sizeInBytes: number
}

/** The copies of partitions that all brokers keep, those being moved between directories left out. */
export async function describeReplicaLogs(
  cluster: Cluster,
  partitions: Iterable<TopicPartition>,
): Promise<readonly ReplicaLog[]> {
  const what = 'describe log directories'
  const request = DescribeLogDirs.request.create({
    topics: [...byTopic(partitions)].map(([topic, items]) => ({
      topic,
      partitions: items.map(({ partition }) => partition),
    })),
  })
  const nodes = await cluster.nodes()
  const answers = await Promise.all(
    nodes.map(node =>
      callBroker(cluster, node, DescribeLogDirs, request, {
        what,
        again: ({ errorCode, results }) =>
          againOn(errorCode, () => refusal(errorCode, what)) ??
          firstAgain(results, result => againOn(result.errorCode, () => refusal(result.errorCode, what))),
      }),
    ),
  )
  return answers.flatMap(({ results }, index) =>
    results.flatMap(({ logDir, topics }) =>
      topics.flatMap(({ name, partitions: logs }) =>
        logs
          .filter(({ isFutureKey }) => !isFutureKey)
          .map(({ partitionIndex, partitionSize }) => ({
            topic: name,
            partition: partitionIndex,
            node: nodes[index]!,
            directory: logDir,
            sizeInBytes: partitionSize,
          })),
      ),
    ),
  )
}
