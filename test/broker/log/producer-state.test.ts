/** Idempotence, fencing and transactions on a partition (G10, G10b, G75, G76; reliability 3.1-3.3, 3.7). */
import { describe, expect, it } from 'vitest'
import { batchOf, openLog, recordsOf, type Bench } from './log-bench.ts'
import { refusalOf } from './refusals.ts'

interface Sent {
  readonly id?: number
  readonly epoch?: number
  readonly sequence: number
  readonly count?: number
  readonly transactional?: boolean
  readonly verified?: boolean
  readonly version?: number
}

function send(bench: Bench, sent: Sent) {
  const { id = 7, epoch = 0, sequence, count = 1, transactional = false, verified = true, version = 1 } = sent
  const values = Array.from({ length: count }, (_, index) => `${id}/${epoch}/${sequence + index}`)
  const batch = batchOf(values, {
    producerId: id,
    producerEpoch: epoch,
    baseSequence: sequence,
    transactional,
  })
  return bench.log.append(batch, {
    origin: 'client',
    nowMs: bench.nowMs,
    transactionVerified: verified,
    transactionVersion: version,
  })
}

function mark(
  bench: Bench,
  commit: boolean,
  options: { id?: number; epoch?: number; coordinator?: number; version?: number } = {},
) {
  return bench.log.appendMarker({
    producerId: options.id ?? 7,
    producerEpoch: options.epoch ?? 0,
    commit,
    coordinatorEpoch: options.coordinator ?? 0,
    nowMs: bench.nowMs,
    transactionVersion: options.version ?? 1,
  })
}

/** What a read_committed consumer that honours the aborted list sees. */
function committed(bench: Bench, from = 0): readonly (string | null)[] {
  const seen: (string | null)[] = []
  for (let offset = from; ;) {
    const read = bench.log.read({ offset, maxBytes: 300, isolation: 'read_committed' })
    const records = recordsOf(read.records)
    if (records.length === 0) return seen
    for (const record of records) {
      const aborted = read.abortedTransactions!.some(
        each =>
          each.producerId === record.producerId &&
          each.firstOffset <= record.offset &&
          record.offset <= each.lastOffset,
      )
      if (record.offset >= offset && !record.control && !aborted) seen.push(record.value)
    }
    offset = records.at(-1)!.offset + 1
  }
}

describe('idempotence', () => {
  it('answers the original offset for each of the last five batches, and stores nothing', () => {
    const bench = openLog()
    for (let sequence = 0; sequence < 6; sequence++) send(bench, { sequence: sequence * 2, count: 2 })
    for (let sequence = 1; sequence < 6; sequence++) {
      const again = send(bench, { sequence: sequence * 2, count: 2 })
      expect([again.baseOffset, again.lastOffset, again.duplicate]).toEqual([
        sequence * 2,
        sequence * 2 + 1,
        true,
      ])
    }
    expect(refusalOf(() => send(bench, { sequence: 0, count: 2 }))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    expect(bench.log.logEndOffset).toBe(12)
  })

  it('refuses a gap, a step back and a batch that only overlaps', () => {
    const bench = openLog()
    send(bench, { sequence: 0, count: 3 })
    for (const [sequence, count] of [
      [4, 1],
      [2, 1],
      [0, 2],
      [1, 3],
    ] as const) {
      expect(refusalOf(() => send(bench, { sequence, count }))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    }
    expect(send(bench, { sequence: 3 }).baseOffset).toBe(3)
  })

  it('takes any first sequence of a producer it does not know', () => {
    expect(send(openLog(), { sequence: 41 }).baseOffset).toBe(0)
  })

  it('but a transaction with an epoch of its own must start at 0', () => {
    const act = () => send(openLog(), { sequence: 41, transactional: true, version: 2 })
    expect(refusalOf(act)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
  })

  it('wraps sequences from 2^31-1 to 0', () => {
    const bench = openLog()
    send(bench, { sequence: 2 ** 31 - 2, count: 3 })
    expect(send(bench, { sequence: 1 }).baseOffset).toBe(3)
    expect(send(bench, { sequence: 2 ** 31 - 2, count: 3 }).duplicate).toBe(true)
  })

  it('starts a new epoch at 0 and fences the old one', () => {
    const bench = openLog()
    send(bench, { sequence: 0 })
    expect(refusalOf(() => send(bench, { epoch: 1, sequence: 1 }))).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
    send(bench, { epoch: 1, sequence: 0 })
    expect(refusalOf(() => send(bench, { sequence: 1 }))).toBe('INVALID_PRODUCER_EPOCH')
  })

  it('forgets producers that were idle too long, by the wall clock and not by their records', () => {
    const bench = openLog({ open: { producerIdExpirationMs: 1000 } })
    send(bench, { sequence: 0 })
    bench.log.maintain(bench.nowMs + 999)
    expect(bench.log.activeProducers().length).toBe(1)
    bench.log.maintain(bench.nowMs + 1000)
    expect(bench.log.activeProducers().length).toBe(0)
  })

  it.each([true, false])('knows a retry again after a restart (clean: %s)', clean => {
    const bench = openLog({ config: { segmentBytes: 300 } })
    for (let sequence = 0; sequence < 9; sequence++) send(bench, { sequence })
    if (clean) bench.log.close({ clean })
    else bench.files.crash('kept')
    bench.reopen({ cleanStop: clean })
    for (let sequence = 4; sequence < 9; sequence++) {
      expect(send(bench, { sequence }).baseOffset).toBe(sequence)
    }
    expect(send(bench, { sequence: 9 }).baseOffset).toBe(9)
  })
})

describe('transactions', () => {
  it('hides an open transaction and what follows it from readers of committed records', () => {
    const bench = openLog()
    send(bench, { id: 1, sequence: 0 })
    send(bench, { id: 7, sequence: 0, transactional: true })
    send(bench, { id: 1, sequence: 1 })
    expect([bench.log.lastStableOffset, bench.log.highWatermark]).toEqual([1, 3])
    expect(committed(bench)).toEqual(['1/0/0'])
    mark(bench, true)
    expect(bench.log.lastStableOffset).toBe(4)
    expect(committed(bench)).toEqual(['1/0/0', '7/0/0', '1/0/1'])
  })

  it('tells which transactions were aborted, wherever a reader starts', () => {
    const bench = openLog({ tail: false, config: { segmentBytes: 400, indexIntervalBytes: 100 } })
    let sequence = 0
    for (let round = 0; round < 12; round++) {
      send(bench, { id: 7, sequence: sequence++, transactional: true })
      send(bench, { id: 8, sequence: round, transactional: true })
      send(bench, { id: 7, sequence: sequence++, transactional: true })
      mark(bench, round % 3 === 0, { id: 7 })
      mark(bench, round % 2 === 0, { id: 8 })
    }
    const expected = Array.from({ length: 12 }, (_, round) => [
      ...(round % 3 === 0 ? [`7/0/${round * 2}`] : []),
      ...(round % 2 === 0 ? [`8/0/${round}`] : []),
      ...(round % 3 === 0 ? [`7/0/${round * 2 + 1}`] : []),
    ])
    for (let from = 0; from < bench.log.logEndOffset; from++) {
      const rest = committed(bench, from)
      expect(expected.flat().slice(-rest.length || Infinity)).toEqual(rest)
    }
    expect(committed(bench)).toEqual(expected.flat())
  })

  it('keeps what a crash must not bring to light: aborted stays aborted, open stays open (reliability 3.2)', () => {
    for (const clean of [true, false]) {
      const bench = openLog({ config: { segmentBytes: 300 } })
      send(bench, { id: 7, sequence: 0, transactional: true })
      for (let sequence = 0; sequence < 6; sequence++) send(bench, { id: 1, sequence })
      send(bench, { id: 8, sequence: 0, transactional: true })
      mark(bench, false)
      const before = [bench.log.lastStableOffset, ...committed(bench)]
      if (clean) bench.log.close({ clean })
      else bench.files.crash('kept')
      bench.reopen({ cleanStop: clean })
      expect([bench.log.lastStableOffset, ...committed(bench)]).toEqual(before)
      mark(bench, true, { id: 8 })
      expect(committed(bench).at(-1)).toBe('8/0/0')
    }
  })

  it('refuses a transactional batch that the coordinator does not vouch for, but tells a fenced producer that it is fenced', () => {
    const bench = openLog()
    const unverified = { transactional: true, verified: false }
    expect(refusalOf(() => send(bench, { sequence: 0, ...unverified }))).toBe('INVALID_TXN_STATE')
    send(bench, { sequence: 0, transactional: true })
    expect(send(bench, { sequence: 1, ...unverified }).baseOffset).toBe(1)
    mark(bench, false, { epoch: 1 })
    expect(refusalOf(() => send(bench, { sequence: 2, ...unverified }))).toBe('INVALID_PRODUCER_EPOCH')
  })

  it('refuses a plain batch of a producer whose transaction is open', () => {
    const bench = openLog()
    send(bench, { sequence: 0, transactional: true })
    expect(refusalOf(() => send(bench, { sequence: 1 }))).toBe('INVALID_TXN_STATE')
  })

  it('continues the sequence after a marker of the same epoch, and starts anew after one that bumps it', () => {
    const bench = openLog()
    send(bench, { sequence: 0, transactional: true })
    mark(bench, true)
    send(bench, { sequence: 1, transactional: true })
    mark(bench, true, { epoch: 1 })
    expect(refusalOf(() => send(bench, { epoch: 1, sequence: 2, transactional: true }))).toBe(
      'OUT_OF_ORDER_SEQUENCE_NUMBER',
    )
    send(bench, { epoch: 1, sequence: 0, transactional: true })
  })

  it.each([
    ['TV1: an older epoch', { version: 1, epoch: 0, open: true }, 'INVALID_PRODUCER_EPOCH'],
    ['TV1: the same epoch', { version: 1, epoch: 1, open: true }, undefined],
    [
      'TV2: the same epoch while the transaction is open',
      { version: 2, epoch: 1, open: true },
      'INVALID_PRODUCER_EPOCH',
    ],
    ['TV2: the next epoch', { version: 2, epoch: 2, open: true }, undefined],
    ['TV2: the same epoch as a retry (KAFKA-19999)', { version: 2, epoch: 1, open: false }, undefined],
    [
      'an older coordinator',
      { version: 1, epoch: 1, open: true, coordinator: 3 },
      'TRANSACTION_COORDINATOR_FENCED',
    ],
  ] as const)('a marker with %s', (_what, given, refusal) => {
    const { version, epoch, open, coordinator } = { coordinator: 4, ...given }
    const bench = openLog()
    send(bench, { epoch: 1, sequence: 0, transactional: true })
    mark(bench, true, { epoch: 1, coordinator: 4 })
    if (open) send(bench, { epoch: 1, sequence: 1, transactional: true })
    const end = bench.log.logEndOffset
    expect(refusalOf(() => mark(bench, true, { version, epoch, coordinator }))).toBe(refusal)
    expect(bench.log.logEndOffset).toBe(refusal === undefined ? end + 1 : end)
  })

  it('a marker with the last epoch of all, in which no transaction should be, ends one', () => {
    const bench = openLog()
    send(bench, { epoch: 32_767, sequence: 0, transactional: true })
    mark(bench, false, { epoch: 32_767, version: 2 })
    expect(bench.log.lastStableOffset).toBe(bench.log.logEndOffset)
  })
})

it('outlives the records that it came from, after two kills with a loss of power before them', () => {
  const bench = openLog({ config: { segmentBytes: 300, fileDeleteDelayMs: 0 } })
  send(bench, { sequence: 0, transactional: true })
  for (let sequence = 0; sequence < 12; sequence++) send(bench, { id: 9, sequence })
  mark(bench, true)
  for (let sequence = 12; sequence < 24; sequence++) send(bench, { id: 9, sequence })
  bench.files.crash('kept')
  // Everything is read again.
  const all = bench.reopen({ recoveryPoint: 0 }).recovery.scannedBytes
  expect(all).toBe(bench.log.sizeInBytes)
  const { segments } = bench.log.store
  const before = segments.all.findLast(({ baseOffset }) => baseOffset <= 13)!
  bench.log.deleteRecordsBefore(before.baseOffset)
  bench.log.maintain(bench.nowMs)
  bench.log.maintain(bench.nowMs)
  expect(segments.first).toBe(before)
  bench.files.crash('kept')
  bench.reopen({ recoveryPoint: 0, writesKept: true, logStartOffset: before.baseOffset })
  // And now no more than the last segment.
  expect(bench.log.recovery.scannedBytes).toBe(bench.log.store.segments.active.sizeInBytes)
  expect(send(bench, { sequence: 0, transactional: true })).toMatchObject({ duplicate: true, baseOffset: 0 })
  expect(send(bench, { sequence: 1, transactional: true }).baseOffset).toBe(26)
})
