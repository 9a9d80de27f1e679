/**
 * A topology as an SVG picture, complete in itself: for pages and documents, drawn without a browser.
 *
 * Each sub-topology is laid out on its own and becomes one box; those boxes and the topics between them are then laid out
 * like any other. The colours follow the reader's light or dark scheme.
 */
import { graphOf, type Line, type Shape, type ShapeKind, type TopologyGraph } from './graph.ts'
import { layoutOf, type Arc, type Box, type Layout, type Point } from './layers.ts'
import { outlineOf } from './outlines.ts'
import type { TopologyDescription } from '../description.ts'

/** A shape with its place in the picture. */
interface Placed {
  readonly shape: Shape
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface Panel {
  readonly id: string
  readonly label: string
  readonly shapes: readonly Shape[]
  readonly arcs: readonly (Arc & { readonly line: Line })[]
  readonly layout: Layout
}

const characterWidth = 7.3
const margin = 16
const panelPadding = 16
const panelTitle = 24
const gaps = { column: 24, row: 40 }

const style = [
  'text{font:12px ui-monospace,monospace;fill:#202124;text-anchor:middle;dominant-baseline:central}',
  '.title{text-anchor:start;fill:#5f6368}',
  '.panel{fill:#f8f9fa;stroke:#dadce0}',
  '.line{fill:none;stroke:#5f6368}.store-line{stroke-dasharray:4 3}.arrow{fill:#5f6368}',
  '.shape{stroke:#5f6368}.topic,.chosen-topic{fill:#e8f0fe}.source{fill:#e6f4ea}.processor{fill:#fff}',
  '.sink{fill:#fce8e6}.store{fill:#fef7e0}',
  '@media(prefers-color-scheme:dark){text{fill:#e8eaed}.title{fill:#9aa0a6}.panel{fill:#292a2d;stroke:#5f6368}',
  '.line{stroke:#9aa0a6}.arrow{fill:#9aa0a6}.shape{stroke:#9aa0a6}.topic,.chosen-topic{fill:#1a3a6b}',
  '.source{fill:#1e4620}.processor{fill:#3c4043}.sink{fill:#5c2b29}.store{fill:#5c4813}}',
].join('')

export function svgOf(description: TopologyDescription): string {
  const graph = graphOf(description)
  const panels = graph.clusters.map(cluster => panelOf(cluster, graph.lines))
  const inPanel = new Map(panels.flatMap(({ id, shapes }) => shapes.map(shape => [shape.id, id] as const)))
  const ownerOf = (id: string): string => inPanel.get(id) ?? id
  const between = graph.lines.filter(({ from, to }) => ownerOf(from) !== ownerOf(to))
  const outer = layoutOf(
    [...graph.topics.map(boxOf), ...panels.map(panelBox)],
    between.map(({ from, to }) => ({ from: ownerOf(from), to: ownerOf(to) })),
    gaps,
  )
  const places = placesOf(graph, panels, outer)
  const paths = [
    ...panels.flatMap(panel => innerPaths(panel, outer, places)),
    ...between.map((line, index) => pathOf(line, outer.bends[index]!, places)),
  ]
  const [width, height] = [outer.width + 2 * margin, outer.height + 2 * margin].map(Math.ceil)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>Topology</title>',
    `<style>${style}</style>`,
    '<defs><marker id="arrow" class="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
    ...panels.map(panel => drawPanel(panel, outer)),
    ...paths,
    ...[...places.values()].map(drawShape),
    '</svg>',
    '',
  ].join('\n')
}

function panelOf(cluster: TopologyGraph['clusters'][number], lines: readonly Line[]): Panel {
  const own = new Set(cluster.shapes.map(({ id }) => id))
  const inner = lines.filter(({ from, to }) => own.has(from) && own.has(to))
  const arcs = inner.map(line => ({ from: line.from, to: line.to, line }))
  return { ...cluster, arcs, layout: layoutOf(cluster.shapes.map(boxOf), arcs, gaps) }
}

function panelBox({ id, label, layout }: Panel): Box {
  const width = Math.max(layout.width, textWidth(label)) + 2 * panelPadding
  return { id, width, height: layout.height + 2 * panelPadding + panelTitle }
}

function boxOf({ id, kind, label }: Shape): Box {
  return { id, width: Math.max(64, textWidth(label) + 28), height: kind === 'store' ? 44 : 32 }
}

function textWidth(text: string): number {
  let width = 0
  // Characters of East Asia are twice as wide.
  for (const character of text) width += character.codePointAt(0)! >= 0x2e80 ? 2 : 1
  return width * characterWidth
}

function placesOf(
  graph: TopologyGraph,
  panels: readonly Panel[],
  outer: Layout,
): ReadonlyMap<string, Placed> {
  const places = new Map<string, Placed>()
  const place = (shape: Shape, { x, y }: Point): void => {
    const { width, height } = boxOf(shape)
    places.set(shape.id, { shape, x, y, width, height })
  }
  for (const topic of graph.topics) place(topic, moved(outer.corners.get(topic.id)!, margin, margin))
  for (const panel of panels) {
    const origin = originOf(panel, outer)
    for (const shape of panel.shapes)
      place(shape, moved(panel.layout.corners.get(shape.id)!, origin.x, origin.y))
  }
  return places
}

/** Where the layout of a panel begins in the picture. */
function originOf({ id }: Panel, outer: Layout): Point {
  return moved(outer.corners.get(id)!, margin + panelPadding, margin + panelPadding + panelTitle)
}

function innerPaths(panel: Panel, outer: Layout, places: ReadonlyMap<string, Placed>): readonly string[] {
  const { x, y } = originOf(panel, outer)
  return panel.arcs.map(({ line }, index) => {
    const bends = panel.layout.bends[index]!.map(bend => moved(bend, x - margin, y - margin))
    return pathOf(line, bends, places)
  })
}

/** A line from edge to edge, through bends that are relative to the margin. */
function pathOf(
  { from, to, kind }: Line,
  bends: readonly Point[],
  places: ReadonlyMap<string, Placed>,
): string {
  const [start, end] = [places.get(from)!, places.get(to)!]
  const isDown = start.y <= end.y
  const points = [
    anchorOf(start, isDown),
    ...bends.map(bend => moved(bend, margin, margin)),
    anchorOf(end, !isDown),
  ]
  let path = `M${round(points[0]!.x)} ${round(points[0]!.y)}`
  for (let index = 1; index < points.length; index++) {
    const [before, point] = [points[index - 1]!, points[index]!]
    const middle = round((before.y + point.y) / 2)
    path += `C${round(before.x)} ${middle} ${round(point.x)} ${middle} ${round(point.x)} ${round(point.y)}`
  }
  return kind === 'store'
    ? `<path class="line store-line" d="${path}"/>`
    : `<path class="line" marker-end="url(#arrow)" d="${path}"/>`
}

function anchorOf({ x, y, width, height }: Placed, isBottom: boolean): Point {
  return { x: x + width / 2, y: isBottom ? y + height : y }
}

function drawPanel(panel: Panel, outer: Layout): string {
  const { x, y } = moved(outer.corners.get(panel.id)!, margin, margin)
  const { width, height } = panelBox(panel)
  const title = `<text class="title" x="${round(x + panelPadding)}" y="${round(y + panelPadding)}">${escapeXml(panel.label)}</text>`
  return `<rect class="panel" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="8"/>${title}`
}

const meanings: Readonly<Record<ShapeKind, string>> = {
  topic: 'Topic',
  'chosen-topic': 'Topics chosen by',
  source: 'Source',
  processor: 'Processor',
  sink: 'Sink',
  store: 'Store',
}

function drawShape({ shape, x, y, width, height }: Placed): string {
  const { kind, label } = shape
  const outline = outlineOf(kind, { x: round(x), y: round(y), width: round(width), height })
  const text = `<text x="${round(x + width / 2)}" y="${round(y + height / 2 + (kind === 'store' ? 4 : 0))}">${escapeXml(label)}</text>`
  return `<g><title>${escapeXml(`${meanings[kind]} ${label}`)}</title>${outline}${text}</g>`
}

function moved(point: Point, x: number, y: number): Point {
  return { x: point.x + x, y: point.y + y }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for XML; characters that XML does not know, such as most control characters, become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, character => entities[character]!)
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
}
