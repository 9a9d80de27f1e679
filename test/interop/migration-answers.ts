/**
 * A group that is upgraded and downgraded, request by request: what a broker answers to each, in lines that can be compared
 * between brokers. Member ids are told by names, and generations by how far they are from that of the classic group.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { errorByCode } from '../../src/protocol/errors.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import type { JoinGroupResponse } from '../../src/protocol/messages/11-join-group.ts'
import { FindCoordinator, FindCoordinatorRequest } from '../../src/protocol/messages/10-find-coordinator.ts'
import { SyncGroup } from '../../src/protocol/messages/14-sync-group.ts'
import type { ConsumerGroupHeartbeatRequest } from '../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import {
  assignmentBytes,
  readAssignment,
  subscriptionBytes,
} from '../../src/protocol/messages/consumer-protocol.ts'
import { createTopic } from '../broker/broker-fixture.ts'
import {
  commitOffset,
  describeGroup,
  heartbeat,
  join,
  leave,
  type JoinOptions,
} from '../broker/coordinator/group-requests.ts'
import { consumerHeartbeat, describeConsumers } from '../broker/coordinator/consumer/consumer-member.ts'

const [group, topic] = ['group', 'topic']
/** Kafka 4.3 computes assignments of a group no more often than once in a second. */
const assignmentIntervalMs = 1_200

/** Who asks, and what was answered. */
export class Transcript {
  readonly lines: string[] = []
  readonly #connection: Connection
  readonly #names = new Map<string, string>()
  #base = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  say(what: string, ...answers: readonly unknown[]): void {
    let line = `${what}: ${answers.map(each => (typeof each === 'string' ? each : JSON.stringify(each))).join(' ')}`
    for (const [id, name] of this.#names) line = line.replaceAll(id, name)
    this.lines.push(line)
  }

  name(id: string, name: string): void {
    this.#names.set(id, name)
  }

  /** Generations are told relative to this one. */
  countFrom(generation: number): void {
    this.#base = generation
  }

  async join(who: string, options: JoinOptions): Promise<JoinGroupResponse> {
    await pause(assignmentIntervalMs)
    const answer = await join(this.#connection, this.#with(options))
    const { errorCode, generationId, protocolType, protocolName, leader, memberId, members } = answer
    if (errorCode !== 0) {
      this.say(`${who} joins`, nameOf(errorCode))
      return answer
    }
    if (!this.#names.has(memberId)) this.name(memberId, who)
    const epoch = generationId - this.#base
    this.say(`${who} joins`, { epoch, protocolType, protocolName, leader, memberId, members: members.length })
    return answer
  }

  /** A join whose answer waits for others. */
  joining(connection: Connection, options: JoinOptions): Promise<JoinGroupResponse> {
    return join(connection, this.#with(options))
  }

  async sync(
    who: string,
    memberId: string,
    generationId: number,
    more: {
      readonly instanceId?: string
      readonly type?: string
      readonly name?: string
      readonly given?: Readonly<Record<string, readonly number[]>>
      readonly connection?: Connection
    } = {},
  ): Promise<readonly number[]> {
    const { instanceId = null, type = 'consumer', name = 'range', given = {} } = more
    const assignments = Object.entries(given).map(([id, partitions]) => ({
      memberId: id,
      assignment: assignmentBytes({ assignedPartitions: [{ topic, partitions }], userData: null }),
    }))
    const answer = await (more.connection ?? this.#connection).send(SyncGroup, 5, {
      groupId: group,
      generationId,
      memberId,
      groupInstanceId: instanceId,
      protocolType: type,
      protocolName: name,
      assignments,
    })
    const { errorCode, protocolType, protocolName } = answer
    const had = errorCode === 0 ? readAssignment(answer.assignment).assignedPartitions : []
    const partitions = had.flatMap(each => each.partitions)
    // Which ones it keeps is up to the assignor.
    this.say(`${who} syncs`, nameOf(errorCode), { protocolType, protocolName, count: partitions.length })
    return partitions
  }

  async heartbeat(who: string, memberId: string, generationId: number, instanceId: string | null = null) {
    const told = await heartbeat(this.#connection, memberId, generationId, { group, instanceId })
    this.say(`${who} beats`, told)
  }

  async modern(who: string, request: Partial<ConsumerGroupHeartbeatRequest>): Promise<number> {
    await pause(assignmentIntervalMs)
    const answer = await consumerHeartbeat(this.#connection, { groupId: group, ...request })
    const { errorCode, errorMessage, memberEpoch, assignment } = answer
    const counts = assignment?.topicPartitions.map(({ partitions }) => partitions.length)
    this.say(
      `${who} beats`,
      nameOf(errorCode),
      errorMessage ?? '',
      this.#epoch(memberEpoch),
      counts ?? 'null',
    )
    return memberEpoch
  }

  async commit(who: string, memberId: string, generationId: number): Promise<void> {
    const by = { group, topic, memberId, generationId, version: 8 }
    this.say(`${who} commits`, await commitOffset(this.#connection, 1, by))
  }

  async leave(members: Parameters<typeof leave>[1]): Promise<void> {
    this.say('leave', await leave(this.#connection, members, group))
  }

  /** How the group is described, both ways. */
  async describe(): Promise<void> {
    const { errorCode, errorMessage, members, ...rest } = await describeConsumers(this.#connection, group)
    const { groupState, groupEpoch, assignmentEpoch, assignorName } = rest
    const lines = members.map(member => {
      const [has, target] = [member.assignment, member.targetAssignment].map(
        each => each.topicPartitions.flatMap(({ partitions }) => partitions).length,
      )
      const { memberId, memberType, memberEpoch, subscribedTopicRegex, instanceId } = member
      const epoch = this.#epoch(memberEpoch)
      return `${this.#names.get(memberId)} ${memberType} ${epoch} ${has}/${target} ${subscribedTopicRegex} ${instanceId}`
    })
    const epochs = errorCode === 0 ? [this.#epoch(groupEpoch), this.#epoch(assignmentEpoch)] : []
    this.say(
      'described',
      nameOf(errorCode),
      errorMessage ?? '',
      groupState,
      epochs,
      assignorName,
      lines.sort(),
    )
    const classic = await describeGroup(this.#connection, group)
    this.say('as classic', nameOf(classic.errorCode), classic.groupState, classic.protocolType)
  }

  #epoch(epoch: number): number {
    return epoch > 0 ? epoch - this.#base : epoch
  }

  #with(options: JoinOptions): JoinOptions {
    return {
      group,
      sessionMs: 30_000,
      protocols: ['range', 'roundrobin'],
      metadata: subscription(),
      ...options,
    }
  }
}

const nameOf = (code: number) => errorByCode(code).name

/** What a member of `topic` says when it joins. */
export function subscription(owned: readonly number[] = []): Uint8Array {
  const ownedPartitions = owned.length === 0 ? [] : [{ topic, partitions: owned }]
  return subscriptionBytes({
    topics: [topic],
    userData: null,
    ownedPartitions,
    generationId: -1,
    rackId: null,
  })
}

/** Leads a broker through it. `open` connects. */
export async function migrationTranscript(open: () => Promise<Connection>): Promise<readonly string[]> {
  const [one, other] = [await open(), await open()]
  const told = new Transcript(one)
  await createTopic(one, topic, { partitions: 12 })
  const members = await classicPair(told, one, other)
  await upgrade(told, members)
  await statics(told, members)
  await downgrade(told, members)
  await Promise.all([one.close(), other.close()])
  return told.lines
}

interface Pair {
  readonly a: string
  readonly b: string
  readonly generation: number
}

async function classicPair(told: Transcript, one: Connection, other: Connection): Promise<Pair> {
  await coordinatorIsThere(one)
  const a = await idOf(() => told.joining(one, {}))
  const b = await idOf(() => told.joining(other, {}))
  told.name(a, 'A')
  told.name(b, 'B')
  // The first to come leads.
  const joinsFirst = told.joining(one, { memberId: a })
  await pause(200)
  const joinsOther = told.joining(other, { memberId: b })
  let joined = await joinsFirst
  // With the first alone there is a generation of one, which the other's coming ends.
  for (let tries = 0; joined.members.length < 2 && tries < 100; tries++) {
    const error = await heartbeat(one, a, joined.generationId, { group })
    if (error === 'REBALANCE_IN_PROGRESS') joined = await told.joining(one, { memberId: a })
    else await pause(50)
  }
  const { generationId: generation } = await joinsOther
  told.countFrom(generation)
  await told.sync('A', a, generation, { given: { [a]: [0, 1, 2, 3, 4, 5], [b]: [6, 7, 8, 9, 10, 11] } })
  await told.sync('B', b, generation, { connection: other })
  await told.describe()
  return { a, b, generation }
}

/** Kafka makes its internal topic when it is first asked who coordinates a group. */
async function coordinatorIsThere(connection: Connection): Promise<void> {
  const request = FindCoordinatorRequest.create({ coordinatorKeys: [group] })
  for (let tries = 0; tries < 100; tries++) {
    const { coordinators } = await connection.send(FindCoordinator, 4, request)
    if (coordinators[0]!.errorCode === 0) return
    await pause(200)
  }
  throw new Error('there is no coordinator')
}

/** The id of a new member; the coordinator may have to read its log first. */
async function idOf(ask: () => Promise<JoinGroupResponse>): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const { memberId } = await ask()
    if (memberId !== '') return memberId
    await pause(200)
  }
  throw new Error('the coordinator gives no ids')
}

const joining = { rebalanceTimeoutMs: 60_000, topicPartitions: [], subscribedTopicNames: [topic] }

async function upgrade(told: Transcript, { a, b, generation }: Pair): Promise<void> {
  told.name('modern', 'M')
  const epoch = await told.modern('M', { memberId: 'modern', memberEpoch: 0, ...joining })
  await told.describe()
  for (const [id, named] of [
    [a, generation],
    [a, epoch],
    ['nobody', generation],
    ['modern', epoch],
  ] as const) {
    await told.heartbeat(id, id, named)
    await told.commit(id, id, named)
  }
  await told.sync('A too early', a, generation)
  await told.join('A', { memberId: a, metadata: subscription([0, 1, 2, 3, 4, 5]) })
  const kept = await told.sync('A', a, generation)
  await told.describe()
  await told.sync('A too early again', a, epoch)
  await told.heartbeat('A', a, generation)
  await told.join('A', { memberId: a, metadata: subscription(kept) })
  await told.sync('A late', a, generation)
  await told.sync('A', a, epoch)
  await told.sync('A of another assignor', a, epoch, { name: 'roundrobin' })
  await told.sync('A of another type', a, epoch, { type: 'connect' })
  await told.heartbeat('A', a, epoch)
  await told.join('B', { memberId: b })
  await told.sync('B', b, epoch)
  await told.modern('M', { memberId: 'modern', memberEpoch: epoch, topicPartitions: [] })
  await told.describe()
  await told.join('another assignor', { protocols: ['sticky'] })
  await told.join('another type', { type: 'connect' })
  await told.join('an unknown instance', { memberId: 'x', instanceId: 'nobody' })
}

async function statics(told: Transcript, { b, generation }: Pair): Promise<void> {
  const { memberId, generationId } = await told.join('S', { instanceId: 'fixed' })
  await told.sync('S', memberId, generationId, { instanceId: 'fixed' })
  await told.describe()
  told.name('static-1', 'T')
  await told.modern('T', { memberId: 'static-1', instanceId: 'fixed', memberEpoch: 0, ...joining })
  await told.heartbeat('S', memberId, generationId, 'fixed')
  await told.modern('U', { memberId: 'static-2', instanceId: 'fixed', memberEpoch: 0, ...joining })
  await told.join('V', { instanceId: 'fixed' })
  await told.describe()
  await told.leave([{ instanceId: 'fixed' }, { memberId: 'nobody' }, { memberId: b }])
  await told.heartbeat('B', b, generation + 1)
  await told.describe()
}

async function downgrade(told: Transcript, { a, generation }: Pair): Promise<void> {
  await told.modern('M', { memberId: 'modern', memberEpoch: -1 })
  await told.describe()
  await told.heartbeat('A', a, generation + 1)
  const { generationId } = await told.join('A', { memberId: a })
  await told.sync('A', a, generationId, { given: { [a]: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] } })
  await told.heartbeat('A', a, generationId)
  await told.modern('late', { memberId: 'late', memberEpoch: 5, topicPartitions: [] })
}
