/**
 * A group of members of both protocols, eager and cooperative, dynamic and static, that come, go, come back with the other protocol
 * and live through restarts of the broker: no partition is ever two members', and those who stay come to rest with all of them.
 */
import { expect, it } from 'vitest'
import { seededRandom } from '../../../../src/base/random.ts'
import { createTopic } from '../../broker-fixture.ts'
import { startWorld, type World } from '../world.ts'
import type { ClassicConsumer } from './classic-consumer.ts'
import { classic, expectDisjoint, groupType, Modern, partitions, settleAll, shares } from './mixed-group.ts'

type Someone = ClassicConsumer | Modern

/** Nobody is silent for so long that others may have what it still has. */
const sessionMs = 100_000
const config = {
  'group.max.session.timeout.ms': sessionMs,
  'group.consumer.session.timeout.ms': sessionMs,
} as const

class Storm {
  readonly world: World
  readonly #random: () => number
  members: Someone[] = []
  #made = 0

  constructor(world: World, random: () => number) {
    this.world = world
    this.#random = random
  }

  below(count: number): number {
    return Math.floor(this.#random() * count)
  }

  /** Someone new, of either protocol; with an instance id, someone who takes the place of whoever had it. */
  make(instanceId: string | null = this.#random() < 0.3 ? `i${this.#made}` : null): Someone {
    const name = `m${this.#made++}`
    if (this.#random() < 0.5) return new Modern(this.world, name, instanceId)
    const cooperative = this.#random() < 0.5
    const rebalanceMs = sessionMs
    return classic(this.world, { instanceId, cooperative, sessionMs, rebalanceMs })
  }

  async act(): Promise<void> {
    const roll = this.#random()
    const one = this.members[this.below(this.members.length)]
    if (one === undefined || (roll < 0.06 && this.members.length < 6)) {
      this.members.push(this.make())
    } else if (roll < 0.8) {
      await one.step()
    } else if (roll < 0.86) {
      await this.#leave(one)
      this.members = this.members.filter(each => each !== one)
    } else if (roll < 0.92 && one.instanceId !== null) {
      // Its process is started again, perhaps with the other protocol: the one before has nothing any more.
      if (one instanceof Modern) await one.consumer.leave(-2)
      const next = this.make(one.instanceId)
      this.members = this.members.map(each => (each === one ? next : each))
    } else if (roll < 0.95) {
      await this.world.restart(this.#random() < 0.5 ? 'clean' : 'kept')
      this.#reconnect()
    } else {
      await this.world.clock.advance(this.below(2_000))
    }
  }

  async #leave(one: Someone): Promise<void> {
    if (one instanceof Modern) await one.consumer.leave()
    else if (one.id !== '' || one.instanceId !== null) await one.leave(this.world.connection)
  }

  #reconnect(): void {
    for (const each of this.members) {
      if (each instanceof Modern) each.reconnect(this.world)
      else each.reconnect(this.world.broker.connect({ clientId: 'client' }))
    }
  }
}

it.each(Array.from({ length: 10 }, (_, seed) => seed))(
  'comes to rest, seed %i',
  { timeout: 60_000 },
  async seed => {
    const random = seededRandom(seed)
    const world = await startWorld(config, seed)
    await createTopic(world.connection, 'topic', { partitions })
    const storm = new Storm(world, () => random.next())
    const types = new Set<string | undefined>()
    for (let step = 0; step < 200; step++) {
      await storm.act()
      expectDisjoint(storm.members)
      types.add(await groupType(world))
    }
    if (storm.members.length === 0) storm.members.push(storm.make())
    const { members } = storm
    // Whoever is gone without a word is forgotten.
    for (let round = 0; round < 25; round++) {
      for (const each of members) await each.step()
      expectDisjoint(members)
      await world.clock.advance(5_000)
    }
    await settleAll(members)
    const counts = shares(members)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(2)
    expect(await groupType(world)).toBe(members.some(each => each instanceof Modern) ? 'consumer' : 'classic')
    expect(types.size).toBeGreaterThan(1)
    expect(world.faults).toEqual([])
  },
)
