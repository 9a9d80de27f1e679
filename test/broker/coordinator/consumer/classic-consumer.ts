/**
 * A consumer of the classic protocol in few words: it joins, asks what it has, and joins again when its heartbeat says so, eagerly or
 * cooperatively. It follows the rules of the Java client, and works in a classic group and in one of the consumer protocol alike.
 */
import type { Connection } from '../../../../src/protocol/connection.ts'
import {
  assignmentBytes,
  readAssignment,
  readSubscription,
  subscriptionBytes,
} from '../../../../src/protocol/messages/consumer-protocol.ts'
import { JoinGroup, type JoinGroupResponse } from '../../../../src/protocol/messages/11-join-group.ts'
import { SyncGroup, type SyncGroupResponse } from '../../../../src/protocol/messages/14-sync-group.ts'
import { heartbeat, leave } from '../group-requests.ts'
import { errorName } from '../world.ts'

export interface ClassicOptions {
  readonly group?: string
  readonly topics?: readonly string[]
  readonly instanceId?: string | null
  readonly protocols?: readonly string[]
  /** Whether it keeps its partitions while it joins. */
  readonly cooperative?: boolean
  readonly sessionMs?: number
  readonly rebalanceMs?: number
  /** Of its subscription. */
  readonly subscriptionVersion?: number
  /** What it says instead of a subscription. */
  readonly metadata?: Uint8Array
  /** What its assignor says in assignments. */
  readonly userData?: Uint8Array
  /** How many partitions topics have, for the leader. */
  readonly counts?: Readonly<Record<string, number>>
  readonly joinVersion?: number
}

export class ClassicConsumer {
  readonly #options: ClassicOptions
  connection: Connection
  id = ''
  generation = -1
  protocolName: string | null = null
  /** `topic-partition`, sorted. */
  owned: readonly string[] = []
  /** It joins with its next step. */
  isDue = true
  #joining: Promise<JoinGroupResponse> | undefined
  #syncing: Promise<SyncGroupResponse> | undefined
  #answered: { join?: JoinGroupResponse; sync?: SyncGroupResponse } = {}

  constructor(connection: Connection, options: ClassicOptions = {}) {
    this.connection = connection
    this.#options = options
  }

  get instanceId(): string | null {
    return this.#options.instanceId ?? null
  }

  /** Whether it waits for an answer at a barrier. */
  get waits(): boolean {
    return this.#joining !== undefined || this.#syncing !== undefined
  }

  /** Does the next thing that there is to do; answers the error's name, 'WAITS' while an answer is not there. */
  async step(): Promise<string> {
    if (this.#joining !== undefined) return this.#takeJoin()
    if (this.#syncing !== undefined) return this.#takeSync()
    if (this.isDue) {
      this.#sendJoin()
      return this.#takeJoin()
    }
    const { group = 'group' } = this.#options
    const error = await heartbeat(this.connection, this.id, this.generation, {
      group,
      instanceId: this.instanceId,
    })
    this.#heed(error)
    return error
  }

  /** Leaves; over another connection, since on its own it may wait for an answer before that. */
  async leave(connection = this.connection): Promise<string[]> {
    const { group = 'group' } = this.#options
    this.owned = []
    return leave(connection, [{ memberId: this.id, instanceId: this.instanceId }], group)
  }

  /** Forgets what it was waiting for, as a client whose connection broke. */
  reconnect(connection: Connection): void {
    this.connection = connection
    if (this.waits) this.isDue = true
    this.#joining = this.#syncing = undefined
    this.#answered = {}
  }

  /** Takes what an error means, as the Java client does. */
  #heed(error: string): void {
    if (error === 'NONE') return
    this.isDue = true
    if (error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID') {
      this.id = ''
      this.generation = -1
      this.owned = []
    } else if (error === 'ILLEGAL_GENERATION') {
      this.generation = -1
      this.owned = []
    }
  }

  #sendJoin(): void {
    const { topics = ['topic'], protocols = ['range'], group = 'group' } = this.#options
    if (this.#options.cooperative !== true) this.owned = []
    const owned = new Map<string, number[]>()
    for (const key of this.owned) {
      const at = key.lastIndexOf('-')
      const partitions = owned.get(key.slice(0, at)) ?? []
      partitions.push(Number(key.slice(at + 1)))
      owned.set(key.slice(0, at), partitions)
    }
    const version = this.#options.subscriptionVersion ?? 3
    const metadata =
      this.#options.metadata ??
      subscriptionBytes(
        {
          topics,
          userData: null,
          ownedPartitions: [...owned].map(([topic, partitions]) => ({ topic, partitions })),
          generationId: this.generation,
          rackId: null,
        },
        version,
      )
    this.#answered = {}
    this.#joining = this.connection.send(JoinGroup, this.#options.joinVersion ?? 9, {
      groupId: group,
      sessionTimeoutMs: this.#options.sessionMs ?? 10_000,
      rebalanceTimeoutMs: this.#options.rebalanceMs ?? 60_000,
      memberId: this.id,
      groupInstanceId: this.instanceId,
      protocolType: 'consumer',
      protocols: protocols.map(name => ({ name, metadata })),
      reason: null,
    })
    void this.#joining.then(response => (this.#answered.join = response), lost)
  }

  async #takeJoin(): Promise<string> {
    await turns()
    const response = this.#answered.join
    if (response === undefined) return 'WAITS'
    this.#joining = undefined
    const error = errorName(response.errorCode)
    if (error === 'MEMBER_ID_REQUIRED') {
      this.id = response.memberId
      return this.step()
    }
    if (error !== 'NONE') {
      this.#heed(error)
      return error
    }
    this.id = response.memberId
    this.generation = response.generationId
    this.protocolName = response.protocolName
    this.isDue = false
    this.#sendSync(response)
    return this.#takeSync()
  }

  #sendSync(joined: JoinGroupResponse): void {
    const { group = 'group' } = this.#options
    const leads = joined.leader === this.id && joined.members.length > 0
    this.#syncing = this.connection.send(SyncGroup, 5, {
      groupId: group,
      generationId: this.generation,
      memberId: this.id,
      groupInstanceId: this.instanceId,
      protocolType: 'consumer',
      protocolName: this.protocolName,
      assignments: leads ? this.#assign(joined) : [],
    })
    void this.#syncing.then(response => (this.#answered.sync = response), lost)
  }

  /** Deals the partitions out; what another still has waits for the next rebalance, as cooperative assignors do it. */
  #assign(joined: JoinGroupResponse) {
    const subscriptions = joined.members.map(member => ({ member, said: readSubscription(member.metadata) }))
    const shares = subscriptions.map(() => new Map<string, number[]>())
    const topics = new Set(subscriptions.flatMap(({ said }) => said.topics))
    const holders = new Map<string, number>()
    for (const [index, { said }] of subscriptions.entries()) {
      for (const { topic, partitions } of said.ownedPartitions) {
        for (const partition of partitions) holders.set(`${topic}-${partition}`, index)
      }
    }
    let next = 0
    for (const topic of topics) {
      const takers = subscriptions.flatMap(({ said }, index) => (said.topics.includes(topic) ? [index] : []))
      for (let partition = 0; partition < (this.#options.counts?.[topic] ?? 0); partition++) {
        const taker = takers[next++ % takers.length]!
        const holder = holders.get(`${topic}-${partition}`)
        if (holder !== undefined && holder !== taker) continue
        const partitions = shares[taker]!.get(topic) ?? []
        partitions.push(partition)
        shares[taker]!.set(topic, partitions)
      }
    }
    return subscriptions.map(({ member }, index) => ({
      memberId: member.memberId,
      assignment: assignmentBytes({
        assignedPartitions: [...shares[index]!].map(([topic, partitions]) => ({ topic, partitions })),
        userData: this.#options.userData ?? null,
      }),
    }))
  }

  async #takeSync(): Promise<string> {
    await turns()
    const response = this.#answered.sync
    if (response === undefined) return 'WAITS'
    this.#syncing = undefined
    const error = errorName(response.errorCode)
    if (error !== 'NONE') {
      this.#heed(error)
      return error
    }
    const { assignedPartitions } = readAssignment(response.assignment)
    const told = assignedPartitions.flatMap(({ topic, partitions }) =>
      partitions.map(partition => `${topic}-${partition}`),
    )
    // A cooperative consumer that gave something up joins again at once, to say so.
    this.isDue = this.owned.some(key => !told.includes(key))
    this.owned = told.sort()
    return error
  }
}

/** Lets an answer arrive that is on its way. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve()
}

/** The connection broke: whoever leads the consumer connects it anew. */
const lost = (): void => undefined
