/** The bounded map against a model that keeps a list in order of use. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Lru } from '../../../src/base/lru.ts'

describe('Lru', () => {
  it('keeps what was used last', () => {
    const step = fc.record({ act: fc.constantFrom('get', 'set', 'delete', 'peek'), key: fc.nat(9) })
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 6 }), (steps, entriesMax) => {
        const evicted: number[] = []
        const lru = new Lru<number, number>(entriesMax, key => evicted.push(key))
        let model: (readonly [number, number])[] = []
        const evictedByModel: number[] = []
        steps.forEach(({ act, key }, index) => {
          const found = model.find(([candidate]) => candidate === key)
          const others = model.filter(([candidate]) => candidate !== key)
          if (act === 'get') {
            expect(lru.get(key)).toBe(found?.[1])
            if (found !== undefined) model = [found, ...others]
          } else if (act === 'peek') {
            expect(lru.peek(key)).toBe(found?.[1])
          } else if (act === 'delete') {
            expect(lru.delete(key)).toBe(found !== undefined)
            model = others
          } else {
            lru.set(key, index)
            model = [[key, index], ...others]
            if (model.length > entriesMax) evictedByModel.push(model.pop()![0])
          }
          expect([...lru.entries()]).toEqual(model)
          expect(lru.count).toBe(model.length)
        })
        expect(evicted).toEqual(evictedByModel)
      }),
    )
  })

  it('is empty after clear, and usable', () => {
    const lru = new Lru<string, number>(2)
    lru.set('a', 1)
    lru.clear()
    lru.set('b', 2)
    expect([lru.has('a'), lru.has('b'), [...lru.entries()]]).toEqual([false, true, [['b', 2]]])
  })

  it.each([0, -1, 1.5])('refuses a bound of %d', entriesMax => {
    expect(() => new Lru(entriesMax)).toThrow(RangeError)
  })
})
