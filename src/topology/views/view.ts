/** `viewOf`: a topology as text in one of the formats that people and programs read. */
import { unreachable } from '../../base/assert.ts'
import { describeTopology } from '../describe.ts'
import type { TopologyDescription } from '../description.ts'
import { dotOf } from './dot.ts'
import type { TopologyFormat } from './formats.ts'
import { mermaidOf } from './mermaid.ts'
import { svgOf } from './svg.ts'

export { topologyFormats, type TopologyFormat } from './formats.ts'

/**
 * A topology in a format: what `millrace topology` prints. Names are escaped as the format wants it, whatever is in them.
 *
 * @example
 * ```ts
 * import { defineApp, string, topic, viewOf } from 'millrace'
 *
 * const lines = topic('lines', { key: string(), value: string() })
 * const loud = topic('loud', { key: string(), value: string() })
 * const app = defineApp({
 *   id: 'shout',
 *   build: b => b.stream(lines).mapValues(line => line.toUpperCase()).to(loud),
 * })
 *
 * console.log(viewOf(app.topology().description(), 'mermaid'))
 * ```
 */
export function viewOf(description: TopologyDescription, format: TopologyFormat): string {
  switch (format) {
    case 'text':
      return describeTopology(description)
    case 'mermaid':
      return mermaidOf(description)
    case 'dot':
      return dotOf(description)
    case 'json':
      return `${JSON.stringify(description, null, 2)}\n`
    case 'svg':
      return svgOf(description)
    default:
      return unreachable(format)
  }
}
