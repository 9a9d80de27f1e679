/** A topology as a Mermaid flowchart: for Markdown that GitHub and others draw. */
import { graphOf, type Line, type Shape, type ShapeKind } from './graph.ts'
import type { TopologyDescription } from '../description.ts'

/** What stands around the label of each kind of shape. */
const brackets: Readonly<Record<ShapeKind, readonly [open: string, close: string]>> = {
  topic: ['[/', '/]'],
  'chosen-topic': ['{{', '}}'],
  source: ['([', '])'],
  processor: ['[', ']'],
  sink: ['([', '])'],
  store: ['[(', ')]'],
}

export function mermaidOf(description: TopologyDescription): string {
  const { topics, clusters, lines } = graphOf(description)
  const text = ['flowchart TD']
  for (const topic of topics) text.push(`  ${shapeOf(topic)}`)
  for (const { id, label, shapes } of clusters) {
    text.push(`  subgraph ${id}["${escape(label)}"]`)
    for (const shape of shapes) text.push(`    ${shapeOf(shape)}`)
    text.push('  end')
  }
  for (const line of lines) text.push(`  ${lineOf(line)}`)
  return `${text.join('\n')}\n`
}

function shapeOf({ id, kind, label }: Shape): string {
  const [open, close] = brackets[kind]
  return `${id}${open}"${escape(label)}"${close}`
}

function lineOf({ from, to, kind }: Line): string {
  return kind === 'store' ? `${from} -.- ${to}` : `${from} --> ${to}`
}

/** Within quotes Mermaid takes character codes for what would end the label, or be read as Markdown or HTML. */
function escape(label: string): string {
  return label.replaceAll(/[^\w .,:()[\]/=+-]/gu, character => `#${character.codePointAt(0)};`)
}
