/** Views of a topology: read by the parsers of their formats, and complete whatever the names are. */
import { Graphviz } from '@hpcc-js/wasm-graphviz'
import { DOMParser, type Document } from '@xmldom/xmldom'
import { describe, expect, it } from 'vitest'
import { defineApp, int64, kvStore, string, Topology, topic, viewOf } from '../../../../src/index.ts'
import { descriptionOf, type TopologyDescription } from '../../../../src/topology/description.ts'
import { escapeXml } from '../../../../src/topology/views/svg.ts'

const text = { key: string(), value: string() }
const orders = topic('orders', text)
const customers = topic('customers', text)
const counts = topic('counts', { key: string(), value: int64() })
/** What would end a label, a tag or a line in one of the formats. */
const nasty = 'a"b\\]#`<x>&;|{}\' %% end --> é漢'

const description = defineApp({
  id: 'app',
  build(b) {
    const rates = b.globalTable(topic('rates', text), 'rates')
    const joined = b
      .stream(orders)
      .selectKey(order => order, { name: 'by-order' })
      .leftJoin(b.table(customers, 'customers'), (order, customer) => `${order}${customer}`)
    joined.to({ choose: () => 'x', ...text, describeAs: nasty })
    joined
      .groupByKey()
      .count('n')
      .toStream()
      .mapValues(count => BigInt(count))
      .to(counts)
    // Back to where it began: a circle through a topic.
    b.stream(counts)
      .process({
        stores: { rates, own: kvStore('own', text) },
        *process({ key }): Generator<{ key: string; value: string }, void, undefined> {
          yield { key, value: key }
        },
      })
      .to(orders)
  },
})
  .topology()
  .description()

/** Everything that a reader looks for in a picture. */
function labelsOf({ subtopologies }: TopologyDescription): string[] {
  const labels = new Set<string>()
  for (const { nodes, stores } of subtopologies) {
    for (const { name } of stores) labels.add(name)
    for (const node of nodes) {
      labels.add(node.name)
      if (node.kind === 'source') for (const each of node.topics) labels.add(each)
      if (node.kind === 'sink') labels.add(node.topic ?? node.topicExtractor!)
    }
  }
  return [...labels]
}

describe('a description (N10)', () => {
  it('tells nodes with their neighbours, and stores', () => {
    const part = description.subtopologies.find(({ isGlobal }) => !isGlobal)!
    expect(part.nodes.map(({ kind }) => kind)).toContain('sink')
    expect(description.subtopologies.flatMap(({ stores }) => stores)).toContainEqual({
      name: 'own',
      kind: 'key-value',
      restorable: true,
    })
    expect(description.subtopologies.filter(part => part.isGlobal)).toHaveLength(1)
  })

  it('has edges that fit from both ends', () => {
    for (const { nodes } of description.subtopologies) {
      const down = nodes.flatMap(node =>
        node.kind === 'sink' ? [] : node.successors.map(to => `${node.name} ${to}`),
      )
      const up = nodes.flatMap(node =>
        node.kind === 'source' ? [] : node.predecessors.map(from => `${from} ${node.name}`),
      )
      expect(down.sort()).toEqual(up.sort())
    }
  })

  it('is what JSON has', () => expect(JSON.parse(viewOf(description, 'json'))).toEqual(description))
})

describe('DOT', () => {
  it('is laid out by Graphviz, with a cluster for each sub-topology and every name', async () => {
    const graphviz = await Graphviz.load()
    const drawn = JSON.parse(graphviz.layout(viewOf(description, 'dot'), 'json', 'dot')) as {
      objects: { name: string; label?: string }[]
      edges: unknown[]
    }
    const clusters = drawn.objects.filter(({ name }) => name.startsWith('cluster_'))
    expect(clusters).toHaveLength(description.subtopologies.length)
    // Graphviz answers labels as they are written, escapes included.
    const labels = drawn.objects.map(({ label }) => label?.replaceAll('\\\\', '\\'))
    expect(labels).toEqual(expect.arrayContaining(labelsOf(description)))
  })
})

describe('SVG', () => {
  it('is XML, with every name as it is', () => {
    const document = xmlOf(viewOf(description, 'svg'))
    const texts = [...document.getElementsByTagName('text')].map(({ textContent }) => textContent)
    expect(texts).toEqual(expect.arrayContaining(labelsOf(description)))
  })

  it('has nothing that overlaps, and everything within its frame', () => {
    const document = xmlOf(viewOf(description, 'svg'))
    const root = document.documentElement!
    const frame = { width: Number(root.getAttribute('width')), height: Number(root.getAttribute('height')) }
    const panels = [...document.getElementsByTagName('rect')]
      .filter(rect => rect.getAttribute('class') === 'panel')
      .map(rect => {
        const [x, y, width, height] = ['x', 'y', 'width', 'height'].map(each =>
          Number(rect.getAttribute(each)),
        )
        return { left: x!, top: y!, right: x! + width!, bottom: y! + height! }
      })
    expect(panels).toHaveLength(description.subtopologies.length)
    for (const [index, a] of panels.entries()) {
      expect(a.left >= 0 && a.top >= 0 && a.right <= frame.width && a.bottom <= frame.height).toBe(true)
      for (const b of panels.slice(index + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top
        expect(apart).toBe(true)
      }
    }
  })

  it('is drawn for the least of topologies', () => {
    expect(xmlOf(viewOf({ subtopologies: [] }, 'svg')).documentElement!.tagName).toBe('svg')
  })

  it('has no character that XML does not know', () => {
    expect(escapeXml('<&>"\'\0\ud800')).toBe('&lt;&amp;&gt;&quot;&#39;\ufffd\ufffd')
  })
})

describe('Mermaid', () => {
  const lines = viewOf(description, 'mermaid').trimEnd().split('\n')

  it('has shapes, then lines between shapes that there are, and closed sub-topologies', () => {
    const shapes = new Set<string>()
    const label = /"(?:[\w .,:()[\]/=+-]|#\d+;)*"/.source
    const shape = new RegExp(
      `^ +([a-z]\\d+)(?:\\[/|\\{\\{|\\(\\[|\\[\\(|\\[)${label}(?:/\\]|\\}\\}|\\]\\)|\\)\\]|\\])$`,
    )
    let open = 0
    for (const line of lines.slice(1)) {
      const [, id] = shape.exec(line) ?? []
      const [, from, to] = /^ {2}(\w+) (?:-->|-\.-) (\w+)$/.exec(line) ?? []
      if (id !== undefined) shapes.add(id)
      else if (from !== undefined) expect([shapes.has(from), shapes.has(to!)]).toEqual([true, true])
      else if (line === '  end') open--
      else {
        expect(line).toMatch(new RegExp(`^ {2}subgraph c\\d+\\[${label}\\]$`))
        open++
      }
    }
    expect(lines[0]).toBe('flowchart TD')
    expect(open).toBe(0)
    expect(shapes.size).toBeGreaterThan(labelsOf(description).length / 2)
  })

  it('writes as codes what would end a label', () => {
    expect(lines.find(line => line.includes('{{'))).toContain('a#34;b#92;]#35;#96;#60;x#62;#38;')
  })
})

describe('a source of a pattern', () => {
  it('is drawn below what it matches', () => {
    const topology = new Topology().addSource('all', { topics: /orders-\d+|"x"/, ...text })
    const view = viewOf(topology.description(), 'mermaid')
    expect(view).toContain('t0{{"orders-#92;d+#124;#34;x#34;"}}')
    expect(view).toContain('t0 --> n0')
  })
})

describe('text', () => {
  it('is what describe() prints', () => {
    expect(viewOf(descriptionOf([]), 'text')).toBe('Topologies:\n ')
    expect(viewOf(description, 'text')).toContain(`Sink: `)
    expect(viewOf(description, 'text')).toContain(`(extractor class: ${nasty})`)
  })
})

function xmlOf(svg: string): Document {
  const refuse = (level: string, message: unknown): never => {
    throw new Error(`${level}: ${String(message)}`)
  }
  return new DOMParser({ onError: refuse }).parseFromString(svg, 'text/xml')
}
