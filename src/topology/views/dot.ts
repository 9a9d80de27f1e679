/** A topology in Graphviz' DOT language. */
import { graphOf, type Line, type Shape, type ShapeKind } from './graph.ts'
import type { TopologyDescription } from '../description.ts'

const looks: Readonly<Record<ShapeKind, string>> = {
  topic: 'shape=box, style=filled, fillcolor="#e8f0fe"',
  'chosen-topic': 'shape=hexagon, style=filled, fillcolor="#e8f0fe"',
  source: 'shape=box, style="rounded,filled", fillcolor="#e6f4ea"',
  processor: 'shape=box, style=filled, fillcolor="#ffffff"',
  sink: 'shape=box, style="rounded,filled", fillcolor="#fce8e6"',
  store: 'shape=cylinder, style=filled, fillcolor="#fef7e0"',
}

export function dotOf(description: TopologyDescription): string {
  const { topics, clusters, lines } = graphOf(description)
  const text = ['digraph topology {', '  node [fontname="monospace", fontsize=11]']
  for (const topic of topics) text.push(`  ${shapeOf(topic)}`)
  for (const { id, label, shapes } of clusters) {
    // Graphviz takes a subgraph for a cluster by this prefix.
    text.push(`  subgraph cluster_${id} {`, `    label=${quote(label)}`)
    for (const shape of shapes) text.push(`    ${shapeOf(shape)}`)
    text.push('  }')
  }
  for (const line of lines) text.push(`  ${lineOf(line)}`)
  text.push('}')
  return `${text.join('\n')}\n`
}

function shapeOf({ id, kind, label }: Shape): string {
  return `${id} [label=${quote(label)}, ${looks[kind]}]`
}

function lineOf({ from, to, kind }: Line): string {
  return kind === 'store' ? `${from} -> ${to} [dir=none, style=dashed]` : `${from} -> ${to}`
}

/** A quoted label: backslashes would begin an escape, and quotes would end it. Control characters have no picture. */
function quote(label: string): string {
  const printable = label.replaceAll(/\p{Cc}/gu, ' ')
  return `"${printable.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
