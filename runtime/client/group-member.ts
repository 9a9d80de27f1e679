/**
 * A member of a consumer group: joins, heartbeats on its own timer, and gives partitions up only after `onRevoked` is done.
 *
 * The owner calls `poll` from its loop; the callbacks run within `poll` and nowhere else, so that nothing is given up in
 * the middle of a commit. What the group asks for in between is only noted (`hasWork`, `onWork`). JoinGroup and SyncGroup
 * run beside the loop: with cooperative assignors the member goes on working on what it owns. Requests of the group
 * have connections of their own, since a join is held back until all members have come.
 *
 *   cooperative   join with what is owned ─▶ assignment ─▶ revoke what is not in it ─▶ take the new ─▶ join again if
 *                 anything was revoked, so that it can go to its new owner
 *   eager         revoke everything ─▶ join ─▶ take the assignment
 *
 * While a rebalance is under way (`rebalancing`) the generation may end at any moment: commits of offsets belong before
 * it or into `onRevoked`, which runs in the new generation. States: group-state.ts.
 */
import { StreamsError } from '../../src/base/errors.ts'
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import { LeaveGroup } from '../../src/protocol/messages/13-leave-group.ts'
import type { Assignor } from './assignor.ts'
import type { Cluster } from './cluster.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { forget, GroupProtocol, type Membership, type Round } from './group-protocol.ts'
import { movedTo, type GroupState } from './group-state.ts'
import { Heartbeats } from './heartbeats.ts'
import type { GroupMetadata } from './offsets.ts'
import { pauseMs, remedyOfThrown, sleep } from './retry.ts'

/** An assignment that has taken effect. */
export interface Assignment {
  /** What is new. */
  readonly added: readonly TopicPartition[]
  /** Everything owned now. */
  readonly owned: readonly TopicPartition[]
  /** What the leader's assignor sent to this member. */
  readonly userData: Uint8Array | null
}

export interface GroupMemberOptions {
  readonly cluster: Cluster
  readonly groupId: string
  readonly topics: readonly string[]
  /** Static membership: the identity that survives a restart within the session timeout. */
  readonly instanceId?: string | undefined
  /** In order of preference; all members must have one in common. Cooperative if all of them are. */
  readonly assignors: readonly Assignor[]
  /** Time without heartbeats after which the group goes on without this member. Default 45 000. */
  readonly sessionTimeoutMs?: number
  /** How long members have to give partitions up and join again; also how long work may wait for `poll`. Default 300 000. */
  readonly rebalanceTimeoutMs?: number
  /** Default 3 000. */
  readonly heartbeatIntervalMs?: number
  /** How often the leader looks whether topics have got more partitions. Default 30 000. */
  readonly topicsCheckIntervalMs?: number
  /** The topics to subscribe to as they are now, where they come and go: asked at each look, by every member. */
  readonly currentTopics?: () => Promise<readonly string[]>
  /** What goes with this member's subscription, asked for at each join. */
  readonly userData?: () => Uint8Array | null
  /** Commit these and stop working on them; they are given up when the promise resolves. */
  readonly onRevoked: (partitions: readonly TopicPartition[]) => Promise<void>
  /** Called after each rebalance, even if nothing was added. */
  readonly onAssigned: (assignment: Assignment) => Promise<void>
  /** These were taken away (session expired, fenced): drop them without committing. */
  readonly onLost: (partitions: readonly TopicPartition[]) => Promise<void>
  /** Called when there is something for `poll` to do: wakes a loop that waits elsewhere. */
  readonly onWork?: () => void
}

type Assigned = Extract<Round, { kind: 'assigned' }>

export class GroupMember {
  readonly #options: GroupMemberOptions
  readonly #cooperative: boolean
  readonly #membership: Membership = { memberId: '', generationId: -1 }
  readonly #protocol: GroupProtocol
  readonly #heartbeats: Heartbeats
  #topics: readonly string[]
  #state: GroupState = 'outside'
  #owned: readonly TopicPartition[] = []
  /** Generation in which that came to be owned. */
  #ownedGeneration = -1
  /** Why to join (again); `undefined` for no reason. */
  #joinReason: string | undefined
  /** The subscription has changed while a round with the old one was under way. */
  #rejoinAfter = false
  #lost = false
  #assigned: Assigned | undefined
  #failure: unknown
  /** Since when work has waited for `poll`, on the monotonic clock. */
  #workSinceMs: number | undefined
  /** Of the leader: what its last assignment was based on. */
  #partitionCounts: ReadonlyMap<string, number> | undefined
  #topicsCheckedAtMs = 0
  #polling = false
  #closing: Promise<void> | undefined

  constructor(options: GroupMemberOptions) {
    if (options.assignors.length === 0) throw new TypeError('assignors must name at least one')
    this.#options = options
    this.#topics = options.topics
    this.#cooperative = options.assignors.every(({ rebalance }) => rebalance === 'cooperative')
    const { cluster, groupId, instanceId, assignors } = options
    const membership = this.#membership
    this.#heartbeats = new Heartbeats({
      cluster,
      groupId,
      instanceId,
      membership,
      intervalMs: options.heartbeatIntervalMs ?? 3_000,
      onRebalance: () => this.rejoin('the group rebalances'),
      onLost: code => this.#noteLost(code),
      onFatal: error => this.#fail(error),
      onBeat: () => this.#beat(),
    })
    this.#protocol = new GroupProtocol({
      cluster,
      groupId,
      instanceId,
      assignors,
      membership,
      sessionTimeoutMs: options.sessionTimeoutMs ?? 45_000,
      rebalanceTimeoutMs: this.#rebalanceTimeoutMs,
      onJoined: () => this.#heartbeats.start(),
    })
  }

  get state(): GroupState {
    return this.#state
  }

  /** What is owned now. */
  get owned(): readonly TopicPartition[] {
    return this.#owned
  }

  /** Whether `poll` has something to do. */
  get hasWork(): boolean {
    if (this.#state === 'failed' || this.#lost || this.#assigned !== undefined) return true
    return this.#joinReason !== undefined && (this.#state === 'outside' || this.#state === 'stable')
  }

  /** Whether the generation may end at any moment: do not commit offsets now, except from within `onRevoked`. */
  get rebalancing(): boolean {
    return this.#state === 'joining' || this.#state === 'settling'
  }

  /** For commits. Generation -1 while not joined. */
  get metadata(): GroupMetadata {
    const { memberId, generationId } = this.#membership
    return { groupId: this.#options.groupId, generationId, memberId, instanceId: this.#options.instanceId }
  }

  /** Begins to join, at the next `poll`. */
  start(): void {
    this.rejoin('the member starts')
  }

  /** Asks for another rebalance. */
  rejoin(reason: string): void {
    if (this.#state === 'closed' || this.#state === 'failed') return
    // A round that is under way began before the reason came up, unless its answer is what the reason is about.
    if (this.#state === 'joining') return
    this.#joinReason ??= reason
    this.#noteWork()
  }

  /** Replaces the topics subscribed to, and rejoins. */
  subscribe(topics: readonly string[]): void {
    this.#topics = topics
    if (this.#state === 'joining') this.#rejoinAfter = true
    this.rejoin('the subscription has changed')
  }

  /** Subscribes to the topics as they are now, where they come and go. */
  async refreshSubscription(): Promise<void> {
    const current = await this.#options.currentTopics?.()
    if (current === undefined) return
    const before = new Set(this.#topics)
    if (current.length !== before.size || !current.every(topic => before.has(topic))) this.subscribe(current)
  }

  /**
   * Runs the callbacks that are due, and sees to it that a rebalance begins if one is; does not wait for it. Resolves at
   * once when there is nothing to do. MR-5047 if another member took over the instance id, MR-5052 if the group does not
   * admit this one; rejects with what a callback or the assignor threw.
   */
  async poll(): Promise<void> {
    if (this.#polling) throw new TypeError('poll is called again while it runs')
    this.#polling = true
    try {
      while (this.hasWork && this.#closing === undefined) await this.#work()
    } finally {
      this.#polling = false
      this.#workSinceMs = undefined
    }
  }

  /**
   * Gives everything up (`onRevoked`) and leaves; a static member stays a member, so that it finds its partitions when it
   * comes back within the session timeout, unless `leaveStatic`. Idempotent.
   */
  close(options: { readonly leaveStatic?: boolean } = {}): Promise<void> {
    this.#closing ??= this.#close(options.leaveStatic ?? false)
    return this.#closing
  }

  async #work(): Promise<void> {
    if (this.#state === 'failed') throw this.#failure
    if (this.#lost) await this.#drop()
    else if (this.#assigned !== undefined) await this.#settle(this.#assigned)
    else await this.#beginJoin(this.#joinReason ?? 'the group rebalances')
  }

  /** What was owned is somebody else's. */
  async #drop(): Promise<void> {
    const lost = this.#owned
    this.#lost = false
    this.#assigned = undefined
    this.#partitionCounts = undefined
    this.#owned = []
    this.#ownedGeneration = -1
    this.#joinReason ??= 'the membership was lost'
    if (lost.length > 0) await this.#options.onLost(lost)
  }

  /** An assignment takes effect. */
  async #settle({ partitions, userData, partitionCounts }: Assigned): Promise<void> {
    this.#assigned = undefined
    this.#partitionCounts = partitionCounts
    const next = new Set(partitions.map(({ topic, partition }) => partitionKey(topic, partition)))
    const before = new Set(this.#owned.map(({ topic, partition }) => partitionKey(topic, partition)))
    const revoked = this.#owned.filter(({ topic, partition }) => !next.has(partitionKey(topic, partition)))
    const added = partitions.filter(({ topic, partition }) => !before.has(partitionKey(topic, partition)))
    if (revoked.length > 0) await this.#options.onRevoked(revoked)
    this.#owned = partitions
    this.#ownedGeneration = this.#membership.generationId
    // What was revoked has no owner until everybody joins once more.
    if (revoked.length > 0 && this.#cooperative) this.#joinReason ??= 'partitions were given up'
    if (this.#state === 'settling') this.#moveTo('stable')
    await this.#options.onAssigned({ added, owned: partitions, userData })
  }

  async #beginJoin(reason: string): Promise<void> {
    this.#joinReason = undefined
    if (!this.#cooperative && this.#owned.length > 0) {
      const revoked = this.#owned
      await this.#options.onRevoked(revoked)
      this.#owned = []
      // The session may have ended meanwhile: then the loss is dealt with first.
      if (this.#lost) return
    }
    this.#moveTo('joining')
    void this.#join(reason)
  }

  /** Rounds of the protocol, until one ends in an assignment or a loss. */
  async #join(reason: string): Promise<void> {
    const { cluster, groupId, userData } = this.#options
    try {
      for (let attempts = 1; this.#state === 'joining'; attempts++) {
        const round = await this.#protocol.round({
          topics: this.#topics,
          owned: this.#owned,
          generationId: this.#ownedGeneration,
          userData: userData?.() ?? null,
          reason,
        })
        if (this.#state !== 'joining') return
        if (round.kind === 'again') {
          if (round.remedy === 'find-coordinator') cluster.forgetCoordinator('group', groupId)
          if (round.remedy !== 'none') await sleep(cluster.clock, pauseMs(attempts, cluster.random))
        } else this.#joined(round)
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  #joined(round: Exclude<Round, { kind: 'again' }>): void {
    if (round.kind === 'lost') {
      this.#heartbeats.stop()
      this.#lost = true
      this.#moveTo('outside')
    } else {
      this.#assigned = round
      this.#moveTo('settling')
      if (this.#rejoinAfter) this.#joinReason = 'the subscription has changed'
    }
    this.#rejoinAfter = false
    this.#noteWork()
  }

  /** The group has gone on without this member, as a heartbeat tells. */
  #noteLost(code: number): void {
    if (this.#state !== 'stable' && this.#state !== 'settling') return
    this.#heartbeats.stop()
    forget(this.#membership, code)
    this.#lost = true
    this.#moveTo('outside')
    this.#noteWork()
  }

  #noteWork(): void {
    if (!this.hasWork) return
    this.#workSinceMs ??= this.#options.cluster.clock.monotonic()
    this.#options.onWork?.()
  }

  #beat(): void {
    const { cluster, instanceId } = this.#options
    const now = cluster.clock.monotonic()
    if (
      this.#workSinceMs !== undefined &&
      !this.#polling &&
      now - this.#workSinceMs > this.#rebalanceTimeoutMs
    ) {
      // Nobody polls: a member that does not work must not hold on to its partitions.
      if (instanceId === undefined) this.#leave().catch((error: unknown) => this.#fail(error))
      this.#noteLost(kafkaErrors.UNKNOWN_MEMBER_ID.code)
      return
    }
    const interval = this.#options.topicsCheckIntervalMs ?? 30_000
    if (this.#state !== 'stable') return
    if (this.#partitionCounts === undefined && this.#options.currentTopics === undefined) return
    if (now - this.#topicsCheckedAtMs < interval) return
    this.#topicsCheckedAtMs = now
    // What fails here is tried again at the next interval.
    this.#checkTopics(this.#partitionCounts).catch(() => undefined)
  }

  /** The leader looks after the topics: new partitions have no owner until the group rebalances. */
  async #checkTopics(known: ReadonlyMap<string, number> | undefined): Promise<void> {
    await this.refreshSubscription()
    if (known === undefined) return
    const topics = await this.#options.cluster.refresh([...known.keys(), ...this.#topics])
    const changed = topics.find(({ name, partitions }) => known.get(name) !== partitions.length)
    if (changed !== undefined && this.#partitionCounts === known) {
      this.rejoin(`topic ${changed.name} has ${changed.partitions.length} partitions now`)
    }
  }

  #fail(error: unknown): void {
    if (this.#state === 'closed' || this.#state === 'failed') return
    this.#heartbeats.stop()
    this.#failure = error
    this.#moveTo('failed')
    this.#noteWork()
  }

  async #close(leaveStatic: boolean): Promise<void> {
    const owned = this.#owned
    const alive = this.#state !== 'failed' && !this.#lost
    try {
      // Heartbeats go on: what is being committed must still be this member's.
      if (owned.length > 0) await (alive ? this.#options.onRevoked(owned) : this.#options.onLost(owned))
    } finally {
      this.#heartbeats.stop()
      this.#owned = []
      this.#moveTo('closed')
      const dynamic = this.#options.instanceId === undefined
      if (alive && this.#membership.memberId !== '' && (dynamic || leaveStatic)) await this.#leave()
    }
  }

  /** Tells the group; that it does not hear it is no failure: the session runs out then. */
  async #leave(): Promise<void> {
    const { cluster, groupId, instanceId } = this.#options
    const { memberId } = this.#membership
    const groupInstanceId = instanceId ?? null
    try {
      const connection = await cluster.coordinator('group', groupId, 'heartbeat')
      const listed = cluster.version(connection, LeaveGroup) >= 3
      const members = [{ memberId, groupInstanceId, reason: 'the member closes' }]
      const identity = listed ? { members } : { memberId }
      await cluster.send(connection, LeaveGroup, LeaveGroup.request.create({ groupId, ...identity }))
    } catch (error) {
      if (!(error instanceof StreamsError) && remedyOfThrown(error) === 'fail') throw error
    }
  }

  get #rebalanceTimeoutMs(): number {
    return this.#options.rebalanceTimeoutMs ?? 300_000
  }

  #moveTo(state: GroupState): void {
    this.#state = movedTo(this.#state, state)
  }
}
