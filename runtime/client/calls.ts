/** Calls that go to whoever is in charge: the coordinator of a key, the controller, or the leader of each partition. */
import { StreamsError } from '../../src/base/errors.ts'
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import type { Api } from '../../src/protocol/api.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import type { Cluster, CoordinatorType, SendOptions } from './cluster.ts'
import type { Lane } from './connections.ts'
import { Again, remedyOf, remedyOfThrown, withRetries } from './retry.ts'

export interface CallOptions<Response> extends SendOptions {
  /** What is being done, for errors: `commit offsets of group "g"`. */
  readonly what: string
  /** Tells from an answer whether to try again; throws what is refused for good. See `againOn`. */
  readonly again: (response: Response) => Again | undefined
  readonly lane?: Lane
  /** Default: the cluster's `callTimeoutMs`. */
  readonly timeoutMs?: number
}

/** Calls the coordinator of a key, and whoever it moves to, until the answer is final. */
export function callCoordinator<Request, Response>(
  cluster: Cluster,
  coordinator: { readonly type: CoordinatorType; readonly key: string },
  api: Api<Request, Response>,
  request: Request | ((version: number) => Request),
  options: CallOptions<Response>,
): Promise<Response> {
  const { type, key } = coordinator
  return retried(cluster, options, {
    connect: () => cluster.coordinator(type, key, options.lane),
    // A lost connection may mean that the coordinator moved, and looking it up again is cheap.
    moved: remedy => {
      if (remedy === 'find-coordinator' || remedy === 'refresh-metadata') cluster.forgetCoordinator(type, key)
    },
    api,
    request,
  })
}

/** Calls the controller until the answer is final. */
export function callController<Request, Response>(
  cluster: Cluster,
  api: Api<Request, Response>,
  request: Request | ((version: number) => Request),
  options: CallOptions<Response>,
): Promise<Response> {
  return retried(cluster, options, {
    connect: () => cluster.controller(),
    moved: remedy => {
      if (remedy === 'refresh-metadata') cluster.forgetController()
    },
    api,
    request,
  })
}

/** Calls one broker until the answer is final. */
export function callBroker<Request, Response>(
  cluster: Cluster,
  node: number,
  api: Api<Request, Response>,
  request: Request | ((version: number) => Request),
  options: CallOptions<Response>,
): Promise<Response> {
  const connect = (): Promise<Connection> => cluster.connection(node, options.lane ?? 'main')
  return retried(cluster, options, { connect, moved: () => undefined, api, request })
}

/** Calls any broker until the answer is final. */
export function callAnyBroker<Request, Response>(
  cluster: Cluster,
  api: Api<Request, Response>,
  request: Request | ((version: number) => Request),
  options: CallOptions<Response>,
): Promise<Response> {
  const connect = (): Promise<Connection> => cluster.anyConnection(options.lane ?? 'main')
  return retried(cluster, options, { connect, moved: () => undefined, api, request })
}

interface Retried<Request, Response> {
  readonly connect: () => Promise<Connection>
  readonly moved: (remedy: Again['remedy']) => void
  readonly api: Api<Request, Response>
  readonly request: Request | ((version: number) => Request)
}

function retried<Request, Response>(
  cluster: Cluster,
  options: CallOptions<Response>,
  { connect, moved, api, request }: Retried<Request, Response>,
): Promise<Response> {
  const { what, again, timeoutMs = cluster.callTimeoutMs } = options
  return withRetries(
    { clock: cluster.clock, random: cluster.random, what, timeoutMs, prepare: moved },
    async () => {
      const connection = await connect()
      const version = cluster.version(connection, api, options)
      const body =
        typeof request === 'function' ? (request as (version: number) => Request)(version) : request
      const response = await cluster.send(connection, api, body, options)
      return again(response) ?? response
    },
  )
}

/** The first item of an answer that is to be tried again; throws for one that is refused for good. */
export function firstAgain<Item>(
  items: readonly Item[],
  again: (item: Item) => Again | undefined,
): Again | undefined {
  let first: Again | undefined
  for (const item of items) first ??= again(item)
  return first
}

/** What a leader answered for one partition. */
export interface PartitionOutcome<Result> extends TopicPartition {
  readonly errorCode: number
  readonly result: Result
}

export interface LeaderCallOptions<Item extends TopicPartition, Result> {
  readonly what: string
  /** Sends one request for all of `items`, which have the same leader. */
  readonly send: (
    connection: Connection,
    items: readonly Item[],
  ) => Promise<readonly PartitionOutcome<Result>[]>
  /** The error for a partition that was refused for good. */
  readonly refused: (item: Item, errorCode: number) => StreamsError
}

/**
 * Asks the leader of each partition, all leaders at the same time, and again those partitions whose leader has moved.
 * The results are in the order of `items`.
 */
export async function callLeaders<Item extends TopicPartition, Result>(
  cluster: Cluster,
  items: readonly Item[],
  { what, send, refused }: LeaderCallOptions<Item, Result>,
): Promise<readonly Result[]> {
  const results = new Map<string, Result>()
  let left = items
  const retrying = { clock: cluster.clock, random: cluster.random, what, timeoutMs: cluster.callTimeoutMs }
  await withRetries(
    { ...retrying, prepare: () => refreshQuietly(cluster, [...new Set(left.map(({ topic }) => topic))]) },
    async () => {
      const rounds = await Promise.all(
        (await byLeader(cluster, left)).map(group => sendToLeader(cluster, group, send)),
      )
      let last: unknown
      const failed: Item[] = []
      for (const { item, outcome } of rounds.flat()) {
        if (!('result' in outcome)) last = outcome.reason
        else if (outcome.errorCode === 0)
          results.set(partitionKey(item.topic, item.partition), outcome.result)
        else {
          last = refused(item, outcome.errorCode)
          if (remedyOf(outcome.errorCode) === 'fail') throw last
        }
        if (!results.has(partitionKey(item.topic, item.partition))) failed.push(item)
      }
      left = failed
      return failed.length === 0 ? undefined : new Again('refresh-metadata', last)
    },
  )
  return items.map(({ topic, partition }) => results.get(partitionKey(topic, partition))!)
}

interface LeaderGroup<Item> {
  readonly leader: number
  readonly items: readonly Item[]
}

interface ItemOutcome<Item, Result> {
  readonly item: Item
  readonly outcome: PartitionOutcome<Result> | Again
}

async function byLeader<Item extends TopicPartition>(
  cluster: Cluster,
  items: readonly Item[],
): Promise<readonly LeaderGroup<Item>[]> {
  await cluster.metadata([...new Set(items.map(({ topic }) => topic))])
  const groups = new Map<number, Item[]>()
  for (const item of items) {
    const leader = cluster.cachedPartition(item.topic, item.partition)?.leader
    if (leader === undefined) {
      throw new StreamsError('MR-2001', { what: `topic ${item.topic} has no partition ${item.partition}` })
    }
    const group = groups.get(leader)
    if (group === undefined) groups.set(leader, [item])
    else group.push(item)
  }
  return [...groups].map(([leader, grouped]) => ({ leader, items: grouped }))
}

async function sendToLeader<Item extends TopicPartition, Result>(
  cluster: Cluster,
  { leader, items }: LeaderGroup<Item>,
  send: LeaderCallOptions<Item, Result>['send'],
): Promise<readonly ItemOutcome<Item, Result>[]> {
  const again = (reason: unknown): readonly ItemOutcome<Item, Result>[] =>
    items.map(item => ({ item, outcome: new Again('refresh-metadata', reason) }))
  if (leader < 0)
    return again(new StreamsError('MR-5001', { what: 'a partition has no leader at the moment' }))
  try {
    const outcomes = await send(await cluster.connection(leader, 'main'), items)
    const byKey = new Map(outcomes.map(outcome => [partitionKey(outcome.topic, outcome.partition), outcome]))
    return items.map(item => {
      const outcome = byKey.get(partitionKey(item.topic, item.partition))
      return { item, outcome: outcome ?? new Again('refresh-metadata', 'the answer left the partition out') }
    })
  } catch (error) {
    if (remedyOfThrown(error) === 'fail') throw error
    return again(error)
  }
}

/** A refresh before another attempt: if it fails, the attempt will say so. */
async function refreshQuietly(cluster: Cluster, topics: readonly string[]): Promise<void> {
  try {
    await cluster.refresh(topics)
  } catch (error) {
    if (remedyOfThrown(error) === 'fail' && !(error instanceof StreamsError)) throw error
  }
}

/** Groups items by topic, as requests are laid out. */
export function byTopic<Item extends TopicPartition>(
  items: Iterable<Item>,
): ReadonlyMap<string, readonly Item[]> {
  const topics = new Map<string, Item[]>()
  for (const item of items) {
    const group = topics.get(item.topic)
    if (group === undefined) topics.set(item.topic, [item])
    else group.push(item)
  }
  return topics
}
