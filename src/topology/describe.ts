/** Prints a topology in the text format of Kafka Streams' `TopologyDescription`, byte for byte (semantics N9). */
import { unreachable } from '../base/assert.ts'
import type { NodeDescription, SubtopologyDescription, TopologyDescription } from './description.ts'

/** The text of a description. */
export function describeTopology({ subtopologies }: TopologyDescription): string {
  const texts = subtopologies.map(part =>
    // Kafka puts no empty line after a part that is global.
    part.isGlobal
      ? `  ${describePart(part, ' for global store (will not generate tasks)')}`
      : `  ${describePart(part, '')}\n`,
  )
  return `Topologies:\n ${texts.join('')}`
}

function describePart({ id, nodes }: SubtopologyDescription, remark: string): string {
  const lines = nodes.map(node => `    ${describeNode(node)}\n`)
  return `Sub-topology: ${id}${remark}\n${lines.join('')}`
}

function describeNode(node: NodeDescription): string {
  switch (node.kind) {
    case 'source':
      return `Source: ${node.name} (topics: ${node.pattern ?? `[${node.topics.join(', ')}]`})\n      --> ${listOf(node.successors)}`
    case 'processor': {
      const neighbours = `      --> ${listOf(node.successors)}\n      <-- ${listOf(node.predecessors)}`
      return `Processor: ${node.name} (stores: [${node.stores.join(', ')}])\n${neighbours}`
    }
    case 'sink': {
      const target =
        node.topic === undefined ? `extractor class: ${node.topicExtractor}` : `topic: ${node.topic}`
      return `Sink: ${node.name} (${target})\n      <-- ${listOf(node.predecessors)}`
    }
    default:
      return unreachable(node)
  }
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}
