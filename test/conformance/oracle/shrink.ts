/** Makes a scenario smaller for as long as it still shows what it shows. */
import { idsOf, parentsOf, type InputSpec, type NodeSpec, type Scenario } from '../golden/scenario.ts'

const attemptsMax = 400

/** The smallest scenario found for which `shows` still answers true. */
export async function shrink(
  scenario: Scenario,
  shows: (candidate: Scenario) => Promise<boolean>,
): Promise<Scenario> {
  let attempts = 0
  let smallest = scenario
  const accepts = async (candidate: Scenario): Promise<boolean> => {
    if (attempts++ >= attemptsMax || !(await shows(candidate))) return false
    smallest = candidate
    return true
  }
  const current = () => smallest
  for (;;) {
    const before = sizeOf(smallest)
    await dropInputs(current, accepts)
    await dropNodes(current, accepts)
    await dropFields(current, accepts)
    if (sizeOf(smallest) === before) return smallest
  }
}

type Accepts = (candidate: Scenario) => Promise<boolean>

function sizeOf({ nodes, inputs, config }: Scenario): number {
  return JSON.stringify([nodes, inputs, config]).length
}

/** Halves first, then ever smaller parts. */
async function dropInputs(current: () => Scenario, accepts: Accepts): Promise<void> {
  for (let count = Math.ceil(current().inputs.length / 2); count >= 1; count = Math.floor(count / 2)) {
    for (let at = 0; at < current().inputs.length;) {
      const { inputs } = current()
      const rest: readonly InputSpec[] = [...inputs.slice(0, at), ...inputs.slice(at + count)]
      if (!(await accepts({ ...current(), inputs: rest }))) at += count
    }
  }
}

/** Operators that make what they are called on; only these can be bridged. */
const keepKinds: ReadonlySet<string> = new Set(
  `filter filterNot mapValues transformValues map selectKey flatMap flatMapValues merge peek repartition process
  processValues split suppress join leftJoin outerJoin fkJoin fkLeftJoin`.split(/\s+/),
)

/** Takes a node out: with all that comes after it, or so that its children are put on its parent. */
async function dropNodes(current: () => Scenario, accepts: Accepts): Promise<void> {
  for (let at = current().nodes.length - 1; at >= 0; at--) {
    const { nodes } = current()
    const node = nodes[at]
    if (node === undefined) continue
    const parents = keepKinds.has(node.op) ? parentsOf(node) : []
    const candidates = [without(nodes, node), ...parents.map(parent => bridged(nodes, node, parent))]
    for (const candidate of candidates) {
      if (await accepts({ ...current(), nodes: candidate })) break
    }
  }
}

/** Without the node and everything that needs it. */
function without(nodes: readonly NodeSpec[], dropped: NodeSpec): readonly NodeSpec[] {
  const gone = new Set(idsOf(dropped))
  return nodes.filter(node => {
    if (node !== dropped && !parentsOf(node).some(parent => gone.has(parent))) return true
    for (const id of idsOf(node)) gone.add(id)
    return false
  })
}

function bridged(nodes: readonly NodeSpec[], dropped: NodeSpec, parent: string): readonly NodeSpec[] {
  const ids = new Set(idsOf(dropped))
  const renamed = (id: string) => (ids.has(id) ? parent : id)
  return nodes
    .filter(node => node !== dropped)
    .map(node => {
      if (!parentsOf(node).some(id => ids.has(id))) return node
      return { ...node, from: typeof node.from === 'string' ? renamed(node.from) : node.from!.map(renamed) }
    })
}

const partsMax = 6

/** The first sinks, each with what is above it, and with all inputs or the first of them. */
export function* partsOf(scenario: Scenario): Generator<Scenario> {
  const { nodes, inputs } = scenario
  for (const sink of nodes.filter(({ op }) => op === 'to').slice(0, partsMax)) {
    const part = { ...scenario, nodes: aboveOf(sink, nodes) }
    yield part
    yield { ...part, inputs: inputs.slice(0, Math.ceil(inputs.length / 3)) }
  }
}

/** A node and all that it needs; stores are needed by name. */
function aboveOf(sink: NodeSpec, nodes: readonly NodeSpec[]): readonly NodeSpec[] {
  const needed = new Set<NodeSpec>([sink])
  for (const node of nodes.toReversed()) {
    const above = [...needed]
    const isParent = above.some(each => parentsOf(each).some(id => idsOf(node).includes(id)))
    const names = node.op === 'stateStore' || node.op === 'globalStore' ? node.store : undefined
    const isStore =
      names !== undefined && above.some(({ store, fn }) => store === names || fn === `lookup:${names}`)
    if (isParent || isStore) needed.add(node)
  }
  return nodes.filter(node => needed.has(node))
}

const optional = [
  'name',
  'store',
  'storeName',
  'retention',
  'versioned',
  'time',
  'maxRecords',
  'emit',
] as const

async function dropFields(current: () => Scenario, accepts: Accepts): Promise<void> {
  await accepts({ ...current(), config: {} })
  for (const field of optional) {
    for (const { id } of current().nodes) {
      const nodes = current().nodes.map(node => {
        if (node.id !== id || node[field] === undefined) return node
        const { [field]: _dropped, ...rest } = node
        return rest
      })
      if (nodes.some((node, at) => node !== current().nodes[at])) await accepts({ ...current(), nodes })
    }
  }
}
