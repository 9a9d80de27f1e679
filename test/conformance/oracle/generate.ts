/** Generates scenarios of the conformance format, without Kafka's answers, each from a seed and a family. */
import { seededRandom } from '../../../src/base/random.ts'
import type { InputSpec, NodeSpec, Scenario } from '../golden/scenario.ts'
import { Dice } from './dice.ts'
import { families } from './families.ts'
import { steps, type Family } from './family.ts'
import { Growth } from './growth.ts'
import { randomInputs } from './random-inputs.ts'
import { spoil } from './spoil.ts'

const optimizations = [
  'reuse.ktable.source.topics',
  'merge.repartition.topics',
  'single.store.self.join',
] as const

/** A scenario: the same for the same family and seed. */
export function generateScenario(familyName: string, seed: number): Scenario {
  const family = families[familyName]
  if (family === undefined) {
    throw new RangeError(`no family '${familyName}'; there are ${Object.keys(families).join(', ')}`)
  }
  const dice = new Dice(seededRandom(seed * 1009 + hash(familyName)))
  const growth = new Growth(dice, {
    named: family.named ?? dice.pick([0, 0, 0, 0.2, 1]),
    stored: dice.pick([0, 0.3, 0.7]),
    forked: family.forked ?? dice.pick([0, 0.2, 0.5]),
    shared: family.shared ?? dice.pick([0, 0, 0.1, 0.4]),
    odd: family.odd ?? dice.pick([0, 0, 0.2, 0.5]),
  })
  for (const root of family.roots) steps[root](growth)
  const count = dice.integer(...family.length)
  for (let at = 0; at < count; at++) steps[dice.weighted(family.weights)](growth)
  sinks(growth)
  const spoilt = dice.chance(family.spoilt ?? 0.01)
  const nodes = spoilt ? spoil(dice, spoil(dice, growth.nodes, 0.15)) : growth.nodes
  const scenario = {
    name: `${familyName}-${seed}`,
    family: familyName,
    config: configOf(dice, family),
    nodes,
    inputs: randomInputs(dice, { topics: topicsReadBy(nodes, growth.topics), nodes }, family),
  }
  return dice.chance(0.1) ? slowed(scenario) : scenario
}

/** In seconds where there were milliseconds: what is kept for long is kept in other segments, and forgotten with them. */
function slowed(scenario: Scenario): Scenario {
  const slow = (spec: object) =>
    Object.fromEntries(
      Object.entries(spec).map(([name, value]) => [name, durations.has(name) ? thousandfold(value) : value]),
    )
  const nodes = scenario.nodes.map(node => ({
    ...slow(node),
    ...(node.window === undefined ? {} : { window: slow(node.window) }),
  }))
  const inputs = scenario.inputs.map((input): InputSpec => {
    if ('advance' in input) return { advance: input.advance * 1000 }
    const [topic, key, value, time] = input
    return [topic, key, value, time > 1_000_000_000 ? time : time * 1000]
  })
  return { ...scenario, nodes: nodes as unknown as readonly NodeSpec[], inputs }
}

const durations: ReadonlySet<string> = new Set(
  'size advance grace diff gap start sizes before after retention versioned until'.split(' '),
)

function thousandfold(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(thousandfold)
  return typeof value === 'number' ? value * 1000 : value
}

/** Those of the `topics` that are read still, and what else is. */
function topicsReadBy(nodes: readonly NodeSpec[], topics: readonly string[]): readonly string[] {
  const sources = nodes.filter(({ from }) => from === undefined)
  if (sources.some(({ pattern }) => pattern !== undefined)) return topics
  const read = new Set(sources.flatMap(({ topic, topics: list }) => [list ?? [], topic ?? []].flat()))
  return read.size === 0 ? topics : [...read]
}

function configOf(dice: Dice, { named, strict, optimised }: Family): Scenario['config'] {
  const strictly = strict ?? (named === undefined ? 0.01 : 0.2)
  const naming = dice.chance(strictly) ? { strictNaming: true } : {}
  const form = dice.pick(optimised === true ? ['all', 'some'] : ['none', 'none', 'all', 'some'])
  if (form === 'none') return naming
  if (form === 'all') return { optimize: true, ...naming }
  return { optimize: optimizations.filter(() => dice.chance(0.5)), ...naming }
}

/** Lets everything that is not used go out, and some of what is. */
function sinks(growth: Growth): void {
  const { dice } = growth
  let number = 0
  const fields = () => {
    if (number === 0 || !dice.chance(growth.habits.shared / 4)) number++
    return dice.chance(0.05) ? { topicBy: `by${number}-` } : { topic: `out${number}` }
  }
  for (const handle of growth.handles) {
    if (handle.kind === 'global' || (growth.isUsed(handle) && !dice.chance(0.1))) continue
    const from = handle.kind === 'table' ? growth.add('toStream', { from: handle.id }) : handle.id
    growth.add('to', { from, ...fields() })
  }
}

function hash(text: string): number {
  let value = 7
  for (const unit of text) value = (value * 31 + unit.charCodeAt(0)) % 1_000_003
  return value
}
