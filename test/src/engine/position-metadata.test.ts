/** The metadata of committed offsets: what comes back of what was written, and of what others wrote. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodePositionMetadata, encodePositionMetadata } from '../../../src/engine/position-metadata.ts'

/** By test/golden/OffsetMetadata.java, which is Kafka's own code. */
const golden = JSON.parse(
  readFileSync(new URL('../../golden/offset-metadata.json', import.meta.url), 'utf8'),
) as readonly {
  readonly partitionTime: number
  readonly noted: readonly (readonly [string, number])[]
  readonly encoded: string
}[]

const nothing = { partitionTime: -1, noted: new Map() }

describe('position metadata', () => {
  it.each([
    ['nothing', nothing],
    ['a time alone', { partitionTime: 1_700_000_000_000, noted: new Map() }],
    ['notes alone', { partitionTime: -1, noted: new Map([['counts', 7]]) }],
    [
      'both',
      {
        partitionTime: 3,
        noted: new Map([
          ['a', 2 ** 45],
          ['zähler', 0],
        ]),
      },
    ],
  ])('is read as it was written: %s', (_what, metadata) => {
    expect(decodePositionMetadata(encodePositionMetadata(metadata))).toEqual(metadata)
  })

  it.each(golden.map(each => [each.partitionTime, each] as const))(
    'is what Kafka Streams writes, and reads it: %d',
    (_time, { partitionTime, noted, encoded }) => {
      const metadata = { partitionTime, noted: new Map(noted) }
      expect(encodePositionMetadata(metadata)).toBe(encoded)
      expect(decodePositionMetadata(encoded)).toEqual(metadata)
    },
  )

  it('has the bytes of Kafka Streams (P7)', () => {
    const text = encodePositionMetadata({ partitionTime: 1, noted: new Map([['s', 2]]) })
    expect(Array.from(atob(text), character => character.charCodeAt(0))).toEqual([
      2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 115, 0, 0, 0, 0, 0, 0, 0, 2,
    ])
  })

  it.each([undefined, null, '', 'of somebody else', btoa('short'), btoa('\u0009'.repeat(20))])(
    'is nothing where it is not ours: %j',
    text => {
      expect(decodePositionMetadata(text)).toEqual(nothing)
    },
  )

  it('takes notes that are cut short for none', () => {
    const bytes = atob(encodePositionMetadata({ partitionTime: 1, noted: new Map([['counts', 2]]) }))
    for (let length = 9; length < bytes.length; length++) {
      const cut = decodePositionMetadata(btoa(bytes.slice(0, length)))
      expect(cut).toEqual({ partitionTime: 1, noted: new Map() })
    }
  })
})
