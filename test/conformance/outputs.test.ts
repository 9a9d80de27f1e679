/** Holds what applications put out, and what their stores hold, against Kafka's, row by row. */
import { describe, expect, it } from 'vitest'
import { buildScenario, reasonToSkip } from './build-scenario.ts'
import { runScenario } from './run-scenario.ts'
import { byFamily, loadScenarios } from './scenario.ts'

const scenarios = loadScenarios()
const runnable = (scenarios ?? []).filter(
  scenario => reasonToSkip(scenario) === undefined && scenario.error !== 'build',
)

if (scenarios === undefined) console.warn('skipped: ../shared/conformance is not there')

describe.skipIf(scenarios === undefined)('outputs and stores', () => {
  it('has scenarios to compare', () => {
    expect(runnable.length).toBeGreaterThan(500)
  })

  for (const [family, members] of byFamily(runnable)) {
    it(`puts out what Kafka puts out: ${family}`, () => {
      for (const scenario of members) {
        const { expected, stores = {}, error } = scenario
        const result = runScenario(scenario, buildScenario(scenario))
        expect(result, scenario.name).toEqual({ rows: expected, stores, stoppedBy: error })
      }
    })
  }
})
