/** Patterns from the wire: the same answers as JavaScript's where both know the syntax, in linear time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearPattern } from '../../../broker/coordinator/linear-pattern.ts'

const patterns = [
  'abc',
  'a.c',
  'a*',
  'a+b?',
  '(ab|c)*',
  '(?:ab)+|c',
  '[a-c]+',
  '[^a]b',
  '[]a]+',
  '[a\\-c]*',
  'a{2}',
  'a{1,3}b{0,}',
  '\\d+-\\w*',
  '\\D\\W\\S?',
  '^a|b$',
  'a\\.b',
  '(a|b)(a|c){2,4}',
  '.*-(a|b)',
  '',
  'a{x',
]

describe('a linear pattern', () => {
  it.each(patterns)('matches whole texts as JavaScript does: /%s/', pattern => {
    const matches = linearPattern(pattern)!
    // A leading ] is a member of a class in RE2 and needs a backslash here.
    const reference = new RegExp(`^(?:${pattern.replace('[]', '[\\]')})$`)
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', '-', '.', '1', ']'), { maxLength: 8 }), units => {
        const text = units.join('')
        expect(matches(text), text).toBe(reference.test(text))
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  it.each([
    ['(?i)aBc', ['abc', 'ABC', 'AbC'], ['abd']],
    ['a(?i:b)c', ['abc', 'aBc'], ['Abc', 'abC']],
    ['(a(?i)b)c', ['abc', 'aBc'], ['aBC', 'ABc']],
    ['(?i)a(?-i)b', ['ab', 'Ab'], ['aB']],
    ['(?i)[^a]', ['b', 'B'], ['a', 'A']],
    ['(?i)[a-c]+', ['aBC'], ['d']],
    ['(?P<first>a)(?<second>b)', ['ab'], ['a']],
    ['[[:alpha:]_]+[[:digit:]]', ['a_1'], ['1', 'aa']],
    ['[^[:space:]]', ['a'], [' ']],
  ])('speaks flags, names and classes by name: %s', (pattern, taken, left) => {
    const matches = linearPattern(pattern)!
    expect(taken.filter(text => !matches(text))).toEqual([])
    expect(left.filter(text => matches(text))).toEqual([])
  })

  it.each([
    '(?s)a',
    '(?P<1>a)',
    '[[:nothing:]]',
    '(?',
    '(',
    ')',
    'a)',
    '[a',
    '*a',
    'a**',
    '(?=a)',
    '\\b',
    '\\',
    'a{3,2}',
    'a{2000}',
    '[b-a]',
    'x'.repeat(1001),
  ])('refuses %s', pattern => {
    expect(linearPattern(pattern)).toBeUndefined()
  })

  it('refuses what would be too large', () => {
    expect(linearPattern('((a{1000}){1000}){1000}')).toBeUndefined()
    expect(linearPattern('('.repeat(200) + ')'.repeat(200))).toBeUndefined()
  })

  it('takes no longer over what takes JavaScript for ever', () => {
    const matches = linearPattern('(a+)+(a|a)*b')!
    expect(matches('a'.repeat(5000))).toBe(false)
    expect(matches(`${'a'.repeat(5000)}b`)).toBe(true)
  })

  it('is not repeated where it is empty, which no number of steps would end', () => {
    expect(linearPattern('((((((){1000}){1000}){1000}){1000}){1000}){1000}b')!('b')).toBe(true)
    expect(linearPattern('((((a{0}){1000}){1000}){1000}){1000}')!('')).toBe(true)
    expect(linearPattern('((((){9}a){2}){3}){4}')!('a'.repeat(24))).toBe(true)
  })

  it('reads a long class once for each letter, however often it is repeated', () => {
    const matches = linearPattern(`([${'!'.repeat(900)}a]{0,300})b`)!
    const started = performance.now()
    for (let count = 0; count < 200; count++) expect(matches(`${'a'.repeat(249)}${count}`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('forgets states when they are too many, and matches as before', () => {
    const matches = linearPattern('(a|b)*a(a|b){30}')!
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b'), { minLength: 20, maxLength: 200 }), units => {
        expect(matches(units.join(''))).toBe(units.at(-31) === 'a')
      }),
      { seed: 7, numRuns: 300 },
    )
  })
})
