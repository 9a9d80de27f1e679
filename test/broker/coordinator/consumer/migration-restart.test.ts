/**
 * A broker that dies at every single write while a group changes its protocol, and at any moment of a group with members of both:
 * after the restart the group is of the one kind or of the other, no partition is two members', and they come to rest.
 */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../src/base/random.ts'
import { stopAt, type CrashMode } from '../../../../broker/log/memory-files.ts'
import { createTopic } from '../../broker-fixture.ts'
import { startWorld, type World } from '../world.ts'
import type { ClassicConsumer } from './classic-consumer.ts'
import {
  classic,
  expectDisjoint,
  groupType,
  held,
  Modern,
  partitions,
  settleAll,
  shares,
} from './mixed-group.ts'

interface Scene {
  readonly world: World
  readonly members: readonly ClassicConsumer[]
  readonly modern: Modern
}

/** Two members of the classic protocol, and one of the other that has not joined yet. */
async function scene(
  options: Parameters<typeof classic>[1] = {},
  durability: Durability = 'process',
): Promise<Scene> {
  const world = await startWorld({ durability })
  await createTopic(world.connection, 'topic', { partitions })
  const members = [classic(world, options), classic(world, options)]
  await settleAll(members)
  return { world, members, modern: new Modern(world, 'modern') }
}

/** Connects everyone to the broker as it is now. */
function reconnect({ world, members, modern }: Scene): void {
  for (const member of members) member.reconnect(world.broker.connect({ clientId: 'client' }))
  modern.reconnect(world)
}

type Durability = 'process' | 'power'
type Change = readonly [
  what: string,
  prepare: (scene: Scene) => Promise<void>,
  run: (scene: Scene) => Promise<unknown>,
]

const changes: readonly Change[] = [
  ['an upgrade', async () => undefined, ({ modern }) => modern.step()],
  [
    'a downgrade by leaving',
    async ({ members, modern }) => settleAll([...members, modern]),
    ({ modern }) => modern.consumer.leave(),
  ],
  [
    'a downgrade by silence',
    async ({ members, modern }) => settleAll([...members, modern]),
    async ({ world, members }) => {
      for (let second = 0; second < 50; second += 5) {
        for (const member of members) await member.step()
        await world.clock.advance(5_000)
      }
    },
  ],
]

/** How many writes a change is. */
async function writesOf([, prepare, run]: Change, durability: Durability): Promise<number> {
  const made = await scene({}, durability)
  await prepare(made)
  const before = made.world.files.operationCount
  await run(made)
  return made.world.files.operationCount - before
}

describe.each<[CrashMode, Durability]>([
  ['kept', 'process'],
  ['torn', 'power'],
])('a crash that leaves writes %s, at every write of', (mode, durability) => {
  it.each(changes)('%s', async (...change) => {
    const [what, prepare, run] = change
    const writes = await writesOf(change, durability)
    expect(writes).toBeGreaterThan(0)
    const found = new Set<string | undefined>()
    for (let k = 1; k <= writes + 1; k++) {
      const made = await scene({}, durability)
      await prepare(made)
      const { world, members, modern } = made
      world.files.faults = stopAt(world.files.operationCount + k, seededRandom(k))
      await Promise.resolve(run(made)).catch(() => undefined)
      world.files.crash(mode, seededRandom(k))
      await world.restart()
      reconnect(made)
      found.add(await groupType(world))
      if (what !== 'an upgrade') await modern.consumer.leave()
      const rest = what === 'an upgrade' ? [...members, modern] : members
      await settleAll(rest)
      expect(shares(rest), `write ${k} of ${writes}`).toEqual(rest.map(() => partitions / rest.length))
      expect(await groupType(world)).toBe(what === 'an upgrade' ? 'consumer' : 'classic')
      await world.broker.close()
    }
    // Both sides of the change were met.
    if (mode === 'kept') expect(found).toEqual(new Set(['classic', 'consumer']))
  })
})

it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
  'a mixed group goes on after restarts at any moment, seed %i',
  async seed => {
    const random = seededRandom(seed)
    // Nobody is silent for so long that others may have what it still has.
    const made = await scene({ cooperative: seed % 2 === 0, sessionMs: 300_000 })
    const { world, members, modern } = made
    const all = [...members, modern]
    for (let step = 0; step < 120; step++) {
      const roll = random.next()
      if (roll < 0.08) {
        await world.restart(random.next() < 0.5 ? 'clean' : 'kept')
        reconnect(made)
      } else if (roll < 0.16) {
        await modern.consumer.leave()
        modern.forget()
      } else if (roll < 0.3) await world.clock.advance(Math.floor(random.next() * 4_000))
      else await all[Math.floor(random.next() * all.length)]!.step()
      expectDisjoint(all)
    }
    await settleAll(all)
    expect(held(all)).toHaveLength(partitions)
    expect(world.faults).toEqual([])
  },
)
