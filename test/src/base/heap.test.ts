/** The heap against sorting. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Heap } from '../../../src/base/heap.ts'

describe('Heap', () => {
  it('gives items in order, whatever the order of adding and taking', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer())), steps => {
        const heap = new Heap<number>((left, right) => left < right)
        const model: number[] = []
        for (const step of steps) {
          if (step === null) expect(heap.pop()).toBe(model.shift())
          else {
            heap.push(step)
            model.push(step)
            model.sort((left, right) => left - right)
          }
          expect(heap.peek()).toBe(model[0])
          expect(heap.count).toBe(model.length)
        }
        expect([...heap].sort((left, right) => left - right)).toEqual(model)
      }),
    )
  })

  it('moves the first item to its place after its order changed', () => {
    const heap = new Heap<{ at: number }>((left, right) => left.at < right.at)
    for (const at of [3, 1, 2]) heap.push({ at })
    heap.peek()!.at = 10
    heap.reorderFirst()
    expect([heap.pop()?.at, heap.pop()?.at, heap.pop()?.at, heap.pop()]).toEqual([2, 3, 10, undefined])
  })

  it('is empty after clear', () => {
    const heap = new Heap<number>((left, right) => left < right)
    heap.push(1)
    heap.clear()
    heap.reorderFirst()
    expect([heap.count, heap.pop()]).toEqual([0, undefined])
  })
})
