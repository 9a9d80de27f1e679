/** What the format says that no scenario hangs on, as far as a topology shows it. */
import { parentsOf, type NodeSpec, type Scenario } from '../golden/scenario.ts'
import type { Answer } from './kafka.ts'

/** Why a scenario is none of the format; `undefined` where nothing forbids it. */
export function forbiddenIn({ nodes, inputs }: Scenario): string | undefined {
  const own = new Set(nodes.flatMap(({ op, store }) => (op === 'stateStore' ? store : [])))
  const other = new Set(
    nodes.flatMap(({ op, store }) => (op.startsWith('process') || own.has(store) ? [] : store)),
  )
  const borrows = ({ op, store }: NodeSpec) =>
    op.startsWith('process') && store !== undefined && other.has(store)
  if (nodes.some(borrows)) return 'processors have stores of their own'
  const read = new Set(
    nodes.flatMap(({ from, topic, topics }) => (from === undefined ? [topic, ...(topics ?? [])] : [])),
  )
  const hasPattern = nodes.some(({ pattern }) => pattern !== undefined)
  for (const { op, topic, store, versioned, pattern, time, window } of nodes) {
    // Kafka's driver has one queue for all topics of a pattern, and so one partition time.
    if (pattern !== undefined && time?.startsWith('partition') === true)
      return 'patterns have no partition times'
    if (window?.type === 'tiles' && (window.grace ?? 0) < 0) return 'windows of the user take what he gives'
    if (versioned !== undefined && store === undefined) return 'versioned stores have names'
    if (topic === '') return 'topics have names'
    if (op === 'to' && topic !== undefined && read.has(topic)) return 'no sink writes what is read'
  }
  const stray = inputs.some(input => !('advance' in input) && !read.has(input[0]))
  if (stray && !hasPattern) return 'inputs go to topics that are read'
  return nodes.some(node => losesRowsBeforeClose(node, nodes))
    ? 'stores that emit on close keep their rows until then'
    : undefined
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
