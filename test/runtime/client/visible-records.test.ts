/** Which records of a fetch answer may be seen (semantics G7). */
import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.ts'
import { writeTransactionMarker } from '../../../src/record/control-record.ts'
import { VisibleRecords, type AbortedTransaction } from '../../../runtime/client/visible-records.ts'
import { batch } from '../../broker/broker-fixture.ts'
import { text } from './client-fixture.ts'

/** Records of a producer; without one, not transactional. */
function records(baseOffset: number, values: readonly string[], producerId?: number): Uint8Array {
  return batch(
    values.map(value => [null, value] as const),
    producerId === undefined
      ? { baseOffset }
      : { baseOffset, producerId, producerEpoch: 0, baseSequence: 0, transactional: true },
  )
}

function marker(baseOffset: number, producerId: number, outcome: 'commit' | 'abort'): Uint8Array {
  return writeTransactionMarker({
    baseOffset,
    producerId,
    producerEpoch: 0,
    outcome,
    coordinatorEpoch: 0,
    timestamp: 1,
  })
}

function visible(
  parts: readonly Uint8Array[],
  aborted: readonly AbortedTransaction[] = [],
  fetchOffset = 0,
): [offset: number, value: string | null][] {
  const bytes = concatBytes(...parts)
  const seen = new VisibleRecords({ bytes, end: bytes.length, fetchOffset, aborted, place: 'orders-0' })
  return Array.from(seen, cursor => [cursor.offset, text(cursor.value())])
}

describe('visible records', () => {
  it('leave out what lies before the position in the first batch', () => {
    expect(visible([records(10, ['a', 'b', 'c'])], [], 11)).toEqual([
      [11, 'b'],
      [12, 'c'],
    ])
  })

  it('leave out markers, of committed transactions too', () => {
    expect(visible([records(0, ['a'], 1), marker(1, 1, 'commit'), records(2, ['b'])])).toEqual([
      [0, 'a'],
      [2, 'b'],
    ])
  })

  it('tell the producers apart when one aborts and another does not', () => {
    const log = [
      records(0, ['aborted'], 1),
      records(1, ['kept'], 2),
      records(2, ['aborted'], 1),
      marker(3, 1, 'abort'),
      records(4, ['kept'], 1),
      marker(5, 2, 'commit'),
      records(6, ['plain']),
    ]
    expect(visible(log, [{ producerId: 1, firstOffset: 0 }])).toEqual([
      [1, 'kept'],
      [4, 'kept'],
      [6, 'plain'],
    ])
  })

  it('leave out a transaction that began before this answer and goes on after it', () => {
    const log = [records(10, ['aborted'], 1), records(11, ['kept'], 2)]
    expect(visible(log, [{ producerId: 1, firstOffset: 3 }], 10)).toEqual([[11, 'kept']])
  })

  it('keep what a producer wrote before its aborted transaction, and know a second one', () => {
    const log = [
      records(0, ['kept'], 1),
      marker(1, 1, 'commit'),
      records(2, ['aborted'], 1),
      marker(3, 1, 'abort'),
      records(4, ['kept'], 1),
      marker(5, 1, 'commit'),
      records(6, ['aborted'], 1),
    ]
    // Brokers list them by where they end; here they come in neither order.
    const aborted = [
      { producerId: 1, firstOffset: 6 },
      { producerId: 1, firstOffset: 2 },
    ]
    expect(visible(log, aborted).map(([offset]) => offset)).toEqual([0, 4])
  })

  it('keep a plain record of a producer that aborts: it is in no transaction', () => {
    const plain = batch([[null, 'plain']], {
      baseOffset: 1,
      producerId: 1,
      producerEpoch: 0,
      baseSequence: 0,
    })
    expect(visible([records(0, ['aborted'], 1), plain], [{ producerId: 1, firstOffset: 0 }])).toEqual([
      [1, 'plain'],
    ])
  })

  it('are none where there is nothing, without an error', () => {
    expect(visible([])).toEqual([])
    expect(visible([marker(0, 1, 'abort')], [{ producerId: 1, firstOffset: 0 }])).toEqual([])
  })
})
