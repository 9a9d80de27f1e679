/** Declares a scenario's topology through the public DSL, and says what of it the DSL does not offer yet. */
import { defineApp, topic, type App, type Topic } from '../../../src/index.ts'
import { text, type Declared, type Kind, type Operator, type OperatorTable, type Site } from './operator.ts'
import { operatorsOfCogroups, operatorsOfWindowedCogroups } from './operators-of-cogroups.ts'
import { operatorsOfGroupedTables } from './operators-of-grouped-tables.ts'
import { operatorsOfGroups, operatorsOfWindowedGroups } from './operators-of-groups.ts'
import { operatorsOfSources } from './operators-of-sources.ts'
import { operatorsOfStreams } from './operators-of-streams.ts'
import { operatorsOfTables } from './operators-of-tables.ts'
import { idsOf, parentsOf, type NodeSpec, type Scenario } from './scenario.ts'

type Tables = { readonly [K in Kind]: OperatorTable<K> }

const tables: Tables = {
  stream: operatorsOfStreams,
  table: operatorsOfTables,
  global: new Map(),
  grouped: operatorsOfGroups,
  'grouped-table': operatorsOfGroupedTables,
  windowed: operatorsOfWindowedGroups,
  cogrouped: operatorsOfCogroups,
  windowedCogrouped: operatorsOfWindowedCogroups,
}

/** A scenario that is declared when `app.topology()` is first called. */
export interface BuiltScenario {
  readonly app: App
  /** The topics that dynamic sinks have chosen so far. */
  readonly topicsChosen: ReadonlySet<string>
}

/**
 * What a scenario needs and the DSL does not offer, each once, by the operator's name; empty when it can be declared.
 * What is called on something that cannot be declared is not looked at.
 */
export function missingOf(scenario: Scenario): readonly string[] {
  const missing = new Set<string>()
  const kinds = new Map<string, Kind>()
  for (const node of scenario.nodes) {
    const parents = parentsOf(node).map(id => kinds.get(id))
    if (parents.some(kind => kind === undefined)) continue
    const known = parents as Kind[]
    const operator = operatorOf(node, known[0])
    const lack = operator === undefined ? node.op : operator.lacks?.(node, known)
    if (lack !== undefined) missing.add(lack)
    else if (operator!.makes !== undefined) for (const id of idsOf(node)) kinds.set(id, operator!.makes)
  }
  return [...missing]
}

/** The application of a scenario; what is wrong with it throws here or at its first `topology()`. */
export function buildScenario({ config, nodes }: Scenario): BuiltScenario {
  const topicsChosen = new Set<string>()
  const app = defineApp({
    id: 'app',
    strictNaming: config.strictNaming ?? false,
    optimize: config.optimize ?? false,
    build(builder) {
      const declared = new Map<string, Declared>()
      const site = {
        builder,
        topicOf: declareOnce(),
        onTopicChosen: (name: string) => void topicsChosen.add(name),
      }
      for (const node of nodes) declare(node, declared, site)
    },
  })
  return { app, topicsChosen }
}

function declare(node: NodeSpec, declared: Map<string, Declared>, site: Site): void {
  const parents = parentsOf(node).map(id => declared.get(id)!)
  const [first, second] = parents
  const operator = operatorOf(node, first?.kind)
  if (operator === undefined) throw new Error(`'${node.id}': no operator '${node.op}' here`)
  const made = operator.declare(node, first, site, second, parents)
  for (const [index, id] of idsOf(node).entries())
    if (made[index] !== undefined) declared.set(id, made[index])
}

function operatorOf({ op }: NodeSpec, kind: Kind | undefined): Operator<Kind | undefined> | undefined {
  const table = kind === undefined ? operatorsOfSources : tables[kind]
  return table.get(op) as Operator<Kind | undefined> | undefined
}

/** Topics of a scenario have one declaration each, however often they are named. */
function declareOnce(): (name: string) => Topic<unknown, unknown> {
  const topics = new Map<string, Topic<unknown, unknown>>()
  return name => {
    let known = topics.get(name)
    if (known === undefined) {
      known = topic(name, { key: text, value: text })
      topics.set(name, known)
    }
    return known
  }
}
