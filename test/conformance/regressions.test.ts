/** Generated scenarios that once came out differently from Apache Kafka Streams, with its answers. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Scenario } from './golden/scenario.ts'
import { judge } from './golden/verdict.ts'

const folder = fileURLToPath(new URL('./regressions/', import.meta.url))

/** One scenario per line; `npm run oracle -- --out` writes them. */
function scenariosOf(file: string): readonly Scenario[] {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n')
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as Scenario)
}

describe('scenarios that once differed', () => {
  const files = readdirSync(folder).filter(file => file.endsWith('.jsonl'))
  it('are there', () => expect(files.length).toBeGreaterThan(0))

  for (const file of files) {
    it.each(scenariosOf(file).map(scenario => [scenario.name, scenario] as const))(
      `are answered as Kafka answers them: ${file} %s`,
      (_name, scenario) => expect(judge(scenario)).toEqual({ kind: 'passed' }),
    )
  }
})
