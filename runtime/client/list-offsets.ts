/** Asks the leaders of partitions for offsets: the first, the last, those of timestamps, and where leader epochs end. */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import { ListOffsets } from '../../src/protocol/messages/02-list-offsets.ts'
import { OffsetForLeaderEpoch } from '../../src/protocol/messages/23-offset-for-leader-epoch.ts'
import { byTopic, callLeaders } from './calls.ts'
import type { Cluster } from './cluster.ts'
import { refusal } from './refusal.ts'

export type Isolation = 'read_committed' | 'read_uncommitted'

/** An offset that is asked for by what it stands for rather than by number. */
export type OffsetSpec = 'earliest' | 'latest' | 'max-timestamp' | { readonly timestamp: number }

export interface ListedOffset extends TopicPartition {
  /** -1 if there is no record at or after the timestamp. */
  readonly offset: number
  /** Of the record, where the offset was asked for by time; else -1. */
  readonly timestamp: number
  /** -1 if not known. */
  readonly leaderEpoch: number
}

export interface OffsetQuery extends TopicPartition {
  readonly spec: OffsetSpec
}

export const isolationLevel = { read_uncommitted: 0, read_committed: 1 } as const

const timestampOf = { latest: -1, earliest: -2, 'max-timestamp': -3 } as const
/** From version 7 on the offset of the largest timestamp can be asked for (KIP-734). */
const maxTimestampVersionMin = 7

/** The offsets asked for, in order. With `read_committed`, the last offset is the last stable one. */
export function listOffsets(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
  isolation: Isolation,
): Promise<readonly ListedOffset[]> {
  const versionMin = queries.some(({ spec }) => spec === 'max-timestamp') ? maxTimestampVersionMin : 1
  return callLeaders<OffsetQuery, ListedOffset>(cluster, queries, {
    what: 'list offsets',
    refused: ({ topic, partition }, code) =>
      refusal(code, 'list offsets', { where: `${topic}-${partition}` }),
    send: async (connection, items) => {
      const request = ListOffsets.request.create({
        replicaId: -1,
        isolationLevel: isolationLevel[isolation],
        timeoutMs: cluster.requestTimeoutMs,
        topics: [...byTopic(items)].map(([name, partitions]) => ({
          name,
          partitions: partitions.map(({ partition, spec }) => ({
            partitionIndex: partition,
            currentLeaderEpoch: cluster.cachedPartition(name, partition)?.leaderEpoch ?? -1,
            timestamp: typeof spec === 'string' ? timestampOf[spec] : spec.timestamp,
          })),
        })),
      })
      const response = await cluster.send(connection, ListOffsets, request, { versionMin })
      return response.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, errorCode, offset, timestamp, leaderEpoch }) => ({
          topic: name,
          partition: partitionIndex,
          errorCode,
          result: { topic: name, partition: partitionIndex, offset, timestamp, leaderEpoch },
        })),
      )
    },
  })
}

export interface EpochQuery extends TopicPartition {
  /** Epoch of the leader that wrote the last record before a position. */
  readonly leaderEpoch: number
}

export interface EpochEnd extends TopicPartition {
  /** The asked epoch, or the last one before it that the leader knows; -1 for none. */
  readonly leaderEpoch: number
  /** The first offset after that epoch; -1 for none. A position beyond it was cut off with the log. */
  readonly endOffset: number
}

/** Where leader epochs end in the logs as they are now, in order (KIP-320). */
export function endsOfEpochs(cluster: Cluster, queries: readonly EpochQuery[]): Promise<readonly EpochEnd[]> {
  return callLeaders<EpochQuery, EpochEnd>(cluster, queries, {
    what: 'check positions against the logs of new leaders',
    refused: ({ topic, partition }, code) =>
      refusal(code, 'tell where a leader epoch ends', { where: `${topic}-${partition}` }),
    send: async (connection, items) => {
      const request = OffsetForLeaderEpoch.request.create({
        replicaId: -1,
        topics: [...byTopic(items)].map(([topic, partitions]) => ({
          topic,
          partitions: partitions.map(({ partition, leaderEpoch }) => ({
            partition,
            currentLeaderEpoch: cluster.cachedPartition(topic, partition)?.leaderEpoch ?? -1,
            leaderEpoch,
          })),
        })),
      })
      const response = await cluster.send(connection, OffsetForLeaderEpoch, request)
      return response.topics.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, errorCode, leaderEpoch, endOffset }) => ({
          topic,
          partition,
          errorCode,
          result: { topic, partition, leaderEpoch, endOffset },
        })),
      )
    },
  })
}
