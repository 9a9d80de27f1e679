/** The shape of the tree: layers, cycles, purity, sizes, names and first sentences (STYLE in CONTRIBUTING.md). */
import { describe, expect, it } from 'vitest'
import { importsOf, localImportsOf, readSourceTree, type SourceFile } from './support/source-tree.ts'
import { layerOf, layers } from './support/layers.ts'
import {
  cycleComplaints,
  functionLinesMax,
  headComplaints,
  layerComplaints,
  lengthComplaints,
  linesMax,
  packageComplaints,
  purityComplaints,
  wordComplaints,
} from './support/tidy.ts'

const sources = readSourceTree(['src', 'system', 'runtime', 'broker', 'examples', 'bench'])
const tests = readSourceTree(['test'])
const everything = [...sources, ...tests]
/** This file holds what it looks for. */
const others = everything.filter(({ path }) => path !== 'test/tidy.test.ts')

describe('the tree', () => {
  it('is there', () => {
    expect(sources.length).toBeGreaterThan(100)
    expect(sources.flatMap(localImportsOf).length).toBeGreaterThan(300)
  })

  it('imports downwards only', () => expect(layerComplaints(sources)).toEqual([]))
  it('keeps packages out of the core, and examples to the doors', () =>
    expect(packageComplaints(sources)).toEqual([]))
  it('has no ring of imports, types included', () => expect(cycleComplaints(sources)).toEqual([]))
  it('has no clock, chance or I/O in the core', () => expect(purityComplaints(sources)).toEqual([]))
  it('has files and functions that can be read', () => expect(lengthComplaints(everything)).toEqual([]))
  it('says in the first sentence of each file what it is', () =>
    expect(headComplaints(everything)).toEqual([]))
  it('has names that say something, and nothing unfinished', () => expect(wordComplaints(others)).toEqual([]))
})

/** A file that keeps every rule, but for what is planted in it. */
function planted(path: string, body: string): SourceFile {
  return { path, text: `/** A file that was made for this test. */\n${body}\n` }
}

describe('layerComplaints', () => {
  it.each([
    ['src/base/a.ts', '../record/record.ts'],
    ['src/record/a.ts', '../codecs/lz4.ts'],
    ['src/state/a.ts', '../processor/record.ts'],
    ['src/testing/a.ts', '../protocol/api.ts'],
    ['src/dsl/a.ts', '../engine/graph.ts'],
    ['broker/log/a.ts', '../../src/serdes/json.ts'],
    ['broker/net/a.ts', '../../runtime/run.ts'],
    ['runtime/client/a.ts', '../../broker/broker.ts'],
    ['runtime/run.ts', '../broker/index.ts'],
    ['runtime/tasks/a.ts', '../embedded.ts'],
    ['runtime/client/a.ts', '../tasks/task.ts'],
    ['broker/log/a.ts', '../handlers/handler.ts'],
    ['runtime/tasks/a.ts', '../cli/main.ts'],
    ['examples/a.ts', '../src/index.ts'],
    ['src/base/a.ts', '../../test/support/tidy.ts'],
  ])('refuses that %s imports %s, of any form', (path, target) => {
    const forms = [
      `import { a } from '${target}'`,
      `import type { A } from '${target}'`,
      `import {\n  a,\n  type B,\n} from '${target}'`,
      `export { a } from '${target}'`,
      `export * from '${target}'`,
      `import '${target}'`,
      `const a = await import('${target}')`,
      `const a = new Worker(new URL('${target}', import.meta.url))`,
    ]
    for (const form of forms) expect(layerComplaints([planted(path, form)]), form).toHaveLength(1)
  })

  it.each([
    ['src/record/a.ts', '../base/bytes.ts'],
    ['src/base/a.ts', './bytes.ts'],
    ['runtime/client/a.ts', '../../src/protocol/api.ts'],
    ['runtime/cli/main.ts', '../../broker/index.ts'],
    ['runtime/embedded.ts', '../broker/index.ts'],
    ['runtime/index.ts', './embedded.ts'],
    ['runtime/run.ts', './tasks/task.ts'],
    ['examples/flights/a.ts', './b.ts'],
  ])('allows that %s imports %s', (path, target) => {
    expect(layerComplaints([planted(path, `import { a } from '${target}'`)])).toEqual([])
  })

  it('refuses a folder that nobody thought about', () => {
    expect(layerComplaints([planted('src/misc/a.ts', '')])).toHaveLength(1)
    expect(layerComplaints([planted('elsewhere/a.ts', '')])).toHaveLength(1)
  })

  it('does not take an example in a comment for an import', () => {
    const text = "/**\n * import { a } from '../record/record.ts'\n */\n// import '../record/record.ts'"
    expect(importsOf(planted('src/base/a.ts', text))).toEqual([])
  })

  it('has a table without circles in the core', () => {
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      layers[from]!.some(next => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))))
    for (const layer of Object.keys(layers).filter(name => name.startsWith('src'))) {
      expect([layer, reaches(layer, layer)]).toEqual([layer, false])
    }
  })

  it('lets no layer of the broker reach the runtime, nor the other way but through the two roots', () => {
    const mixed = Object.entries(layers).filter(([layer, allowed]) => {
      const half = layer.startsWith('broker') ? 'runtime' : 'broker'
      return allowed.some(target => target.startsWith(half))
    })
    expect(mixed.map(([layer]) => layer)).toEqual(['runtime/embedded.ts', 'runtime/cli', 'bench'])
    expect(layerOf('runtime/cli/main.ts')).toBe('runtime/cli')
  })
})

describe('packageComplaints', () => {
  it.each([
    ['src/base/a.ts', "import { readFileSync } from 'node:fs'"],
    ['src/engine/a.ts', "import { Level } from 'level'"],
    ['runtime/a.ts', "import { topic } from 'millrace'"],
    ['examples/a.ts', "import { Lru } from 'millrace/src/base/lru.js'"],
  ])('refuses in %s: %s', (path, body) => {
    expect(packageComplaints([planted(path, body)])).toHaveLength(1)
  })

  it('allows packages where they belong', () => {
    const files = [
      planted('src/codecs/a.ts', "import { gzipSync } from 'node:zlib'"),
      planted('runtime/state/a.ts', "import { Level } from 'level'"),
      planted('examples/a.ts', "import { run } from 'millrace/runtime'"),
    ]
    expect(packageComplaints(files)).toEqual([])
  })
})

describe('cycleComplaints', () => {
  it('finds a ring of three, made by a type alone', () => {
    const files = [
      planted('src/base/a.ts', "import { b } from './b.ts'"),
      planted('src/base/b.ts', "import type { C } from './c.ts'"),
      planted('src/base/c.ts', "export { a } from './a.ts'"),
    ]
    expect(cycleComplaints(files)).toEqual([
      'src/base/a.ts: imports itself: src/base/a.ts → src/base/b.ts → src/base/c.ts → src/base/a.ts',
    ])
    expect(cycleComplaints(files.slice(0, 2))).toEqual([])
  })
})

describe('purityComplaints', () => {
  it.each([
    'const now = Date.now()',
    'const now = new Date()',
    'const now = performance.now()',
    'const die = Math.random()',
    'const id = crypto.randomUUID()',
    'setTimeout(() => undefined, 5)',
    'const timer = setImmediate(act)',
    "console.log('a')",
    'const cpus = process.env.CPUS',
    "const bytes = Buffer.from('a')",
    "const page = await fetch('http://localhost')",
  ])('refuses in the core: %s', body => {
    expect(purityComplaints([planted('src/engine/a.ts', body)])).toHaveLength(1)
    expect(purityComplaints([planted('runtime/a.ts', body)])).toEqual([])
  })

  it.each([
    '// Date.now() would be wrong here.',
    'const a = 1 // not Math.random()',
    'const date = new Date(timestamp)',
  ])('allows: %s', body => {
    expect(purityComplaints([planted('src/engine/a.ts', body)])).toEqual([])
  })
})

describe('lengthComplaints', () => {
  const body = (count: number) => Array.from({ length: count }, () => '    act()').join('\n')

  it('refuses one line too many', () => {
    const lines = (count: number) => ({ path: 'test/a.test.ts', text: 'a\n'.repeat(count) })
    expect(lengthComplaints([lines(linesMax)])).toEqual([])
    expect(lengthComplaints([lines(linesMax + 1)])).toHaveLength(1)
  })

  it.each([
    ['function', 'export function long(a: number): void {', '}'],
    ['async function', 'async function long() {', '}'],
    ['arrow', 'const long = (a: number) => {', '}'],
    ['method', '  long(a: number): Map<string, number> {', '  }'],
    ['private method', '  async #long(): Promise<void> {', '  }'],
    ['parameters on lines of their own', 'function long(\n  a: number,\n): void {', '}'],
  ])('refuses a long one: %s', (_, start, end) => {
    const text = (count: number) => planted('src/base/a.ts', `${start}\n${body(count)}\n${end}`)
    expect(lengthComplaints([text(functionLinesMax - 2)])).toEqual([])
    expect(lengthComplaints([text(functionLinesMax - 1)])).toHaveLength(1)
  })

  it('does not take a class or a table for a function', () => {
    const files = ['export class Long {', 'const long = {', 'export interface Long extends Base<A> {'].map(
      start => planted('src/base/a.ts', `${start}\n${body(200)}\n}`),
    )
    expect(lengthComplaints(files)).toEqual([])
  })
})

describe('headComplaints', () => {
  it.each([
    ['no comment', 'export const a = 1\n'],
    ['a line comment', '// What this file is for.\n'],
    ['a comment without a sentence', '/** Things that are kept in order */\n'],
    ['one word', '/** Bytes. */\n'],
  ])('refuses %s', (_, text) => {
    expect(headComplaints([{ path: 'src/base/a.ts', text }])).toHaveLength(1)
  })

  it.each([
    '/** A heap of things. */\n',
    '#!/usr/bin/env node\n/** The command line of Millrace. */\n',
    '/**\n * Things and how\n * they are kept: in order.\n *\n * More.\n */\n',
  ])('allows %j', text => {
    expect(headComplaints([{ path: 'src/base/a.ts', text }])).toEqual([])
  })
})

describe('wordComplaints', () => {
  it.each([
    ['src/base/a.ts', 'export class StoreImpl {}'],
    ['src/base/a.ts', 'const sessionManager = 1'],
    ['src/base/a.ts', 'export interface ByteUtils {}'],
    ['src/base/a.ts', '// TODO: later'],
    ['src/base/a.ts', 'const a = 1 // FIXME'],
    ['src/base/byte-utils.ts', ''],
    ['src/base/helpers.ts', ''],
    ['src/base/byteSink.ts', ''],
  ])('refuses in %s: %j', (path, body) => {
    expect(wordComplaints([planted(path, body)])).toHaveLength(1)
  })

  it.each(['const implicit = 1', 'const management = 1', 'class Utility {}', '// Helpers are refused.'])(
    'allows %s',
    body => {
      expect(wordComplaints([planted('src/base/a.ts', body)])).toEqual([])
    },
  )
})
