/** What the format says that no scenario hangs on, as far as a topology shows it. */
import { idsOf, parentsOf, type NodeSpec, type Scenario } from '../golden/scenario.ts'
import type { Answer } from './kafka.ts'

/** Why a scenario is none of the format; `undefined` where nothing forbids it. */
export function forbiddenIn({ nodes, inputs }: Scenario): string | undefined {
  const own = new Set(nodes.flatMap(({ op, store }) => (op === 'stateStore' ? store : [])))
  const other = new Set(
    nodes.flatMap(({ op, store }) => (op.startsWith('process') || own.has(store) ? [] : store)),
  )
  const known = new Set(nodes.flatMap(({ op, store }) => (op === 'globalStore' ? (store ?? []) : [])))
  const looksUpNothing = ({ fn }: NodeSpec) =>
    fn?.startsWith('lookup:') === true && !known.has(fn.slice('lookup:'.length))
  if (nodes.some(looksUpNothing)) return 'what is looked up is there'
  const borrows = ({ op, store }: NodeSpec) =>
    op.startsWith('process') && store !== undefined && other.has(store)
  if (nodes.some(borrows)) return 'processors have stores of their own'
  const read = new Set(
    nodes.flatMap(({ from, topic, topics }) => (from === undefined ? [topic, ...(topics ?? [])] : [])),
  )
  if (new Set(nodes.flatMap(({ pattern }) => pattern ?? [])).size > 1) return 'a topic has one pattern'
  const hasPattern = nodes.some(({ pattern }) => pattern !== undefined)
  for (const { op, from, topic, store, versioned, pattern, time, window } of nodes) {
    // Kafka's driver has one queue for all topics of a pattern, and so one partition time.
    if (pattern !== undefined && time?.startsWith('partition') === true)
      return 'patterns have no partition times'
    // Kafka lets them be declared and fails at their first record.
    if (window?.type === 'sliding' && window.diff === 0) return 'sliding windows have a length'
    if (window?.type === 'tiles' && (window.grace ?? 0) < 0) return 'windows of the user take what he gives'
    if (versioned !== undefined && store === undefined) return 'versioned stores have names'
    if (versioned !== undefined && window === undefined && hasWindows(from, nodes))
      return 'windows are not versioned'
    if (/[^\w.-]/.test(store ?? '')) return 'brokers take no such names of changelogs'
    if (topic === '') return 'topics have names'
    if (op === 'to' && topic !== undefined && read.has(topic)) return 'no sink writes what is read'
  }
  const stray = inputs.some(input => !('advance' in input) && !read.has(input[0]))
  if (stray && !hasPattern) return 'inputs go to topics that are read'
  if (writesWindowedKeys(nodes)) return 'windowed keys have no serde there'
  return nodes.some(node => losesRowsBeforeClose(node, nodes))
    ? 'stores that emit on close keep their rows until then'
    : undefined
}

function hasWindows(from: NodeSpec['from'], nodes: readonly NodeSpec[]): boolean {
  return nodes.some(({ id, op }) => op === 'windowedBy' && id === from)
}

/** Operators on streams and tables that make streams and tables of the same keys. */
const keepKeys: ReadonlySet<string> = new Set(
  `filter filterNot mapValues transformValues toStream peek flatMapValues merge split process processValues join
  leftJoin outerJoin suppress toTable repartition groupByKey`.split(/\s+/),
)

const writeKeys: ReadonlySet<string> = new Set(
  'join leftJoin outerJoin fkJoin fkLeftJoin suppress toTable repartition groupByKey'.split(' '),
)

/**
 * Kafka takes the default serde of the configuration, which is for texts, for the stores that tables of windowed keys are
 * given; and for all windowed keys of cogroups.
 */
function writesWindowedKeys(nodes: readonly NodeSpec[]): boolean {
  const kinds = new Map<string, 'cogroup' | 'windows' | 'windows of cogroup' | 'keyed' | 'keyed by cogroup'>()
  for (const node of nodes) {
    const above = parentsOf(node).map(id => kinds.get(id))
    const keyed = above.find(kind => kind === 'keyed by cogroup') ?? above.find(kind => kind === 'keyed')
    if (keyed !== undefined && node.store !== undefined) return true
    if (keyed === 'keyed by cogroup' && writeKeys.has(node.op)) return true
    for (const id of idsOf(node)) {
      if (node.op === 'cogroup') kinds.set(id, 'cogroup')
      else if (node.op === 'windowedBy')
        kinds.set(id, above.includes('cogroup') ? 'windows of cogroup' : 'windows')
      else if (above.includes('windows of cogroup')) kinds.set(id, 'keyed by cogroup')
      else if (above.includes('windows')) kinds.set(id, 'keyed')
      else if (
        keyed !== undefined &&
        keepKeys.has(node.op) &&
        !(node.op === 'toStream' && node.fn !== undefined)
      )
        kinds.set(id, keyed)
    }
  }
  return false
}

/** Long enough for every leap of time that is generated. */
const longRetention = 100_000

function losesRowsBeforeClose(node: NodeSpec, nodes: readonly NodeSpec[]): boolean {
  const closing = nodes.find(({ id, emit }) => emit === 'close' && parentsOf(node).includes(id))
  return closing !== undefined && (node.retention ?? 0) < longRetention
}

/** In Kafka's driver all sub-topologies have one stream time: its punctuations tell only where there is one. */
export function hangsOnStreamTime({ nodes }: Scenario, { describe = '' }: Answer): boolean {
  return (
    nodes.some(({ fn }) => fn?.startsWith('hold:stream') ?? false) && describe.includes('Sub-topology: 1')
  )
}
