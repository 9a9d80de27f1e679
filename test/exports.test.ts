/**
 * What each door of the package exports. The lists in `test/golden/exports` are the public API: a change there
 * is a change for users, and is made on purpose (`npx vitest run test/exports.test.ts -u`).
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { exportedNames } from './support/door.ts'

const doors = [
  { name: 'millrace', path: 'src/index.ts', load: () => import('../src/index.ts') },
  { name: 'millrace-avro', path: 'src/avro/index.ts', load: () => import('../src/avro/index.ts') },
  { name: 'millrace-runtime', path: 'runtime/index.ts', load: () => import('../runtime/index.ts') },
  { name: 'millrace-broker', path: 'broker/index.ts', load: () => import('../broker/index.ts') },
  { name: 'millrace-testing', path: 'src/testing/index.ts', load: () => import('../src/testing/index.ts') },
]

describe.each(doors)('$name', ({ name, path, load }) => {
  const names = exportedNames(readFileSync(path, 'utf8'))

  it('exports what the list says', async () => {
    await expect(`${names.join('\n')}\n`).toMatchFileSnapshot(`golden/exports/${name}.txt`)
  })

  it('has at run time the values of the list and nothing else', async () => {
    const values: Readonly<Record<string, unknown>> = await load()
    expect(Object.keys(values).sort()).toEqual(names.filter(line => !line.startsWith('type ')))
    expect(Object.entries(values).filter(([, value]) => value === undefined)).toEqual([])
  })

  it('names everything once', () => {
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('exportedNames', () => {
  it('tells types from values and follows renaming', () => {
    const text =
      "/** A door. */\nexport { b, type C, d as a } from './b.ts'\nexport type {\n  E,\n} from './e.ts'\n"
    expect(exportedNames(text)).toEqual(['type C', 'type E', 'a', 'b'])
  })

  it.each(["export * from './a.ts'", 'export const a = 1', "import './a.ts'"])('refuses %s', text => {
    expect(() => exportedNames(text)).toThrow(/only lists/)
  })
})
