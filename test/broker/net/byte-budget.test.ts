/** The budget of what connections hold together: who waits, who goes on, who is given up. */
import { describe, expect, it } from 'vitest'
import { ByteBudget, freeBytes, type ByteHolder } from '../../../broker/net/byte-budget.ts'
import { VirtualClock } from '../virtual-clock.ts'

function arrange(bytesMax = 1000) {
  const clock = new VirtualClock()
  const budget = new ByteBudget({ bytesMax, clock, patienceMs: 5000 })
  const seen: string[] = []
  const holder = (name: string): ByteHolder => {
    const self: ByteHolder = {
      resume: () => seen.push(`${name} resumed`),
      giveUp() {
        seen.push(`${name} given up`)
        budget.leave(self)
      },
    }
    return self
  }
  return { clock, budget, seen, holder }
}

describe('a byte budget', () => {
  it('is not touched by what each may hold for free', () => {
    const { budget, holder } = arrange()
    for (let index = 0; index < 100; index++) budget.hold(holder(String(index)), freeBytes)
    expect([budget.total, budget.isExhausted]).toEqual([0, false])
  })

  it('lets those that wait go on when others hold less', () => {
    const { budget, seen, holder } = arrange()
    const [large, small] = [holder('large'), holder('small')]
    budget.hold(large, freeBytes + 249)
    expect(budget.isScarce).toBe(false)
    budget.hold(large, freeBytes + 1000)
    expect([budget.isScarce, budget.isExhausted]).toEqual([true, true])
    budget.wait(small)
    budget.hold(large, freeBytes + 999)
    expect(seen).toEqual(['small resumed'])
    budget.hold(large, 0)
    expect([budget.total, seen.length]).toEqual([0, 1])
  })

  it('gives up those that have held for long, oldest first, until half is free', async () => {
    const { budget, seen, holder, clock } = arrange()
    const [first, second, third] = [holder('first'), holder('second'), holder('third')]
    budget.hold(first, freeBytes + 600)
    await clock.advance(1)
    budget.hold(second, freeBytes + 200)
    budget.hold(third, freeBytes + 200)
    budget.wait(second)
    await clock.advance(4999)
    expect(seen).toEqual([])
    await clock.advance(2)
    expect(seen).toEqual(['first given up', 'second resumed'])
  })

  it('gives up nobody that has only just begun', async () => {
    const { budget, seen, holder, clock } = arrange()
    const [old, recent] = [holder('old'), holder('recent')]
    budget.hold(old, freeBytes + 1010)
    budget.wait(recent)
    await clock.advance(4000)
    budget.hold(recent, freeBytes + 5000)
    await clock.advance(1000)
    expect(seen).toEqual(['old given up'])
    await clock.advance(5000)
    expect(seen).toEqual(['old given up', 'recent given up'])
    expect(budget.total).toBe(0)
  })

  it('leaves no timer behind when nobody waits', () => {
    const { budget, holder, clock } = arrange()
    const one = holder('one')
    budget.hold(one, freeBytes + 2000)
    budget.wait(one)
    expect(clock.timerCount).toBe(1)
    budget.leave(one)
    expect(clock.timerCount).toBe(0)
  })
})
