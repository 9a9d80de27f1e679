/** A member of the consumer protocol in few words: it sends heartbeats and does what it is told. */
import type { Connection } from '../../../../src/protocol/connection.ts'
import {
  ConsumerGroupHeartbeat,
  ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
  type ConsumerGroupHeartbeatTopicPartitions,
} from '../../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { ConsumerGroupDescribe } from '../../../../src/protocol/messages/69-consumer-group-describe.ts'
import { errorName } from '../world.ts'

export interface MemberOptions {
  readonly group?: string
  readonly topics?: readonly string[] | null
  readonly regex?: string | null
  readonly instanceId?: string | null
  readonly assignor?: string | null
  readonly rebalanceMs?: number
}

/** Sends one heartbeat. */
export function consumerHeartbeat(
  connection: Connection,
  request: Partial<ConsumerGroupHeartbeatRequest>,
  version = 1,
): Promise<ConsumerGroupHeartbeatResponse> {
  const whole = ConsumerGroupHeartbeatRequest.create({ groupId: 'group', ...request })
  return connection.send(ConsumerGroupHeartbeat, version, whole)
}

/** What consumers do: join, take and give up partitions at once, name what they have. */
export class TestConsumer {
  readonly id: string
  readonly #connection: Connection
  readonly #options: MemberOptions
  epoch = 0
  /** What it has, by topic id. */
  owned: readonly ConsumerGroupHeartbeatTopicPartitions[] = []

  constructor(connection: Connection, id: string, options: MemberOptions = {}) {
    this.#connection = connection
    this.id = id
    this.#options = options
  }

  /** One heartbeat as clients send it; answers the error's name. */
  async beat(): Promise<string> {
    const { group = 'group', topics = ['input'], regex = null, rebalanceMs = 60_000 } = this.#options
    const joins = this.epoch === 0
    if (joins) this.owned = []
    const response = await consumerHeartbeat(this.#connection, {
      groupId: group,
      memberId: this.id,
      memberEpoch: this.epoch,
      instanceId: this.#options.instanceId ?? null,
      topicPartitions: this.owned,
      ...(joins
        ? {
            rebalanceTimeoutMs: rebalanceMs,
            subscribedTopicNames: topics,
            subscribedTopicRegex: regex,
            serverAssignor: this.#options.assignor ?? null,
          }
        : {}),
    })
    if (response.errorCode === 0) {
      this.epoch = response.memberEpoch
      if (response.assignment !== null) this.owned = response.assignment.topicPartitions
    }
    return errorName(response.errorCode)
  }

  async leave(memberEpoch: -1 | -2 = -1): Promise<string> {
    const { group = 'group', instanceId = null } = this.#options
    const response = await consumerHeartbeat(this.#connection, {
      groupId: group,
      memberId: this.id,
      memberEpoch,
      instanceId,
    })
    return errorName(response.errorCode)
  }

  /** How many partitions it has. */
  get count(): number {
    return this.partitions.length
  }

  /** The partitions that it has, whatever their topic. */
  get partitions(): number[] {
    return this.owned.flatMap(({ partitions }) => partitions).sort((one, other) => one - other)
  }
}

/** Lets all members send heartbeats until the group is stable. */
export async function converge(
  connection: Connection,
  consumers: readonly TestConsumer[],
  group = 'group',
): Promise<void> {
  for (let round = 0; round < 10; round++) {
    for (const consumer of consumers) {
      const error = await consumer.beat()
      if (error !== 'NONE') throw new Error(`${consumer.id}: ${error}`)
    }
    if ((await describeConsumers(connection, group)).groupState === 'Stable') return
  }
  throw new Error('the group does not come to rest')
}

export async function describeConsumers(connection: Connection, group = 'group') {
  const request = { groupIds: [group], includeAuthorizedOperations: false }
  return (await connection.send(ConsumerGroupDescribe, 1, request)).groups[0]!
}
