/** Punctuations: when they fire, what they are told, and what they may do. */
import { describe, expect, it } from 'vitest'
import type { ProcessorContext } from '../../../src/processor/processor.ts'
import { StreamRecord } from '../../../src/processor/record.ts'
import { string } from '../../../src/serdes/primitives.ts'
import { Topology } from '../../../src/topology/topology.ts'
import { EngineHarness } from './engine-harness.ts'

const text = { key: string(), value: string() }

function ticking(init: (context: ProcessorContext) => void): EngineHarness {
  const topology = new Topology()
    .addSource('source', { topics: ['in'], ...text })
    .addProcessor('ticker', { parents: ['source'], supplier: () => ({ init, process: () => {} }) })
    .addSink('sink', { parents: ['ticker'], topic: 'out', ...text })
  return new EngineHarness(topology)
}

describe('by stream time', () => {
  it('fires on the first record, then at multiples of the interval, once for a jump over several (U1, U4)', () => {
    const ticks: number[] = []
    const run = ticking(context => void context.schedule(10, 'stream-time', now => void ticks.push(now)))
    const after = (time: number): number[] => {
      run.add('in', 'k', 'v', time).run()
      return ticks.splice(0)
    }
    expect([3, 9, 10, 11, 47, 49, 50].map(after)).toEqual([[3], [], [10], [], [47], [], [50]])
  })

  it('does not fire for records that do not move stream time on (U6)', () => {
    const ticks: number[] = []
    const run = ticking(context => void context.schedule(10, 'stream-time', now => void ticks.push(now)))
    run.add('in', 'k', 'v', 25).add('in', 'k', 'v', 5).add('in', 'k', 'v', 29).run()
    expect(ticks).toEqual([25])
  })
})

describe('by the wall clock', () => {
  it('fires one interval from now, and collapses what it missed (U2)', () => {
    const ticks: number[] = []
    const run = ticking(
      context => void context.schedule(100, 'wall-clock', now => void ticks.push(now - 1000)),
    )
    const after = (ms: number): number[] => {
      run.clock.advance(ms)
      run.engine.punctuate()
      return ticks.splice(0)
    }
    expect([99, 1, 350, 49, 1].map(after)).toEqual([[], [100], [450], [], [500]])
  })

  it('can be anchored; of a past anchor the next tick is the first (U3)', () => {
    const ticks: string[] = []
    const run = ticking(context => {
      context.schedule(100, 'wall-clock', now => void ticks.push(`past ${now}`), 30)
      context.schedule(100, 'wall-clock', now => void ticks.push(`future ${now}`), 1050)
    })
    for (let n = 0; n < 15; n++) {
      run.clock.advance(10)
      run.engine.punctuate()
    }
    expect(ticks).toEqual(['past 1030', 'future 1050', 'past 1130', 'future 1150'])
  })
})

describe('a punctuation', () => {
  it('has no place, and may forward at a time of its own (H6)', () => {
    const places: unknown[] = []
    const run = ticking(context => {
      context.schedule(1, 'wall-clock', now => {
        const { topic, partition, offset, timestamp } = context.record
        places.push([topic, partition, offset, timestamp])
        context.forward(new StreamRecord('k', 'tick', now - 1))
      })
    })
    run.clock.advance(5)
    expect(run.engine.punctuate()).toBe(true)
    expect(run.engine.punctuate()).toBe(false)
    expect(places).toEqual([[undefined, -1, -1, 1005]])
    expect(run.sent).toMatchObject([{ topic: 'out', value: 'tick', timestamp: 1004 }])
  })

  it('can cancel itself and others', () => {
    const ticks: string[] = []
    const run = ticking(context => {
      const second = context.schedule(10, 'wall-clock', () => void ticks.push('second'), 1005)
      const first = context.schedule(10, 'wall-clock', () => {
        ticks.push('first')
        if (ticks.length < 3) return
        first.cancel()
        second.cancel()
        second.cancel()
      })
    })
    for (let n = 0; n < 6; n++) {
      run.clock.advance(10)
      run.engine.punctuate()
    }
    expect(ticks).toEqual(['second', 'first', 'second', 'first'])
  })

  it('that throws is an error of its node (U7)', () => {
    const run = ticking(context => {
      context.schedule(1, 'wall-clock', () => {
        throw new Error('tock')
      })
    })
    run.clock.advance(1)
    expect(() => run.engine.punctuate()).toThrow(/MR-3004.*'ticker' threw: tock.*a punctuation/s)
  })

  it('needs an interval of at least a millisecond', () => {
    expect(() => ticking(context => void context.schedule(0, 'wall-clock', () => {}))).toThrow(/intervalMs/)
  })

  it('can ask for a commit', () => {
    const run = ticking(context => void context.schedule(1, 'wall-clock', () => context.requestCommit()))
    expect(run.engine.commitRequested).toBe(false)
    run.clock.advance(1)
    run.engine.punctuate()
    expect(run.engine.commitRequested).toBe(true)
    run.engine.flushEmissions()
    expect(run.engine.commitRequested).toBe(false)
  })
})
