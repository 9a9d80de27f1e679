/** Dealing out tasks: all of them, evenly, and moving few. */
import { describe, expect, it } from 'vitest'
import { assignTasks, type TaskOwner } from '../../../runtime/assign/sticky-tasks.ts'
import { randomIndex, seededRandom } from '../../../src/base/random.ts'

const tasks = ['0_0', '0_1', '0_2', '0_3', '1_0', '1_1', '1_2', '1_3']

function owners(owned: Readonly<Record<string, readonly string[]>>): TaskOwner[] {
  return Object.entries(owned).map(([memberId, tasks]) => ({ memberId, owned: tasks }))
}

describe('assignTasks', () => {
  it('gives everything to the only member', () => {
    expect(
      assignTasks(tasks, owners({ a: [] }))
        .get('a')
        ?.toSorted(),
    ).toEqual(tasks)
  })

  it('spreads each sub-topology over the members', () => {
    const dealt = assignTasks(tasks, owners({ a: [], b: [] }))
    for (const member of ['a', 'b'])
      for (const subtopology of ['0_', '1_'])
        expect(dealt.get(member)!.filter(task => task.startsWith(subtopology))).toHaveLength(2)
  })

  it('moves only what a newcomer is due', () => {
    const dealt = assignTasks(tasks, owners({ a: tasks, b: [] }))
    expect(dealt.get('a')).toHaveLength(4)
    expect(dealt.get('b')).toHaveLength(4)
    const next = assignTasks(tasks, owners({ a: dealt.get('a')!, b: dealt.get('b')!, c: [] }))
    for (const member of ['a', 'b'])
      for (const task of next.get(member)!) expect(dealt.get(member)).toContain(task)
    expect(next.get('c')!.length).toBeGreaterThanOrEqual(2)
  })

  it('leaves a newcomer its share of each sub-topology', () => {
    const dealt = assignTasks(tasks, owners({ a: tasks, b: [] }))
    for (const member of ['a', 'b'])
      for (const subtopology of ['0_', '1_'])
        expect(dealt.get(member)!.filter(task => task.startsWith(subtopology))).toHaveLength(2)
  })

  it('ignores tasks that are no more', () => {
    expect(assignTasks(['0_0'], owners({ a: ['7_7', '0_0'] })).get('a')).toEqual(['0_0'])
  })

  it('leaves members without tasks when there are more of them', () => {
    const dealt = assignTasks(['0_0'], owners({ a: [], b: [] }))
    expect([...dealt.values()].map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([0, 1])
  })

  it('deals every task once and evenly, whatever the members own', () => {
    const seed = 20_250
    const random = seededRandom(seed)
    for (let round = 0; round < 300; round++) {
      const members = Array.from({ length: 1 + randomIndex(random, 6) }, (_, index) => `m${index}`)
      const some = tasks.slice(0, 1 + randomIndex(random, tasks.length))
      const owned = Object.fromEntries(members.map(member => [member, [] as string[]]))
      for (const task of some)
        if (random.next() < 0.8) owned[members[randomIndex(random, members.length)]!]!.push(task)
      const dealt = assignTasks(some, owners(owned))
      const place = `seed ${seed}, round ${round}`
      expect([...dealt.values()].flat().toSorted(), place).toEqual(some.toSorted())
      const sizes = [...dealt.values()].map(({ length }) => length)
      expect(Math.max(...sizes) - Math.min(...sizes), place).toBeLessThanOrEqual(1)
    }
  })
})
