/** Holds what the DSL offers against Apache Kafka Streams: outputs, stores and `describe()`, scenario by scenario. */
import { describe, expect, it } from 'vitest'
import { failureAsText, missingAsText, reportOn, type FileReport } from './report.ts'
import { runScenario } from './run-scenario.ts'
import { defaultFolder, readScenarios, type Scenario } from './scenario.ts'
import { compare, forgetsTime, judge } from './verdict.ts'

const failuresShownMax = 5

const files = readScenarios(defaultFolder)
if (files === undefined) console.warn(`skipped: the scenarios are not there (${defaultFolder})`)

describe.skipIf(files === undefined)('golden scenarios', () => {
  const reports: FileReport[] = []

  for (const file of files ?? []) {
    it(`does what Kafka does: ${file.name}`, () => {
      const report = reportOn(file)
      reports.push(report)
      expectNoFailures(report)
    })
  }

  for (const { name, scenarios } of files ?? []) {
    it(`does the same where the application crashes after every input: ${name}`, () => {
      const timeless = scenarios.filter(({ nodes }) => !nodes.some(forgetsTime))
      expectNoFailures(reportOn({ name, scenarios: timeless }, { crashes: true }))
    })
  }

  it('runs scenarios, and names what it cannot run yet', () => {
    const passedCount = reports.reduce((sum, report) => sum + report.passedCount, 0)
    expect(passedCount).toBeGreaterThan(0)
    const missing = missingAsText(reports)
    if (missing !== undefined) console.warn(`not supported yet (scenarios that need it): ${missing}`)
  })
})

function expectNoFailures({ failures }: FileReport): void {
  const shown = failures.slice(0, failuresShownMax).map(failureAsText)
  expect(failures.length, `\n${shown.join('\n')}\n`).toBe(0)
}

describe('the judge of golden scenarios', () => {
  const scenario: Scenario = {
    name: 'counts-by-key',
    family: 'own',
    config: {},
    nodes: [
      { id: 'n0', op: 'stream', topic: 'in1' },
      { id: 'n1', op: 'groupByKey', from: 'n0' },
      { id: 'n2', op: 'count', from: 'n1', store: 'counts' },
      { id: 'n3', op: 'toStream', from: 'n2' },
      { id: 'n4', op: 'to', from: 'n3', topic: 'out1' },
    ],
    inputs: [
      ['in1', 'a', 'x', 10],
      ['in1', 'a', 'y', 5],
    ],
    describe: [
      'Topologies:',
      '   Sub-topology: 0',
      '    Source: KSTREAM-SOURCE-0000000000 (topics: [in1])',
      '      --> KSTREAM-AGGREGATE-0000000001',
      '    Processor: KSTREAM-AGGREGATE-0000000001 (stores: [counts])',
      '      --> KTABLE-TOSTREAM-0000000002',
      '      <-- KSTREAM-SOURCE-0000000000',
      '    Processor: KTABLE-TOSTREAM-0000000002 (stores: [])',
      '      --> KSTREAM-SINK-0000000003',
      '      <-- KSTREAM-AGGREGATE-0000000001',
      '    Sink: KSTREAM-SINK-0000000003 (topic: out1)',
      '      <-- KTABLE-TOSTREAM-0000000002',
      '',
      '',
    ].join('\n'),
    expected: [
      [0, 'out1', 'a', '1', 10, '0'],
      [1, 'out1', 'a', '2', 10, '1'],
    ],
    stores: { counts: [['a', '2']] },
  }

  it('passes a scenario that holds', () => {
    expect(judge(scenario)).toEqual({ kind: 'passed' })
  })

  it.each<[what: string, change: Partial<Scenario>, difference: RegExp]>([
    ['another description', { describe: 'Topologies:\n' }, /^describe\(\) differs in line 2/],
    ['a missing row', { expected: scenario.expected!.slice(0, 1) }, /^output differs in line 2/],
    ['another header', { expected: [[0, 'out1', 'a', '1', 10, null], scenario.expected![1]!] }, /^output/],
    ['another timestamp', { expected: [scenario.expected![0]!, [1, 'out1', 'a', '2', 5, '1']] }, /^output/],
    ['another row of a store', { stores: { counts: [['a', '1']] } }, /^store 'counts' differs/],
    ['a store that is not there', { stores: { other: [] } }, /^store 'other' is not there/],
    ['a store that nobody expects', { stores: {} }, /^store 'counts' is not expected/],
    ['an error that did not come', { error: 1 }, /^expected that input 1 is refused; nothing was refused/],
    ['a refusal that did not come', { error: 'build' }, /^expected that building is refused/],
  ])('fails on %s', (_what, change, difference) => {
    expect(compare({ ...scenario, ...change }, runScenario(scenario))[0]).toMatch(difference)
  })

  it('fails on an error that nobody expects', () => {
    const inputs = [['in1', 'a', 'x', -1]] as const
    const verdict = judge({ ...scenario, inputs })
    expect(verdict.kind === 'failed' && verdict.differences[0]).toMatch(
      /nothing is refused; input 0 was refused/,
    )
  })

  it('counts a scenario with an unknown operator as unsupported, by the name of the operator', () => {
    const nodes = [...scenario.nodes.slice(0, 1), { id: 'n1', op: 'teleport', from: 'n0' }]
    expect(judge({ ...scenario, nodes })).toEqual({ kind: 'unsupported', missing: ['teleport'] })
  })
})
