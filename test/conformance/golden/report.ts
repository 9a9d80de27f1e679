/** Judges whole files of scenarios and says so: counts for each file, the first differences, what is missing. */
import type { RunOptions } from './run-scenario.ts'
import type { ScenarioFile } from './scenario.ts'
import { judge } from './verdict.ts'

export interface Failure {
  readonly name: string
  readonly differences: readonly string[]
}

export interface FileReport {
  readonly name: string
  readonly passedCount: number
  readonly failures: readonly Failure[]
  readonly unsupportedCount: number
  /** How many scenarios of the file need what the DSL does not offer yet. */
  readonly missing: ReadonlyMap<string, number>
}

/** Runs every scenario of a file. */
export function reportOn({ name, scenarios }: ScenarioFile, options: RunOptions = {}): FileReport {
  let passedCount = 0
  let unsupportedCount = 0
  const failures: Failure[] = []
  const missing = new Map<string, number>()
  for (const scenario of scenarios) {
    const verdict = judge(scenario, options)
    switch (verdict.kind) {
      case 'passed':
        passedCount++
        break
      case 'failed':
        failures.push({ name: scenario.name, differences: verdict.differences })
        break
      case 'unsupported':
        unsupportedCount++
        for (const each of verdict.missing) missing.set(each, (missing.get(each) ?? 0) + 1)
        break
    }
  }
  return { name, passedCount, failures, unsupportedCount, missing }
}

/** A table of counts, a line for each file and one for all. */
export function countsAsText(reports: readonly FileReport[]): string {
  const rows = reports.map(({ name, passedCount, failures, unsupportedCount }) => ({
    name,
    counts: [passedCount, failures.length, unsupportedCount],
  }))
  const sums = [0, 1, 2].map(column => rows.reduce((sum, { counts }) => sum + counts[column]!, 0))
  return [
    line('file', ['passed', 'failed', 'not supported']),
    ...rows.map(({ name, counts }) => line(name, counts)),
    line('all', sums),
  ].join('\n')
}

function line(name: string, columns: readonly (string | number)[]): string {
  return name.padEnd(18) + columns.map(column => String(column).padStart(15)).join('')
}

/** The first differences, those of at most `failuresMax` scenarios, in turn from each file that has any. */
export function failuresAsText(reports: readonly FileReport[], failuresMax: number): string {
  const shown: string[] = []
  const longest = Math.max(0, ...reports.map(({ failures }) => failures.length))
  for (let at = 0; at < longest; at++) {
    for (const { failures } of reports) {
      const failure = failures[at]
      if (failure !== undefined && shown.length < failuresMax) shown.push(failureAsText(failure))
    }
  }
  return shown.join('\n')
}

export function failureAsText({ name, differences }: Failure): string {
  return [`  ${name}`, ...differences.map(difference => `    ${difference}`)].join('\n')
}

/** What is missing, by how many scenarios need it; `undefined` where nothing is. */
export function missingAsText(reports: readonly FileReport[]): string | undefined {
  const sums = new Map<string, number>()
  for (const { missing } of reports) {
    for (const [feature, count] of missing) sums.set(feature, (sums.get(feature) ?? 0) + count)
  }
  if (sums.size === 0) return undefined
  const sorted = [...sums].sort((a, b) => b[1] - a[1])
  return sorted.map(([feature, count]) => `${feature} (${count})`).join(', ')
}
