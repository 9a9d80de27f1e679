/**
 * Every example in the documentation runs: the README's, and each `@example` of a public name.
 *
 * An example is a complete program. It is written to a file and run in a folder of its own.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { docExamples, type DocExample } from './support/doc-examples.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const folder = join(import.meta.dirname, '.generated')
const sources = ['README.md', ...['src', 'runtime', 'broker'].flatMap(typeScriptFiles)]
const examples = sources.flatMap(path => docExamples(path, readFileSync(path, 'utf8')))

function typeScriptFiles(root: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return files.filter(file => file.endsWith('.ts')).map(file => join(root, file))
}

function fileOf({ path, line }: DocExample): string {
  return join(folder, `${path.replaceAll(/[^a-z0-9]+/gi, '-')}-${line}.ts`)
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const example of examples) writeFileSync(fileOf(example), example.code)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('documentation examples', () => {
  it('are found', () => {
    expect(examples.length).toBeGreaterThan(5)
    expect(examples.some(({ path }) => path === 'README.md')).toBe(true)
  })

  it.each(examples.map(example => [`${example.path}:${example.line}`, example] as const))(
    '%s',
    async (_place, example) => {
      const before = process.cwd()
      process.chdir(await temporaryDirectory())
      try {
        await import(/* @vite-ignore */ fileOf(example))
      } finally {
        process.chdir(before)
      }
    },
  )
})
