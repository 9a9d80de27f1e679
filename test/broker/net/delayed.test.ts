/** Parked requests: woken by events, ended by deadlines, bounded. */
import { describe, expect, it } from 'vitest'
import { DelayedRequests } from '../../../broker/net/delayed.ts'
import { settle, VirtualClock } from '../virtual-clock.ts'

function arrange({ parkedMax = 10 } = {}) {
  const clock = new VirtualClock()
  const delayed = new DelayedRequests({ clock, parkedMax })
  const state = { ready: false, attempts: 0 }
  const park = (keys: readonly object[], waitMs = 500) =>
    delayed.park({
      keys,
      waitMs,
      attempt() {
        state.attempts++
        return state.ready ? 'ready' : undefined
      },
      expire: () => 'expired',
    })
  return { clock, delayed, state, park }
}

describe('parked requests (semantics G8)', () => {
  it('answers at once, and not by promise, when it need not wait', () => {
    const { delayed, state, park } = arrange()
    state.ready = true
    expect(park([{}])).toBe('ready')
    expect(delayed.count).toBe(0)
  })

  it('answers at once what there is when it may not wait', () => {
    const { park } = arrange()
    expect(park([{}], 0)).toBe('expired')
  })

  it('is answered when its key is woken and its condition holds', async () => {
    const { clock, delayed, state, park } = arrange()
    const key = {}
    const parked = park([key])
    delayed.wake({})
    delayed.wake(key)
    await settle()
    expect(delayed.count).toBe(1)
    state.ready = true
    delayed.wake(key)
    expect(await parked).toBe('ready')
    expect(clock.timerCount).toBe(0)
  })

  it('is answered at its deadline and not before', async () => {
    const { clock, delayed, park } = arrange()
    let answer: unknown
    void Promise.resolve(park([{}], 500)).then(settled => (answer = settled))
    await clock.advance(499)
    expect(answer).toBeUndefined()
    await clock.advance(1)
    expect(answer).toBe('expired')
    expect(delayed.count).toBe(0)
  })

  it('tries once for many events of one turn', async () => {
    const { delayed, state, park } = arrange()
    const keys = [{}, {}, {}]
    void park(keys)
    for (const key of keys) delayed.wake(key)
    await settle()
    expect(state.attempts).toBe(2)
  })

  it('does not park more than it may: the next is answered at once', () => {
    const { delayed, park } = arrange({ parkedMax: 2 })
    void park([{}])
    void park([{}])
    expect(park([{}])).toBe('expired')
    expect(delayed.count).toBe(2)
  })

  it('answers all that wait when it closes, and parks none after', async () => {
    const { delayed, park } = arrange()
    const parked = [park([{}]), park([{}])]
    delayed.close()
    expect(await Promise.all(parked.map(async each => each))).toEqual(['expired', 'expired'])
    expect(park([{}])).toBe('expired')
  })

  it('hands an error of the attempt to whoever waits', async () => {
    const { clock, delayed } = arrange()
    const key = {}
    let fail = false
    const parked = delayed.park({
      keys: [key],
      waitMs: 10,
      attempt() {
        if (fail) throw new Error('gone')
        return undefined
      },
      expire: () => 'expired',
    })
    fail = true
    delayed.wake(key)
    await expect(parked).rejects.toThrow('gone')
    expect(clock.timerCount).toBe(0)
  })
})
