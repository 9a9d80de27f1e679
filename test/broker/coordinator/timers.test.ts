/** Deadlines that move. */
import { describe, expect, it } from 'vitest'
import { Deadlines } from '../../../broker/coordinator/timers.ts'
import { VirtualClock } from '../virtual-clock.ts'

function fixture() {
  const clock = new VirtualClock()
  const deadlines = new Deadlines(clock)
  const fired: number[] = []
  return { clock, deadlines, fired, deadline: deadlines.create(() => fired.push(clock.monotonic())) }
}

describe('a deadline', () => {
  it('fires once, when it is reached', async () => {
    const { clock, fired, deadline } = fixture()
    deadline.set(100)
    expect(deadline.isSet).toBe(true)
    await clock.advance(1000)
    expect(fired).toEqual([100])
    expect(deadline.isSet).toBe(false)
  })

  it('is put off without a new timer, and fires at the last moment that was set', async () => {
    const { clock, fired, deadline } = fixture()
    for (let beat = 0; beat < 10; beat++) {
      deadline.set(100)
      expect(clock.timerCount).toBe(1)
      await clock.advance(50)
    }
    expect(fired).toEqual([])
    await clock.advance(1000)
    expect(fired).toEqual([550])
  })

  it('can be brought nearer', async () => {
    const { clock, fired, deadline } = fixture()
    deadline.set(1000)
    deadline.set(10)
    await clock.advance(2000)
    expect(fired).toEqual([10])
  })

  it('does not fire when it was cleared, or all were closed', async () => {
    const { clock, deadlines, fired, deadline } = fixture()
    deadline.set(10)
    deadline.clear()
    deadline.set(20)
    deadlines.close()
    await clock.advance(100)
    expect(fired).toEqual([])
    expect(clock.timerCount).toBe(0)
  })

  it('can be set again by what it calls', async () => {
    const clock = new VirtualClock()
    let count = 0
    const deadline = new Deadlines(clock).create(() => {
      if (++count < 3) deadline.set(10)
    })
    deadline.set(10)
    await clock.advance(100)
    expect(count).toBe(3)
  })
})
