/** Waiting for the asynchronous calls of tasks before a commit: what is asked of whom, how long, and when it is given up. */
import { describe, expect, it } from 'vitest'
import { drainMsMax, PendingCalls, type DrainableTask } from '../../../runtime/tasks/pending-calls.ts'
import { ManualClock } from '../../../src/testing/index.ts'

/** A task that is drained when it has no calls. */
class Task implements DrainableTask {
  calls = 0
  draining = false

  drain(): boolean {
    this.draining = true
    return this.calls === 0
  }

  resume(): void {
    this.draining = false
  }
}

function waiting(): {
  clock: ManualClock
  pending: PendingCalls
  slow: Task
  quick: Task
  wakes: () => number
} {
  let count = 0
  const clock = new ManualClock()
  const pending = new PendingCalls(clock, () => void count++)
  const [slow, quick] = [new Task(), new Task()]
  slow.calls = 1
  return { clock, pending, slow, quick, wakes: () => count }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 9; turn++) await Promise.resolve()
}

describe('a commit that can be put off', () => {
  it('is, until every task is drained; all take no records meanwhile', () => {
    const { pending, slow, quick } = waiting()
    expect(pending.drained([slow, quick])).toBe(false)
    expect([pending.isAwaited, slow.draining, quick.draining]).toEqual([true, true, true])
    slow.calls = 0
    expect(pending.drained([slow, quick])).toBe(true)
    expect(pending.isAwaited).toBe(false)
  })

  it('lets them take records again where none is made after all', () => {
    const { pending, slow, quick } = waiting()
    pending.drained([slow, quick])
    pending.resume()
    expect([pending.isAwaited, slow.draining, quick.draining]).toEqual([false, false, false])
  })

  it('is looked at again when results come: the loop is woken, and the news is news once', () => {
    const { pending, wakes } = waiting()
    pending.notify()
    expect([pending.arrived, wakes()]).toEqual([true, 1])
    pending.looked()
    expect(pending.arrived).toBe(false)
  })
})

describe('a commit that cannot be put off', () => {
  it('waits for results', async () => {
    const { pending, slow, quick } = waiting()
    const drained = pending.whenDrained([slow, quick])
    await turns()
    pending.notify()
    await turns()
    slow.calls = 0
    pending.notify()
    expect(await drained).toBe(true)
  })

  it('waits for so long, and no longer', async () => {
    const { clock, pending, slow } = waiting()
    const drained = pending.whenDrained([slow])
    clock.advance(drainMsMax - 1)
    await turns()
    pending.notify()
    await turns()
    clock.advance(1)
    expect(await drained).toBe(false)
    expect(pending.isAwaited).toBe(false)
  })

  it('waits no more when all is abandoned', async () => {
    const { pending, slow } = waiting()
    const drained = pending.whenDrained([slow])
    pending.abandon()
    expect(await drained).toBe(false)
  })
})
