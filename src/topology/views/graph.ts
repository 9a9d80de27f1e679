/**
 * A topology as a drawing: shapes and lines, without places. What Mermaid, DOT and SVG draw is this.
 *
 * Topics stand outside of the sub-topologies, because they are what connects them; stores stand inside. Identifiers are
 * letters and digits only, whatever the names are.
 */
import type { NodeDescription, SubtopologyDescription, TopologyDescription } from '../description.ts'

/** What a shape stands for. */
export type ShapeKind = 'topic' | 'chosen-topic' | 'source' | 'processor' | 'sink' | 'store'

export interface Shape {
  readonly id: string
  readonly kind: ShapeKind
  readonly label: string
}

/** A sub-topology. */
export interface Cluster {
  readonly id: string
  readonly label: string
  readonly shapes: readonly Shape[]
}

/** A line; between a processor and its store it has no direction. */
export interface Line {
  readonly from: string
  readonly to: string
  readonly kind: 'flow' | 'store'
}

export interface TopologyGraph {
  readonly topics: readonly Shape[]
  readonly clusters: readonly Cluster[]
  readonly lines: readonly Line[]
}

export function graphOf({ subtopologies }: TopologyDescription): TopologyGraph {
  const drawing = new Drawing()
  const clusters = subtopologies.map(part => drawing.cluster(part))
  return { topics: drawing.topics, clusters, lines: drawing.lines }
}

class Drawing {
  readonly topics: Shape[] = []
  readonly lines: Line[] = []
  private readonly topicIds = new Map<string, string>()
  private readonly nodeIds = new Map<string, string>()
  private readonly storeIds = new Map<string, string>()

  cluster(part: SubtopologyDescription): Cluster {
    const shapes: Shape[] = []
    for (const { kind, name } of part.nodes) {
      const id = idOf(this.nodeIds, name, 'n')
      shapes.push({ id, kind, label: name })
    }
    for (const { name } of part.stores) {
      const id = idOf(this.storeIds, name, 's')
      shapes.push({ id, kind: 'store', label: name })
    }
    for (const node of part.nodes) this.connect(node)
    const remark = part.isGlobal ? ', global store' : ''
    return { id: `c${part.id}`, label: `Sub-topology ${part.id}${remark}`, shapes }
  }

  private connect(node: NodeDescription): void {
    const id = this.nodeIds.get(node.name)!
    if (node.kind === 'source') {
      for (const topic of node.topics)
        this.lines.push({ from: this.topic(topic, 'topic'), to: id, kind: 'flow' })
      if (node.pattern !== undefined)
        this.lines.push({ from: this.topic(node.pattern, 'chosen-topic'), to: id, kind: 'flow' })
    }
    if (node.kind === 'processor') {
      for (const store of node.stores)
        this.lines.push({ from: id, to: this.storeIds.get(store)!, kind: 'store' })
    }
    if (node.kind === 'sink') {
      const to =
        node.topic === undefined
          ? this.topic(node.topicExtractor ?? '', 'chosen-topic')
          : this.topic(node.topic, 'topic')
      this.lines.push({ from: id, to, kind: 'flow' })
      return
    }
    for (const successor of node.successors)
      this.lines.push({ from: id, to: this.nodeIds.get(successor)!, kind: 'flow' })
  }

  private topic(name: string, kind: 'topic' | 'chosen-topic'): string {
    const key = `${kind}:${name}`
    const before = this.topicIds.size
    const id = idOf(this.topicIds, key, 't')
    if (this.topicIds.size > before) this.topics.push({ id, kind, label: name })
    return id
  }
}

function idOf(ids: Map<string, string>, name: string, prefix: string): string {
  let id = ids.get(name)
  if (id === undefined) {
    id = `${prefix}${ids.size}`
    ids.set(name, id)
  }
  return id
}
