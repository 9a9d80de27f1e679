/** The orders of Java's collections that descriptions depend on. */
import { describe, expect, it } from 'vitest'
import { hashOrder, TreeOrder } from '../../../src/topology/java-order.ts'

describe('hashOrder', () => {
  it('lists names as a java.util.HashMap does', () => {
    // The hash codes of single letters are their character codes: bucket = code & 15.
    expect(hashOrder(['z', 'p', 'a', 'o'])).toEqual(['p', 'a', 'z', 'o'])
  })

  it('keeps the order of insertion within a bucket: "Aa" and "BB" have one hash code', () => {
    expect(hashOrder(['BB', 'Aa'])).toEqual(['BB', 'Aa'])
    expect(hashOrder(['Aa', 'BB'])).toEqual(['Aa', 'BB'])
  })

  it('spreads over more buckets beyond three quarters of them', () => {
    const letters = 'abcdefghijklm'.split('')
    expect(hashOrder(letters.slice(0, 12)).join('')).toBe('abcdefghijkl')
    // Of 32 buckets 'a' (97) has number 1 and 'p' (112) number 16; of 16 buckets 'p' would be first.
    expect(hashOrder([...letters, 'p']).join('')).toBe('abcdefghijklmp')
  })
})

describe('TreeOrder', () => {
  it('sorts, and keeps the first of equal elements', () => {
    const tree = new TreeOrder<number>((left, right) => left - right)
    for (const value of [5, 3, 9, 1, 3, 7, 8, 2, 6, 4]) tree.add(value)
    expect([...tree]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('stays sorted whatever the order of insertion', () => {
    let state = 1
    const random = (): number => (state = (state * 48_271) % 2_147_483_647)
    for (let round = 0; round < 50; round++) {
      const values = Array.from({ length: 40 }, random)
      const tree = new TreeOrder<number>((left, right) => left - right)
      for (const value of values) tree.add(value)
      expect([...tree]).toEqual([...new Set(values)].sort((left, right) => left - right))
    }
  })

  it('does not notice that a comparison came out differently before', () => {
    const sizes = new Map([
      ['a', 1],
      ['b', 1],
    ])
    const tree = new TreeOrder<string>((left, right) => sizes.get(right)! - sizes.get(left)! || 1)
    tree.add('a')
    tree.add('b')
    sizes.set('b', 9)
    expect([...tree]).toEqual(['a', 'b'])
  })
})
