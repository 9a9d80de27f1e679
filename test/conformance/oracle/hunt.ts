/** Looks for scenarios that this project and Apache Kafka Streams answer differently. */
import { missingOf } from '../golden/build-scenario.ts'
import type { Scenario } from '../golden/scenario.ts'
import { forgetsTime, judge } from '../golden/verdict.ts'
import { forbiddenIn, hangsOnStreamTime } from './format-rules.ts'
import type { Answer, KafkaOracle } from './kafka.ts'
import { partsOf, shrink } from './shrink.ts'

export interface Finding {
  /** What was generated; what it was shrunk to is the scenario. */
  readonly seedName: string
  /** As small as it could be made, with Kafka's answers. */
  readonly scenario: Scenario
  readonly differences: readonly string[]
}

/** More rows than this are not looked at: texts that grow out of one another would fill the memory. */
const rowsMax = 10_000

export class Hunt {
  readonly #oracle: KafkaOracle
  readonly #crashes: boolean
  readonly #counts = { same: 0, refused: 0, differing: 0, unsupported: 0, left: 0 }
  readonly #missing = new Map<string, number>()
  readonly #reasons = new Map<string, number>()

  /** With `crashes` the application crashes after every input, where that must not be seen. */
  constructor(oracle: KafkaOracle, { crashes = false } = {}) {
    this.#oracle = oracle
    this.#crashes = crashes
  }

  /** Compares one; `undefined` where both answer alike or it is not to be compared. */
  async examine(scenario: Scenario): Promise<Finding | undefined> {
    const lacking = missingWith(scenario)
    if (lacking.length > 0) {
      this.#counts.unsupported++
      for (const each of lacking) this.#missing.set(each, (this.#missing.get(each) ?? 0) + 1)
      return undefined
    }
    const found = await this.#look(scenario)
    if (found === undefined) return undefined
    const kind = kindOf(found.differences)
    const small = await shrink(found.scenario, async candidate => {
      if (candidate.nodes.length === 0 || missingWith(candidate).length > 0) return false
      const compared = await this.#compare(candidate, true)
      return compared.kind === 'differs' && kindOf(compared.differences) === kind
    })
    const again = await this.#compare(small, true)
    if (again.kind !== 'differs') throw new Error(`'${scenario.name}' does not differ any more`)
    return { seedName: scenario.name, scenario: again.scenario, differences: again.differences }
  }

  /** The scenario with Kafka's answer where it differs, or the part of it that does. */
  async #look(scenario: Scenario): Promise<Differing | undefined> {
    const compared = await this.#compare(scenario, false)
    let final = compared.kind === 'differs' ? await this.#compare(scenario, true) : compared
    if (final.kind === 'left' && final.why === hangs) final = (await this.#partThatDiffers(scenario)) ?? final
    if (final.kind === 'left') this.#reasons.set(final.why, (this.#reasons.get(final.why) ?? 0) + 1)
    this.#counts[final.kind === 'differs' ? 'differing' : final.kind]++
    return final.kind === 'differs' ? final : undefined
  }

  /** What hangs on an order as a whole may have parts that do not, and differ all the same: looks at each on its own. */
  async #partThatDiffers(scenario: Scenario): Promise<Differing | undefined> {
    for (const part of partsOf(scenario)) {
      if ((await this.#compare(part, false)).kind !== 'differs') continue
      const compared = await this.#compare(part, true)
      if (compared.kind === 'differs') return compared
    }
    return undefined
  }

  /** With `orders` it differs only where no other order of sub-topologies makes Kafka differ from itself. */
  async #compare(scenario: Scenario, orders: boolean): Promise<Compared> {
    const forbidden = forbiddenIn(scenario)
    if (forbidden !== undefined) return left(forbidden)
    const answer = await this.#oracle.ask(scenario, { orders })
    if (answer.unsupported !== undefined) return left(answer.unsupported.slice(-80))
    if (answer.hangsOnOrder === true) return left(hangs)
    if (failsOnNullKey(scenario, answer)) return left('fails on a null key')
    if ((answer.expected?.length ?? 0) > rowsMax) return left('too many rows')
    if (hangsOnStreamTime(scenario, answer)) return left('hangs on stream time')
    const golden = withAnswer(scenario, answer)
    const crashes = this.#crashes && !scenario.nodes.some(forgetsTime)
    const verdict = judge(golden, { crashes })
    if (verdict.kind === 'failed') {
      return { kind: 'differs', scenario: golden, differences: [...verdict.differences, ...reasonOf(answer)] }
    }
    return { kind: answer.error === undefined ? 'same' : 'refused' }
  }

  summary(): string {
    const counts = Object.entries(this.#counts).map(([kind, count]) => `${count} ${kind}`)
    const missing = [...this.#missing].map(([feature, count]) => `${feature} (${count})`)
    const reasons = [...this.#reasons].map(([reason, count]) => `${reason} (${count})`)
    const lists = [
      ...(missing.length === 0 ? [] : [`not supported yet: ${missing.join(', ')}`]),
      ...(reasons.length === 0 ? [] : [`left: ${reasons.join(', ')}`]),
    ]
    return [counts.join(', '), ...lists].join('; ')
  }
}

const hangs = 'hangs on an order'

interface Differing {
  readonly kind: 'differs'
  readonly scenario: Scenario
  readonly differences: readonly string[]
}

type Compared =
  | { readonly kind: 'same' | 'refused' }
  | { readonly kind: 'left'; readonly why: string }
  | Differing

function left(why: string): Compared {
  return { kind: 'left', why }
}

/** What the project lacks of a scenario; a topology so spoilt that even this cannot be said lacks nothing. */
function missingWith(scenario: Scenario): readonly string[] {
  try {
    return missingOf(scenario)
  } catch {
    return []
  }
}

/** Kafka fails where a record without a key comes to a left join with grace; here it is joined, as its rule says (S10). */
function failsOnNullKey({ nodes }: Scenario, { why = '' }: Answer): boolean {
  return (
    why.includes('key cannot be null') &&
    nodes.some(({ op, grace }) => op === 'leftJoin' && grace !== undefined)
  )
}

function withAnswer({ name, family, config, nodes, inputs }: Scenario, answer: Answer): Scenario {
  const { describe, expected, stores, error } = answer
  return {
    name,
    family,
    config,
    nodes,
    inputs,
    ...(describe === undefined ? {} : { describe }),
    ...(expected === undefined ? {} : { expected }),
    ...(stores === undefined ? {} : { stores }),
    ...(error === undefined ? {} : { error }),
  }
}

/** What parts: while shrinking, one kind of difference must not turn into another. */
function kindOf(differences: readonly string[]): string {
  const first = differences[0] ?? ''
  const isRefusal = first.startsWith('expected that')
  return isRefusal ? first.replaceAll(/\d+/g, '').slice(0, 100) : first.slice(0, first.indexOf(' '))
}

function reasonOf({ why }: Answer): readonly string[] {
  return why === undefined ? [] : [`Kafka says: ${why}`]
}
