/** Judges scenarios: what each did against what Kafka did. */
import { missingOf } from './build-scenario.ts'
import { runScenario, type Observed, type RunOptions } from './run-scenario.ts'
import type { NodeSpec, Scenario } from './scenario.ts'

/** `missing`: what the DSL does not offer yet. `differences`: sentences, the most telling first. */
export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly differences: readonly string[] }
  | { readonly kind: 'unsupported'; readonly missing: readonly string[] }

/**
 * Whether crashes may change what comes out: operators that drop by the greatest time that they have seen, or that do
 * things by a schedule. Kafka too forgets both at a restart (semantics T3, U1, U2).
 */
export function forgetsTime({ op, fn, window }: NodeSpec): boolean {
  if (fn?.startsWith('hold:') === true) return true
  return op === 'windowedBy' || op === 'suppress' || window !== undefined
}

/** Runs a scenario if it can be declared, and compares. Throws nothing. */
export function judge(scenario: Scenario, options: RunOptions = {}): Verdict {
  const missing = missingOf(scenario)
  if (missing.length > 0) return { kind: 'unsupported', missing }
  const differences = differencesOf(scenario, options)
  return differences.length === 0 ? { kind: 'passed' } : { kind: 'failed', differences }
}

function differencesOf(scenario: Scenario, options: RunOptions): readonly string[] {
  try {
    return compare(scenario, runScenario(scenario, options))
  } catch (error) {
    return [`could not be run: ${say(error)}`]
  }
}

/** Everything in which `observed` is not what the scenario demands. */
export function compare(scenario: Scenario, observed: Observed): readonly string[] {
  const { error, describe, expected = [], stores = {} } = scenario
  const { stopped } = observed
  if (stopped?.at !== error) {
    const wanted = error === undefined ? 'nothing is refused' : `${placeOf(error)} is refused`
    const got =
      stopped === undefined
        ? 'nothing was refused'
        : `${placeOf(stopped.at)} was refused: ${say(stopped.error)}`
    return [`expected that ${wanted}; ${got}`]
  }
  if (error === 'build') return []
  const differences: string[] = []
  if (observed.describe !== describe) {
    differences.push(`describe() ${firstDifference(linesOf(describe), linesOf(observed.describe))}`)
  }
  const rows = firstDifference(expected.map(asText), observed.rows.map(asText))
  if (rows !== undefined) differences.push(`output ${rows}`)
  // An error ends the scenario; what the stores hold then is not said.
  if (error !== undefined) return differences
  for (const name of new Set([...Object.keys(stores), ...Object.keys(observed.stores)])) {
    const wanted = stores[name]
    const got = observed.stores[name]
    if (wanted === undefined || got === undefined) {
      differences.push(`store '${name}' is ${got === undefined ? 'not there' : 'not expected'}`)
      continue
    }
    const difference = firstDifference(wanted.map(asText), got.map(asText))
    if (difference !== undefined) differences.push(`store '${name}' ${difference}`)
  }
  return differences
}

/** Where two lists of lines part, in words; `undefined` where they do not. */
function firstDifference(wanted: readonly string[], got: readonly string[]): string | undefined {
  const length = Math.max(wanted.length, got.length)
  for (let at = 0; at < length; at++) {
    if (wanted[at] === got[at]) continue
    return `differs in line ${at + 1}:\n      expected ${wanted[at] ?? '(no more)'}\n      got      ${got[at] ?? '(no more)'}`
  }
  return undefined
}

function placeOf(place: 'build' | number): string {
  return place === 'build' ? 'building' : `input ${place}`
}

function linesOf(text = ''): readonly string[] {
  return text.split('\n')
}

function asText(row: readonly unknown[]): string {
  return JSON.stringify(row)
}

function say(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
