/** Layouts in layers: below what leads there, without overlaps, circles and all. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layoutOf } from '../../../../src/topology/views/layers.ts'

const gaps = { column: 10, row: 20 }
const box = (id: string, width = 40, height = 20) => ({ id, width, height })

describe('layoutOf', () => {
  it('puts a box below all that lead to it, and bends lines that pass a layer', () => {
    const layout = layoutOf(
      ['a', 'b', 'c'].map(id => box(id)),
      [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'c' },
        { from: 'a', to: 'c' },
      ],
      gaps,
    )
    expect(['a', 'b', 'c'].map(id => layout.corners.get(id)!.y)).toEqual([0, 40, 80])
    expect(layout.bends.map(({ length }) => length)).toEqual([0, 0, 1])
    expect(layout.height).toBe(100)
  })

  it('takes circles, of one box too', () => {
    const arcs = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
      { from: 'a', to: 'a' },
    ]
    const { corners } = layoutOf([box('a'), box('b')], arcs, gaps)
    expect(corners.get('b')!.y).toBeGreaterThan(corners.get('a')!.y)
  })

  it('never lets boxes overlap or leave the frame', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const graph = fc.record({
      widths: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 7, maxLength: 7 }),
      arcs: fc.array(fc.record({ from: fc.constantFrom(...ids), to: fc.constantFrom(...ids) }), {
        maxLength: 15,
      }),
    })
    fc.assert(
      fc.property(graph, ({ widths, arcs }) => {
        const boxes = ids.map((id, index) => box(id, widths[index]))
        const { corners, width, height } = layoutOf(boxes, arcs, gaps)
        const areas = boxes.map(each => ({ ...each, ...corners.get(each.id)! }))
        for (const [index, a] of areas.entries()) {
          expect(a.x >= -1e-6 && a.x + a.width <= width + 1e-6 && a.y + a.height <= height).toBe(true)
          for (const b of areas.slice(index + 1)) {
            const sideBySide = a.x + a.width <= b.x + 1e-6 || b.x + b.width <= a.x + 1e-6
            expect(sideBySide || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true)
          }
        }
      }),
    )
  })
})
