/**
 * Places the boxes of a directed graph in layers, top to bottom, and routes its lines: Sugiyama's method.
 *
 *     lines that close a circle are turned round → each box below all that lead to it → lines over several layers pass
 *     through points of their own → layers are put in order by the mean of the neighbours → coordinates
 *
 * Graphs here have tens of boxes. Libraries for it weigh more than all the rest of the core, and bring graph types of
 * their own; what they do better, crossings of hundreds of lines, a topology does not have.
 */

export interface Box {
  readonly id: string
  readonly width: number
  readonly height: number
}

export interface Arc {
  readonly from: string
  readonly to: string
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Layout {
  readonly width: number
  readonly height: number
  /** Top left corners. */
  readonly corners: ReadonlyMap<string, Point>
  /** For each arc, in their order, where it passes between its ends: from top to bottom, or reversed. */
  readonly bends: readonly (readonly Point[])[]
}

export interface Gaps {
  readonly column: number
  readonly row: number
}

/** A box, or a point that a line passes through. */
interface Cell {
  readonly box: Box | undefined
  readonly width: number
  readonly height: number
  readonly above: Cell[]
  readonly below: Cell[]
  /** Of its middle. */
  x: number
}

/** How often layers are put in order, down and up. */
const sweepCount = 8
const bendWidth = 8

export function layoutOf(boxes: readonly Box[], arcs: readonly Arc[], gaps: Gaps): Layout {
  const downward = withoutCircles(boxes, arcs)
  const layerOf = layersOf(boxes, downward)
  const { layers, bends } = cellsOf(boxes, downward, layerOf)
  orderLayers(layers)
  placeColumns(layers, gaps.column)
  return coordinates(layers, bends, arcs, downward, gaps.row)
}

/** The arcs, those that lead back to a box above them turned round. An arc from a box to itself leads nowhere. */
function withoutCircles(boxes: readonly Box[], arcs: readonly Arc[]): readonly Arc[] {
  const targets = new Map<string, string[]>(boxes.map(({ id }) => [id, []]))
  for (const { from, to } of arcs) targets.get(from)!.push(to)
  const finished = new Set<string>()
  const open = new Set<string>()
  const back = new Set<string>()
  const visit = (id: string): void => {
    open.add(id)
    for (const target of targets.get(id)!) {
      if (open.has(target)) back.add(`${id} ${target}`)
      else if (!finished.has(target)) visit(target)
    }
    open.delete(id)
    finished.add(id)
  }
  for (const { id } of boxes) if (!finished.has(id)) visit(id)
  return arcs.map(arc => (back.has(`${arc.from} ${arc.to}`) ? { from: arc.to, to: arc.from } : arc))
}

/** The length of the longest way to each box. */
function layersOf(boxes: readonly Box[], arcs: readonly Arc[]): ReadonlyMap<string, number> {
  const sources = new Map<string, string[]>(boxes.map(({ id }) => [id, []]))
  for (const { from, to } of arcs) if (from !== to) sources.get(to)!.push(from)
  const layers = new Map<string, number>()
  const visit = (id: string): number => {
    const known = layers.get(id)
    if (known !== undefined) return known
    const layer = Math.max(-1, ...sources.get(id)!.map(visit)) + 1
    layers.set(id, layer)
    return layer
  }
  for (const { id } of boxes) visit(id)
  return layers
}

function cellsOf(boxes: readonly Box[], arcs: readonly Arc[], layerOf: ReadonlyMap<string, number>) {
  const layers: Cell[][] = Array.from({ length: Math.max(0, ...layerOf.values()) + 1 }, () => [])
  const cells = new Map<string, Cell>()
  const add = (layer: number, box: Box | undefined): Cell => {
    const { width, height } = box ?? { width: bendWidth, height: 0 }
    const cell: Cell = { box, width, height, above: [], below: [], x: 0 }
    layers[layer]!.push(cell)
    return cell
  }
  for (const box of boxes) cells.set(box.id, add(layerOf.get(box.id)!, box))
  const bends = arcs.map(({ from, to }) => {
    const passed: Cell[] = []
    if (from === to) return passed
    let upper = cells.get(from)!
    for (let layer = layerOf.get(from)! + 1; layer <= layerOf.get(to)!; layer++) {
      const lower = layer === layerOf.get(to) ? cells.get(to)! : add(layer, undefined)
      upper.below.push(lower)
      lower.above.push(upper)
      if (lower.box === undefined) passed.push(lower)
      upper = lower
    }
    return passed
  })
  return { layers, bends }
}

/** Puts every cell where the mean of its neighbours is, layer by layer, which takes most crossings away. */
function orderLayers(layers: Cell[][]): void {
  const number = (layer: readonly Cell[]): void => layer.forEach((cell, index) => (cell.x = index))
  layers.forEach(number)
  for (let sweep = 0; sweep < sweepCount; sweep++) {
    const isDown = sweep % 2 === 0
    for (const layer of isDown ? layers : [...layers].reverse()) {
      const wanted = new Map(
        layer.map(cell => [cell, meanOf(isDown ? cell.above : cell.below) ?? cell.x] as const),
      )
      layer.sort((left, right) => wanted.get(left)! - wanted.get(right)!)
      number(layer)
    }
  }
}

/** Gives every cell its column: next to each other at first, then drawn towards their neighbours. */
function placeColumns(layers: readonly Cell[][], gap: number): void {
  for (const layer of layers) {
    let x = 0
    for (const cell of layer) {
      cell.x = x + cell.width / 2
      x += cell.width + gap
    }
  }
  for (let sweep = 0; sweep < sweepCount; sweep++) {
    const isDown = sweep % 2 === 0
    for (const layer of isDown ? layers : [...layers].reverse()) {
      const wanted = layer.map(cell => meanOf(isDown ? cell.above : cell.below) ?? cell.x)
      spread(layer, wanted, gap)
    }
  }
}

/** The places nearest to those wanted at which no two cells overlap: from the left and from the right, and between. */
function spread(layer: readonly Cell[], wanted: readonly number[], gap: number): void {
  const distance = (index: number): number => (layer[index - 1]!.width + layer[index]!.width) / 2 + gap
  const left = [...wanted]
  for (let index = 1; index < left.length; index++)
    left[index] = Math.max(left[index]!, left[index - 1]! + distance(index))
  const right = [...wanted]
  for (let index = right.length - 2; index >= 0; index--)
    right[index] = Math.min(right[index]!, right[index + 1]! - distance(index + 1))
  layer.forEach((cell, index) => (cell.x = (left[index]! + right[index]!) / 2))
}

function meanOf(cells: readonly Cell[]): number | undefined {
  if (cells.length === 0) return undefined
  return cells.reduce((sum, { x }) => sum + x, 0) / cells.length
}

function coordinates(
  layers: readonly (readonly Cell[])[],
  bends: readonly (readonly Cell[])[],
  arcs: readonly Arc[],
  downward: readonly Arc[],
  rowGap: number,
): Layout {
  const all = layers.flat()
  const first = Math.min(0, ...all.map(({ x, width }) => x - width / 2))
  const corners = new Map<string, Point>()
  const middles = new Map<Cell, Point>()
  let [y, width] = [0, 0]
  for (const layer of layers) {
    const height = Math.max(0, ...layer.map(cell => cell.height))
    for (const cell of layer) {
      const x = cell.x - first
      middles.set(cell, { x, y: y + height / 2 })
      width = Math.max(width, x + cell.width / 2)
      if (cell.box !== undefined)
        corners.set(cell.box.id, { x: x - cell.width / 2, y: y + (height - cell.height) / 2 })
    }
    y += height + rowGap
  }
  const points = bends.map((passed, index) => {
    const found = passed.map(cell => middles.get(cell)!)
    return downward[index] === arcs[index] ? found : found.reverse()
  })
  return { width, height: Math.max(0, y - rowGap), corners, bends: points }
}
