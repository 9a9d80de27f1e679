/** A cluster as a client sees it: which broker leads which partition, which coordinates which key, and connections to them. */
import type { Clock } from '../../src/base/clock.ts'
import type { Random } from '../../src/base/random.ts'
import type { Api } from '../../src/protocol/api.ts'
import type { Connection, Network } from '../../src/protocol/connection.ts'

/** Address of a broker to begin with. */
export interface BootstrapServer {
  readonly host: string
  readonly port: number
}

export interface ClusterOptions {
  readonly network: Network
  readonly bootstrap: readonly BootstrapServer[]
  readonly clock: Clock
  readonly random: Random
  /** Names this client in the logs and quotas of the broker. */
  readonly clientId: string
  /** How long one call may be retried before it fails. Default 60 000. */
  readonly callTimeoutMs?: number
  /** Age after which cached metadata is asked for again. Default 300 000. */
  readonly metadataAgeMaxMs?: number
}

/** What a request is about: requests of one lane to one broker share a connection and are answered in order. */
export type Lane = 'main' | 'produce' | 'group' | 'heartbeat' | 'transaction' | `fetch-${number}`

/** What is known of a partition. */
export interface PartitionMetadata {
  readonly partition: number
  /** Id of the broker that leads it; -1 for none at the moment. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly inSyncReplicas: readonly number[]
}

/** What is known of a topic. */
export interface TopicMetadata {
  readonly name: string
  /** The zero uuid where the broker does not tell. */
  readonly topicId: string
  readonly internal: boolean
  /** By partition number, without holes. */
  readonly partitions: readonly PartitionMetadata[]
}

export declare class Cluster {
  constructor(options: ClusterOptions)
  readonly clock: Clock
  readonly random: Random
  readonly clientId: string
  readonly callTimeoutMs: number
  /** Metadata of topics: from the cache where it is fresh, else asked for (calls for the same topics are shared). MR-2001 if one does not exist. */
  metadata(topics: readonly string[]): Promise<readonly TopicMetadata[]>
  /** The same from the broker always; topics that do not exist are left out. */
  refresh(topics: readonly string[]): Promise<readonly TopicMetadata[]>
  /** All topics of the cluster, from the broker. */
  allTopics(): Promise<readonly TopicMetadata[]>
  /** What the cache holds of a topic, however old. */
  cached(topic: string): TopicMetadata | undefined
  /** The partition count of a topic in the cache, else `undefined`. */
  partitionCount(topic: string): number | undefined
  /** The connection of a lane to a broker, opened if need be. */
  connection(node: number, lane: Lane): Promise<Connection>
  /** The connection of a lane to the leader of a partition. */
  leaderConnection(topic: string, partition: number, lane?: Lane): Promise<Connection>
  /** The connection of a lane to the coordinator of a group or of a transactional id. */
  coordinator(type: 'group' | 'transaction', key: string, lane?: Lane): Promise<Connection>
  /** Makes the next `coordinator` call look it up again. */
  forgetCoordinator(type: 'group' | 'transaction', key: string): void
  /** Sends a request in the highest version that both ends speak, at most `versionMax`. */
  send<Request, Response>(
    connection: Connection,
    api: Api<Request, Response>,
    request: Request,
    versionMax?: number,
  ): Promise<Response>
  close(): Promise<void>
}
