/** Groups with members of both protocols: steps of either, and what must hold of all of them together. */
import { expect } from 'vitest'
import { utf8Bytes } from '../../../../src/base/text.ts'
import { ListGroups } from '../../../../src/protocol/messages/16-list-groups.ts'
import type { BrokerOptions } from '../../../../broker/broker.ts'
import { createTopic } from '../../broker-fixture.ts'
import { startWorld, type World } from '../world.ts'
import { ClassicConsumer, type ClassicOptions } from './classic-consumer.ts'
import { describeConsumers, TestConsumer } from './consumer-member.ts'

export const partitions = 6
const counts = { topic: partitions }
export type Config = BrokerOptions['config']

/** A member that takes steps. */
export interface Member {
  step(): Promise<string>
  readonly owned: readonly string[]
}

const forgotten: readonly string[] = ['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH', 'GROUP_ID_NOT_FOUND']

/** A consumer of the consumer protocol, with partitions by name. */
export class Modern implements Member {
  consumer: TestConsumer
  readonly instanceId: string | null

  constructor(world: World, id: string, instanceId: string | null = null) {
    this.instanceId = instanceId
    this.consumer = this.#connected(world, id)
  }

  /** Goes on over another connection. */
  reconnect(world: World): void {
    const { id, epoch, owned } = this.consumer
    this.consumer = this.#connected(world, id)
    this.consumer.epoch = epoch
    this.consumer.owned = owned
  }

  /** Joins anew with its next step. */
  forget(): void {
    this.consumer.epoch = 0
    this.consumer.owned = []
  }

  async step(): Promise<string> {
    const error = await this.consumer.beat()
    if (forgotten.includes(error)) this.forget()
    return error
  }

  #connected(world: World, id: string): TestConsumer {
    return new TestConsumer(world.broker.connect(), id, { topics: ['topic'], instanceId: this.instanceId })
  }

  get owned(): readonly string[] {
    return this.consumer.partitions.map(each => `topic-${each}`)
  }
}

/** A consumer of the classic protocol. */
export const classic = (world: World, options: ClassicOptions = {}) =>
  new ClassicConsumer(world.broker.connect({ clientId: 'client' }), { counts, ...options })

/** Lets members do what there is to do until each has nothing to do. */
export async function settleAll(members: readonly Member[]): Promise<void> {
  let calm = 0
  for (let round = 0; round < 30; round++) {
    const before = held(members).join()
    const errors: string[] = []
    for (const member of members) errors.push(await member.step())
    expectDisjoint(members)
    const isCalm = errors.every(each => each === 'NONE') && held(members).join() === before
    calm = isCalm && held(members).length === partitions ? calm + 1 : 0
    if (calm === 2) return
  }
  throw new Error(`the group does not come to rest: ${members.map(({ owned }) => owned.join()).join(' | ')}`)
}

export const held = (members: readonly Member[]) => members.flatMap(({ owned }) => owned)
/** How many partitions each has. */
export const shares = (members: readonly Member[]) => members.map(({ owned }) => owned.length)
export function expectDisjoint(members: readonly Member[]): void {
  const all = held(members)
  expect(new Set(all).size, `${all.join()} are disjoint`).toBe(all.length)
}

/** A broker with a classic group at rest. */
export async function startGroup(count: number, options: ClassicOptions = {}, config: Config = {}) {
  const world = await startWorld(config)
  await createTopic(world.connection, 'topic', { partitions })
  const members = Array.from({ length: count }, () => classic(world, options))
  if (count > 0) await settleAll(members)
  return { world, members }
}

/** The protocols of the members of a consumer group, sorted. */
export const typesOf = async (world: World) => {
  const { members } = await describeConsumers(world.connection)
  return members.map(({ memberType }) => ['classic', 'consumer'][memberType]!).sort()
}
/** What ListGroups says that the group is. */
export const groupType = async (world: World) => {
  const request = { statesFilter: [], typesFilter: [] }
  return (await world.connection.send(ListGroups, 5, request)).groups[0]?.groupType
}

/** A subscription of version 0 to `topic`. */
export const subscription = Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 5, ...utf8Bytes('topic'), 255, 255, 255, 255)
