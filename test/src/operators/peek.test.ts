/** Stream `peek` acts on each record and passes it on. */
import { expect, it } from 'vitest'
import { peek } from '../../../src/operators/peek.ts'
import { runOperator } from './run-operator.ts'

it('acts on each record and passes it on unchanged, whatever the action answers', () => {
  const seen: unknown[] = []
  expect(runOperator(peek((value, key) => void seen.push(key, value))).send(['a', 1], [null, null])).toEqual([
    ['a', 1, 0],
    [null, null, 1],
  ])
  expect(seen).toEqual(['a', 1, undefined, undefined])
})
