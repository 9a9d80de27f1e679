/** `millrace topology` as a user meets it: formats, files, exit codes. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const main = fileURLToPath(new URL('../../../dist/runtime/cli/main.js', import.meta.url))
const wordCount = fileURLToPath(new URL('../../../examples/word-count.ts', import.meta.url))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function topology(...args: readonly string[]): Promise<Ended> {
  return new Promise(resolve => {
    execFile(process.execPath, [main, 'topology', ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

describe('millrace topology', () => {
  it("prints Kafka's text, and nothing else, by default", async () => {
    const { code, stdout, stderr } = await topology(wordCount)
    expect(stdout).toMatch(/^Topologies:\n {3}Sub-topology: 0\n {4}Source: /)
    expect([code, stderr]).toEqual([0, ''])
  })

  it.each([
    ['mermaid', /^flowchart TD\n/],
    ['svg', /^<svg [^]*<\/svg>\n$/],
  ])('prints %s', async (format, expected) => {
    const { code, stdout } = await topology(wordCount, '--format', format)
    expect(stdout).toMatch(expected)
    expect(code).toBe(0)
  })

  it('writes to a file, and then prints nothing', async () => {
    const file = join(await temporaryDirectory(), 'topology.svg')
    const { code, stdout } = await topology(wordCount, '--format', 'svg', '--output', file)
    expect([code, stdout]).toEqual([0, ''])
    expect(await readFile(file, 'utf8')).toContain('word-counts')
  })

  it('refuses a format that it does not know with exit code 2, and says which there are', async () => {
    const { code, stderr } = await topology(wordCount, '--format', 'png')
    expect(code).toBe(2)
    expect(stderr).toContain('text, mermaid, dot, json, svg')
  })

  it('says what is wrong with a file that has no app, or cannot be written, and exits 1', async () => {
    const missing = await topology('missing.ts')
    expect(missing.stderr).toMatch(/MR-6002[^]*missing\.ts/)
    const directory = await temporaryDirectory()
    const unwritable = await topology(wordCount, '--output', directory)
    expect(unwritable.stderr).toContain(directory)
    expect([missing.code, unwritable.code]).toEqual([1, 1])
  })
})
