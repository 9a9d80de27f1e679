/** Patterns from the wire: the same answers as JavaScript's where both know the syntax, in linear time. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePattern, linearPattern } from '../../../broker/coordinator/linear-pattern.ts'

interface GoldenPattern {
  readonly pattern: string
  readonly fault?: string
  readonly matches?: readonly string[]
  readonly others?: readonly string[]
}

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
    ['[[:^alpha:]]', ['1'], ['a']],
    ['(?P<1>a)(?s).', ['a\n', 'ab'], ['a']],
    ['a.', ['ab'], ['a\n']],
    ['(?m)a$.^b|c', ['c'], ['a\nb']],
    ['(?ms)a$.^b', ['a\nb'], ['a b']],
    ['(?U)a+?', ['a', 'aa'], ['']],
    ['\\Aa\\b-\\bb\\z', ['a-b'], ['ab']],
    ['a\\b.*|\\Bb', ['a', 'a.b', 'a-'], ['ab', 'a_', 'b']],
    ['\\Qa.b\\E+', ['a.b', 'a.bb'], ['aab', 'a.ba.b']],
    ['\\x61\\x{62}\\143\\_', ['abc_'], ['abc']],
    ['\\pL+\\P{Lu}\\p{^N}[\\p{Greek}]', ['Aa.α'], ['AA.α', 'Aa1α', 'Aa.a']],
    ['a(?i)*', ['', 'aa'], ['A']],
  ])('speaks flags, names and classes by name: %s', (pattern, taken, left) => {
    const matches = linearPattern(pattern)!
    expect(taken.filter(text => !matches(text))).toEqual([])
    expect(left.filter(text => matches(text))).toEqual([])
  })

  it.each([
    ['[[:nothing:]]', 'invalid character class range'],
    ['(?', 'invalid or unsupported Perl syntax'],
    ['(?=a)', 'invalid or unsupported Perl syntax'],
    ['(?P<n-n>a)', 'invalid named capture'],
    ['(?<n>a)(?<n>b)', 'duplicate capture group name'],
    ['(', 'missing closing )'],
    [')', 'regexp/syntax: internal error'],
    ['a)', 'regexp/syntax: internal error'],
    ['[a', 'missing closing ]'],
    ['*a', 'missing argument to repetition operator'],
    ['a|*', 'missing argument to repetition operator'],
    ['a**', 'invalid nested repetition operator'],
    ['a{*', 'invalid nested repetition operator'],
    ['\\1', 'invalid escape sequence'],
    ['\\Z', 'invalid escape sequence'],
    ['\\', 'trailing backslash at end of expression'],
    ['a{3,2}', 'invalid repeat count'],
    ['a{2000}', 'invalid repeat count'],
    ['(a{40}){40}', 'invalid repeat count'],
    ['[b-a]', 'invalid character class range'],
    ['\\p{Nobody}', 'invalid character class range'],
    ['x'.repeat(1001), 'it is too large'],
  ])('refuses %s in the words of RE2/J', (pattern, fault) => {
    expect(compilePattern(pattern)).toEqual({ fault })
  })

  it('is taken, refused and matched as by RE2/J, which Apache Kafka uses', () => {
    // Random patterns that RE2/J 1.8 was given: the texts first, then of each pattern what is wrong with it, what matches or what does not.
    const golden = readFileSync(new URL('../../golden/patterns.jsonl', import.meta.url), 'utf8')
    const [first, ...rest] = golden.trim().split('\n')
    const texts = JSON.parse(first!) as readonly string[]
    for (const line of rest) {
      const { pattern, fault, matches, others } = JSON.parse(line) as GoldenPattern
      const compiled = compilePattern(pattern)
      const expected = matches ?? texts.filter(text => others?.includes(text) === false)
      const seen = 'fault' in compiled ? compiled.fault : texts.filter(text => compiled.matches(text))
      expect(seen, pattern).toEqual(fault ?? expected)
    }
  })

  it('refuses what would be too large', () => {
    expect(linearPattern('((a{10}b){10}c){10}'.repeat(3))).toBeUndefined()
    expect(linearPattern('('.repeat(200) + ')'.repeat(200))).toBeUndefined()
  })

  it('takes no longer over what takes JavaScript for ever', () => {
    const matches = linearPattern('(a+)+(a|a)*b')!
    expect(matches('a'.repeat(5000))).toBe(false)
    expect(matches(`${'a'.repeat(5000)}b`)).toBe(true)
  })

  it('is not repeated where it is empty, which no number of steps would end', () => {
    expect(linearPattern('((((((()+)+)+)+){10}){10}){10}b')!('b')).toBe(true)
    expect(linearPattern('((((a{0})+)+){10}){100}')!('')).toBe(true)
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
