/** Holds the rows of the semantics to the tests: each has one whose title names it, or is told here why it has none. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readSourceTree, withoutComments } from '../support/source-tree.ts'

const semantics = '../shared/reference/kafka-semantics.md'

/** Rows about how Kafka's own classes are made, and of what is not there (`docs/kafka-streams.md`). */
const without: ReadonlyMap<string, string> = new Map([
  ['B27', 'the order of the layers of a store; C2 and C4 show what comes of it'],
  ['B29', 'settings of RocksDB'],
  ['B31', 'stores that only Kafka sees; their bytes in changelogs are in changelog-bytes.test.ts'],
])

/** The rows of sections 2 and 3; those of section 1, the operators, are what the golden scenarios are made of. */
function rows(): readonly string[] {
  const text = readFileSync(semantics, 'utf8')
  const sections = text.slice(text.indexOf('\n## 2.'), text.indexOf('\n## 4.'))
  return [...sections.matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, id]) => id!)
}

/** What follows `it(`, `describe(` and the tables of `each`. */
const title = /(?:\b(?:it|describe)\(|\]\)\(|\}\)\()\s*(['"`])(.*?)\1/gs

function titles(): string {
  const tests = readSourceTree(['test']).filter(({ path }) => /(\.test|-suite)\.ts$/.test(path))
  return tests
    .flatMap(({ text }) => [...withoutComments(text).matchAll(title)].map(([, , words]) => words!))
    .join('\n')
}

it.runIf(existsSync(semantics))('every row has a test that names it', () => {
  const all = rows()
  expect(all.length).toBeGreaterThan(150)
  const named = titles()
  const isNamed = (id: string): boolean => new RegExp(`\\b${id}\\b`).test(named)
  expect(all.filter(id => !isNamed(id) && !without.has(id))).toEqual([])
  expect([...without.keys()].filter(id => !all.includes(id) || isNamed(id))).toEqual([])
})
