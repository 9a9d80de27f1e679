/**
 * `npm run oracle`: holds this project against Apache Kafka Streams itself, on generated scenarios.
 *
 *     npm run oracle -- --seed 1 --count 200 --family deep     200 scenarios of one family; without --family of each
 *     npm run oracle -- --replay FILE                          scenarios of a file (.jsonl), their answers left aside
 *     npm run oracle -- --internals FILE                       writes beside the scenarios of a file what Kafka puts
 *                                                              into internal topics (test/golden/internal-records.jsonl)
 *     npm run oracle -- --golden                               whether the oracle itself gives the golden answers
 *
 * Every difference is shrunk and printed, and with `--out FOLDER` written there with Kafka's answer, ready for
 * test/conformance/regressions.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { defaultFolder, readScenarios, type Scenario } from '../golden/scenario.ts'
import { families } from './families.ts'
import { generateScenario } from './generate.ts'
import { KafkaOracle, oracleMissing } from './kafka.ts'
import { Hunt, type Finding } from './hunt.ts'

interface Options {
  readonly seed: string
  readonly count: string
  readonly family?: readonly string[]
  readonly replay?: string
  readonly internals?: string
  readonly golden?: boolean
  readonly crashes?: boolean
  readonly out?: string
  readonly findings: string
}

const program = new Command('oracle')
  .option('--seed <number>', 'the first seed', '1')
  .option('--count <number>', 'how many scenarios of each family', '100')
  .option('--family <names...>', `of ${Object.keys(families).join(', ')}`)
  .option('--replay <file>', 'scenarios to run instead of generated ones')
  .option('--internals <file>', 'scenarios to write the internal records of, in place')
  .option('--golden', 'checks the oracle against the given answers instead')
  .option('--crashes', 'crashes and restarts the application after every input')
  .option('--out <folder>', 'where differing scenarios are written')
  .option('--findings <number>', 'how many differences of a family are enough', '5')
  .parse()
const options = program.opts<Options>()

const missing = oracleMissing()
if (missing !== undefined) {
  console.error(missing)
  process.exit(2)
}
const oracle = new KafkaOracle()
let differing = 0
try {
  if (options.golden === true) differing = await checkOracle()
  else if (options.internals !== undefined) await writeInternals(options.internals)
  else if (options.replay !== undefined) differing = await hunt('replay', read(options.replay))
  else
    for (const family of options.family ?? Object.keys(families))
      differing += await hunt(family, generated(family))
} finally {
  await oracle.close()
}
process.exitCode = differing === 0 ? 0 : 1

function* generated(family: string): Generator<Scenario> {
  const first = Number(options.seed)
  for (let seed = first; seed < first + Number(options.count); seed++) yield generateScenario(family, seed)
}

function read(file: string): readonly Scenario[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as Scenario)
}

async function hunt(family: string, scenarios: Iterable<Scenario>): Promise<number> {
  const hunt = new Hunt(oracle, { crashes: options.crashes === true })
  const findings: Finding[] = []
  for (const scenario of scenarios) {
    const finding = await hunt.examine(scenario)
    if (finding === undefined) continue
    findings.push(finding)
    show(finding)
    if (findings.length >= Number(options.findings)) break
  }
  console.log(`${family.padEnd(18)} ${hunt.summary()}`)
  return findings.length
}

function show({ scenario, differences, seedName }: Finding): void {
  console.log(`\n${seedName} differs:`)
  for (const difference of differences) console.log(`    ${difference}`)
  console.log(`  config ${JSON.stringify(scenario.config)}`)
  for (const node of scenario.nodes) console.log(`  ${JSON.stringify(node)}`)
  console.log(`  inputs ${JSON.stringify(scenario.inputs)}\n`)
  if (options.out === undefined) return
  mkdirSync(options.out, { recursive: true })
  writeFileSync(join(options.out, `${seedName}.json`), `${JSON.stringify(scenario)}\n`)
}

async function writeInternals(file: string): Promise<void> {
  const lines: string[] = []
  for (const { name, family, config, nodes, inputs } of read(file)) {
    const scenario = { name, family, config, nodes, inputs }
    const { internals, why, unsupported } = await oracle.ask(scenario, { internals: true })
    if (internals === undefined) throw new Error(`'${name}': ${why ?? unsupported}`)
    lines.push(JSON.stringify({ ...scenario, internals }))
  }
  writeFileSync(file, `${lines.join('\n')}\n`)
}

/** How many of the given scenarios the oracle answers differently from their golden answers. */
async function checkOracle(): Promise<number> {
  let wrong = 0
  for (const { name, scenarios } of readScenarios(defaultFolder) ?? []) {
    for (const scenario of scenarios) {
      const answer = await oracle.ask(scenario)
      const fields = ['describe', 'expected', 'stores', 'error'] as const
      const parted = fields.filter(field => JSON.stringify(answer[field]) !== JSON.stringify(scenario[field]))
      if (parted.length === 0) continue
      wrong++
      console.log(`${scenario.name}: the oracle's ${parted.join(', ')} ${answer.why ?? ''}`)
    }
    console.log(`${name.padEnd(18)} ${scenarios.length} checked`)
  }
  return wrong
}
