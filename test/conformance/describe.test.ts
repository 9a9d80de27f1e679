/** Holds `describe()` byte for byte against Kafka's, over every scenario whose operators exist here. */
import { describe, expect, it } from 'vitest'
import { buildScenario, reasonToSkip } from './build-scenario.ts'
import { byFamily, loadScenarios } from './scenario.ts'

const scenarios = loadScenarios()
const runnable = (scenarios ?? []).filter(scenario => reasonToSkip(scenario) === undefined)

if (scenarios === undefined) console.warn('skipped: ../shared/conformance is not there')

describe.skipIf(scenarios === undefined)('topology descriptions', () => {
  it('has scenarios to compare', () => {
    expect(runnable.length).toBeGreaterThan(500)
  })

  for (const [family, members] of byFamily(runnable)) {
    it(`prints what Kafka prints: ${family}`, () => {
      for (const scenario of members) {
        if (scenario.describe === undefined) continue
        expect(buildScenario(scenario).topology().describe(), scenario.name).toBe(scenario.describe)
      }
    })
  }

  it('refuses what Kafka refuses to build', () => {
    for (const scenario of runnable) {
      if (scenario.error !== 'build') continue
      expect(() => buildScenario(scenario).topology(), scenario.name).toThrow()
    }
  })
})
