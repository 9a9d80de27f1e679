/** The keys of a store in memory: held against a plain set under random additions, deletions and listings. */
import { describe, expect, it, vi } from 'vitest'
import { hexOf } from '../../../src/base/bytes.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { KeyIndex } from '../../../src/state/key-index.ts'
import { MemoryBytes } from '../../../src/state/memory-bytes.ts'
import { StoreHarness } from '../../conformance/store-harness.ts'

/** The number in big-endian bytes, which have the order of the numbers. */
function keyOf(number: number): Uint8Array {
  return Uint8Array.of(number >>> 16, number >>> 8, number)
}

function hexes(keys: readonly Uint8Array[]): readonly string[] {
  return keys.map(hexOf)
}

describe('a key index', () => {
  it.each([
    ['in order', 1, (index: number) => index],
    ['backwards', 2, (index: number) => 5000 - index],
    ['at random', 3, (_index: number, random: () => number) => Math.floor(random() * 5000)],
  ])('lists every part of its keys in order, either way, after keys came %s', (_order, seed, numberOf) => {
    const random = seededRandom(seed)
    const next = (): number => random.next()
    const index = new KeyIndex()
    const model = new Set<number>()
    for (let step = 0; step < 4000; step++) {
      const number = numberOf(step, next)
      if (next() < 0.7) {
        index.add(keyOf(number))
        model.add(number)
      } else {
        const other = Math.floor(next() * 5000)
        index.delete(keyOf(other))
        model.delete(other)
      }
      if (step % 400 !== 0) continue
      const sorted = [...model].sort((a, b) => a - b)
      const [from, to] = [Math.floor(next() * 5000), Math.floor(next() * 5000)]
      const part = sorted.filter(each => each >= from && each < to).map(keyOf)
      expect(hexes(index.list()), `seed ${seed}`).toEqual(hexes(sorted.map(keyOf)))
      expect(hexes(index.list({ from: keyOf(from), to: keyOf(to) }))).toEqual(hexes(part))
      expect(hexes(index.list({ from: keyOf(from), to: keyOf(to), reverse: true }))).toEqual(
        hexes(part.toReversed()),
      )
    }
    for (const number of model) index.delete(keyOf(number))
    expect(index.list()).toEqual([])
  })

  it('orders by bytes, a key before those that begin with it, and knows a key once', () => {
    const index = new KeyIndex()
    for (const key of [[255], [1, 0], [1], [0, 255], [1], []]) index.add(Uint8Array.from(key))
    expect(hexes(index.list())).toEqual(['', '00ff', '01', '0100', 'ff'])
    expect(hexes(index.list({ from: Uint8Array.of(1), to: Uint8Array.of(2) }))).toEqual(['01', '0100'])
    index.clear()
    expect(index.list()).toEqual([])
  })
})

it('forgets a row of a store once its deletion is in the backend, and no sooner', () => {
  const backend = new MemoryBytes()
  const { store } = StoreHarness.keyValue(backend)
  const forgotten = vi.spyOn(KeyIndex.prototype, 'delete')
  const commit = (): void => {
    store.stage({ append: () => {} })
    backend.writeNow(store.apply())
    store.applied()
  }
  store.put('a', { n: 1 }, 0)
  store.put('b', { n: 1 }, 0)
  commit()
  store.delete('a', 1)
  store.delete('b', 1)
  store.stage({ append: () => {} })
  const writes = store.apply()
  store.put('b', { n: 2 }, 2)
  expect(forgotten).not.toHaveBeenCalled()
  backend.writeNow(writes)
  store.applied()
  expect(forgotten.mock.calls.map(([key]) => hexOf(key))).toEqual(['0161'])
  expect([...store.walk()].map(([key]) => key)).toEqual(['b'])
})
