/** The outlines of the shapes in a picture of a topology. */
import type { ShapeKind } from './graph.ts'

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** How far the lid of a cylinder bends, and the sides of slanted shapes lean. */
const [lid, slant] = [6, 10]

export function outlineOf(kind: ShapeKind, { x, y, width, height }: Area): string {
  const [right, bottom, middle] = [tidy(x + width), tidy(y + height), tidy(y + height / 2)]
  const attributes = `class="shape ${kind}"`
  switch (kind) {
    case 'topic':
      return `<path ${attributes} d="M${tidy(x + slant)} ${y}H${right}L${tidy(right - slant)} ${bottom}H${x}Z"/>`
    case 'chosen-topic':
      return `<path ${attributes} d="M${tidy(x + slant)} ${y}H${tidy(right - slant)}L${right} ${middle}L${tidy(right - slant)} ${bottom}H${tidy(x + slant)}L${x} ${middle}Z"/>`
    case 'store': {
      const [top, low, radius] = [tidy(y + lid), tidy(bottom - lid), tidy(width / 2)]
      const arc = `A${radius} ${lid} 0 0 `
      return `<path ${attributes} d="M${x} ${top}${arc}1 ${right} ${top}V${low}${arc}1 ${x} ${low}ZM${x} ${top}${arc}0 ${right} ${top}"/>`
    }
    default: {
      const corner = kind === 'processor' ? 2 : height / 2
      return `<rect ${attributes} x="${x}" y="${y}" width="${width}" height="${height}" rx="${corner}"/>`
    }
  }
}

/** Without the dust of floating point. */
function tidy(value: number): number {
  return Math.round(value * 10) / 10
}
