/** Group members: partitions go from one to another only after they were given up, and each has one owner at most. */
import { describe, expect, it } from 'vitest'
import { deferred } from '../../../src/base/deferred.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { partitionKey } from '../../../src/base/topic-partition.ts'
import type { LeaveGroupRequest } from '../../../src/protocol/messages/13-leave-group.ts'
import type { Assignor } from '../../../runtime/client/assignor.ts'
import {
  GroupMember,
  type Assignment,
  type GroupMemberOptions,
} from '../../../runtime/client/group-member.ts'
import { GroupOffsets } from '../../../runtime/client/offsets.ts'
import { rangeAssignor } from '../../../runtime/client/range-assignor.ts'
import { cooperativeStickyAssignor } from '../../../runtime/client/sticky-assignor.ts'
import { createTopic } from '../../broker/broker-fixture.ts'
import { startClient, text, type ClientFixture } from './client-fixture.ts'

/** A member with its loop, and a diary of what happened to it. */
class Diarist {
  readonly member: GroupMember
  readonly diary: string[] = []
  readonly client: ClientFixture
  userData: Uint8Array | null = null
  /** What `onRevoked` waits for. */
  revoking: Promise<void> = Promise.resolve()
  failure: unknown
  #polling: Promise<void> | undefined

  constructor(client: ClientFixture, options: Partial<GroupMemberOptions> = {}) {
    this.client = client
    this.member = new GroupMember({
      cluster: client.newCluster(),
      groupId: 'group',
      topics: ['orders'],
      assignors: [cooperativeStickyAssignor],
      onRevoked: async partitions => {
        this.diary.push(`revoking ${names(partitions)}`)
        await this.revoking
        this.diary.push(`revoked ${names(partitions)}`)
      },
      onAssigned: ({ added, userData }: Assignment) => {
        if (added.length > 0) this.diary.push(`added ${names(added)}`)
        this.userData = userData
        return Promise.resolve()
      },
      onLost: partitions => {
        this.diary.push(`lost ${names(partitions)}`)
        return Promise.resolve()
      },
      ...options,
    })
    this.member.start()
  }

  /** One turn of a loop that does not wait for its poll. */
  turn(): void {
    if (this.#polling !== undefined || !this.member.hasWork) return
    this.#polling = this.#poll()
  }

  async #poll(): Promise<void> {
    try {
      await this.member.poll()
    } catch (error) {
      this.failure = error
    }
    this.#polling = undefined
  }

  get owned(): string {
    return names(this.member.owned)
  }
}

function names(partitions: Iterable<{ readonly partition: number }>): string {
  return Array.from(partitions, ({ partition }) => partition)
    .toSorted((left, right) => left - right)
    .join(',')
}

async function start(partitions = 4) {
  const client = await startClient()
  await createTopic(client.connection, 'orders', { partitions })
  const members: Diarist[] = []
  const join = (options: Partial<GroupMemberOptions> = {}): Diarist => {
    const diarist = new Diarist(client, options)
    members.push(diarist)
    return diarist
  }
  /** Lets all loops turn for a time. No partition ever has two owners. */
  const run = async (ms: number): Promise<void> => {
    for (let elapsed = 0; elapsed < ms; elapsed += 50) {
      for (const diarist of members) diarist.turn()
      await client.clock.advance(50)
      const owned = members.flatMap(({ member }) =>
        member.owned.map(item => partitionKey(item.topic, item.partition)),
      )
      expect(new Set(owned).size).toBe(owned.length)
    }
  }
  return { ...client, client, members, join, run }
}

describe('a group member', () => {
  it('joins in two steps and gets all partitions when it is alone', async () => {
    const { join, run, network } = await start()
    const one = join()
    expect(one.member.metadata.generationId).toBe(-1)
    await run(500)
    expect(one.owned).toBe('0,1,2,3')
    expect(one.member.state).toBe('stable')
    expect(network.of('JoinGroup')).toHaveLength(2)
    expect(one.member.metadata).toMatchObject({ groupId: 'group', generationId: 1 })
  })

  it('goes on with what it keeps, and gives up only what moves', async () => {
    const { join, run } = await start()
    const one = join()
    await run(500)
    const two = join()
    await run(10_000)
    expect([one.owned, two.owned].toSorted()).toEqual(['0,1', '2,3'])
    expect(one.diary).toEqual(['added 0,1,2,3', 'revoking 2,3', 'revoked 2,3'])
    expect(two.diary).toEqual(['added 2,3'])
  })

  it('keeps a partition until onRevoked is done, however long, by heartbeats that need no poll', async () => {
    const { join, run } = await start(2)
    const one = join({ sessionTimeoutMs: 6_000, heartbeatIntervalMs: 1_000 })
    await run(500)
    const committed = deferred()
    one.revoking = committed.promise
    const two = join({ sessionTimeoutMs: 6_000, heartbeatIntervalMs: 1_000 })
    await run(20_000)
    expect(one.diary.at(-1)).toBe('revoking 1')
    expect([one.owned, two.owned]).toEqual(['0,1', ''])
    committed.resolve()
    await run(3_000)
    expect([one.owned, two.owned]).toEqual(['0', '1'])
  })

  it('takes over what a leaving member gave up', async () => {
    const { join, run, until } = await start()
    const [one, two] = [join(), join()]
    await run(5_000)
    await until(one.member.close())
    await one.member.close()
    expect(one.diary.at(-1)).toMatch(/^revoked/)
    await run(5_000)
    expect(two.owned).toBe('0,1,2,3')
    expect(one.member.hasWork).toBe(false)
  })

  it('drops everything, without committing, when its session has ended', async () => {
    const { join, run, network } = await start()
    const one = join({ sessionTimeoutMs: 6_000 })
    await run(500)
    network.fate = ({ api }) => (api === 'Heartbeat' ? 'lost-before' : 'pass')
    await run(8_000)
    network.fate = () => 'pass'
    await run(5_000)
    expect(one.diary).toEqual(['added 0,1,2,3', 'lost 0,1,2,3', 'added 0,1,2,3'])
    expect(one.member.state).toBe('stable')
  })

  it('leaves when nobody polls, so that the others get its partitions', async () => {
    const { join, run, members } = await start()
    const hung = join({ rebalanceTimeoutMs: 5_000, sessionTimeoutMs: 6_000 })
    await run(500)
    members.splice(0, 1)
    const two = join({ rebalanceTimeoutMs: 5_000, sessionTimeoutMs: 6_000 })
    await run(15_000)
    expect(two.owned).toBe('0,1,2,3')
    hung.turn()
    await run(100)
    expect(hung.diary.at(-1)).toBe('lost 0,1,2,3')
  })

  it('survives a join, a sync and a heartbeat whose answers are lost', async () => {
    const { join, run, network } = await start()
    for (const api of ['JoinGroup', 'SyncGroup', 'Heartbeat', 'FindCoordinator']) {
      network.lose(api, 'lost-after', 2)
      const member = join({ sessionTimeoutMs: 6_000 })
      await run(20_000)
      expect(member.member.state, api).toBe('stable')
    }
  })

  it('tells the group when a topic has got more partitions', async () => {
    const { join, run, admin, until } = await start(2)
    const one = join({ topicsCheckIntervalMs: 5_000 })
    await run(500)
    await until(admin.createPartitions('orders', 3))
    await run(12_000)
    expect(one.owned).toBe('0,1,2')
  })

  it('joins again with other topics', async () => {
    const { join, run, connection } = await start(1)
    await createTopic(connection, 'more')
    const one = join()
    await run(500)
    one.member.subscribe(['more'])
    await run(2_000)
    expect(one.member.owned).toEqual([{ topic: 'more', partition: 0 }])
    expect(one.diary).toContain('revoked 0')
  })

  it('carries the user data of members to the assignor, and its answer back', async () => {
    const { join, run } = await start(2)
    const seen: (string | null)[] = []
    const assignor: Assignor = {
      name: 'echo',
      rebalance: 'cooperative',
      assign({ members }) {
        seen.push(...members.map(({ userData }) => text(userData)))
        return new Map(
          members.map(({ memberId, userData }) => [
            memberId,
            { partitions: [], userData: utf8Bytes(`to ${text(userData)}`) },
          ]),
        )
      },
    }
    const one = join({ assignors: [assignor], userData: () => utf8Bytes('one') })
    const two = join({ assignors: [assignor], userData: () => utf8Bytes('two') })
    await run(5_000)
    expect(new Set(seen)).toEqual(new Set(['one', 'two']))
    expect([text(one.userData), text(two.userData)]).toEqual(['to one', 'to two'])
  })

  it('revokes everything before it joins when an assignor is eager', async () => {
    const { join, run } = await start()
    const one = join({ assignors: [rangeAssignor] })
    await run(500)
    const two = join({ assignors: [rangeAssignor] })
    await run(5_000)
    expect(one.diary.slice(0, 3)).toEqual(['added 0,1,2,3', 'revoking 0,1,2,3', 'revoked 0,1,2,3'])
    expect([one.owned, two.owned].toSorted()).toEqual(['0,1', '2,3'])
  })

  it('rejects its poll with what an assignor threw, and with MR-5052 when the group does not admit it', async () => {
    const { join, run } = await start()
    const broken: Assignor = {
      name: 'broken',
      rebalance: 'cooperative',
      assign: () => {
        throw new Error('no assignment today')
      },
    }
    const one = join({ assignors: [broken] })
    await run(1_000)
    expect(one.failure).toMatchObject({ message: 'no assignment today' })
    const two = join({ groupId: 'other' })
    await run(1_000)
    const three = join({ groupId: 'other', assignors: [{ ...broken, name: 'unknown to the others' }] })
    await run(1_000)
    expect(two.failure).toBeUndefined()
    expect(three.failure).toMatchObject({ code: 'MR-5052' })
  })

  it('refuses the commit of a member that the group has moved on from', async () => {
    const { join, run, cluster, until } = await start()
    const one = join()
    await run(500)
    const stale = { ...one.member.metadata }
    const offsets = new GroupOffsets(cluster, 'group')
    await until(offsets.commit([{ topic: 'orders', partition: 0, offset: 1 }], stale))
    join()
    await run(5_000)
    const late = until(offsets.commit([{ topic: 'orders', partition: 0, offset: 2 }], stale))
    await expect(late).rejects.toMatchObject({ code: 'MR-5046' })
    await until(offsets.commit([{ topic: 'orders', partition: 0, offset: 3 }], one.member.metadata))
    expect(await until(offsets.fetch([{ topic: 'orders', partition: 0 }]))).toMatchObject([{ offset: 3 }])
  })
})

describe('a static member', () => {
  it('does not leave when it closes, and finds its partitions when it comes back in time', async () => {
    const { join, run, network, until } = await start()
    const one = join({ instanceId: 'a' })
    const two = join({ instanceId: 'b' })
    await run(5_000)
    const before = one.owned
    await until(one.member.close())
    expect(network.of('LeaveGroup')).toEqual([])
    await run(5_000)
    const back = join({ instanceId: 'a' })
    await run(5_000)
    expect(back.owned).toBe(before)
    expect(two.diary.filter(entry => entry.startsWith('revok'))).toEqual([])
  })

  it('leaves when it is told to', async () => {
    const { join, run, network, until } = await start()
    const one = join({ instanceId: 'a' })
    await run(1_000)
    await until(one.member.close({ leaveStatic: true }))
    const [left] = network.of<LeaveGroupRequest>('LeaveGroup')
    expect(left!.request.members).toMatchObject([{ groupInstanceId: 'a' }])
    const two = join({ instanceId: 'b' })
    await run(1_000)
    expect(two.owned).toBe('0,1,2,3')
  })

  it('is fenced by another of the same instance id', async () => {
    const { join, run, members } = await start()
    const one = join({ instanceId: 'a' })
    await run(1_000)
    members.splice(0, 1)
    join({ instanceId: 'a' })
    await run(5_000)
    one.turn()
    await run(100)
    expect(one.failure).toMatchObject({ code: 'MR-5047' })
  })
})
