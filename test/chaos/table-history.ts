/**
 * What transactions wrote to compacted tables, and what readers of these may find.
 *
 * Each key has one writer, which numbers its transactions, and what it wrote last wins. Every transaction also wrote its
 * number to a ledger that keeps everything: so what became of one that was never answered is known in the end.
 */

/** What is only compacted, and what loses its old records besides. */
export const tables = ['table', 'recent'] as const
export const ledger = 'ledger'
export const tablePartitions = tables.flatMap(topic => [0, 1].map(partition => ({ topic, partition })))
export const ledgerPartitions = [{ topic: ledger, partition: 0 }]
export const retentionMs = 4000
export const tombstoneMs = 6000

/** Writer, transaction, index of the record in it. */
export type Origin = readonly [writer: string, number: number, index: number]

export interface Write {
  /** Topic, partition and key. */
  readonly place: string
  readonly origin: Origin
  readonly isTombstone: boolean
}

export interface Attempt {
  readonly writer: string
  readonly number: number
  readonly writes: readonly Write[]
  readonly beganMs: number
  outcome: 'committed' | 'aborted' | 'unknown'
}

export interface Found extends Omit<Write, 'place'> {
  readonly offset: number
}

/** What a reader has found of each place, in order. */
export type Reading = Map<string, Found[]>

/** Not of a transaction: it only makes the broker seal a segment. */
export const filler = 'last'

/** What a reader from the start found in the middle of it all, against what was known before it began. */
export function judgeMeanwhile(
  reading: Reading,
  known: {
    readonly attempts: readonly Attempt[]
    /** Transactions that had been committed when it began. */
    readonly before: readonly Attempt[]
    readonly tookMs: number
  },
): readonly string[] {
  const { attempts, before, tookMs } = known
  const aborted = new Set(attempts.filter(({ outcome }) => outcome === 'aborted').map(idOf))
  const anomalies = [...inOrder(reading), ...foreign(reading, id => !aborted.has(id))]
  for (const [place, { origin, isTombstone }] of lastWrites(before)) {
    if (place.startsWith('recent')) continue
    const last = reading.get(place)?.at(-1)
    const [, number] = origin
    // What overwrote it may lie beyond where this reader stopped, and have had it compacted away before the reader came.
    const isOverwritten = attempts.some(
      ({ outcome, writes }) =>
        outcome !== 'aborted' && writes.some(each => each.place === place && isBefore(origin, each.origin)),
    )
    // A tombstone does not wait for a slow reader.
    const mayBeGone = isOverwritten || (isTombstone && (last === undefined || tookMs > tombstoneMs / 2))
    if ((last === undefined || last.origin[1] < number) && !mayBeGone)
      anomalies.push(
        `${place}: ${told(origin, isTombstone)} was committed, a reader has ${last && told(last.origin, last.isTombstone)}`,
      )
  }
  return anomalies
}

export interface End {
  readonly attempts: readonly Attempt[]
  /** What is left. */
  readonly last: Reading
  /** What one found who read along. */
  readonly followed: Reading
  /** Transactions in the ledger. */
  readonly ledger: readonly string[]
  readonly nowMs: number
}

export interface EndVerdict {
  readonly anomalies: readonly string[]
  /** Records of committed transactions. */
  readonly written: number
  /** By place, what a reader of `table` must end with. */
  readonly expected: ReadonlyMap<string, Write>
}

export function judgeEnd({ attempts, last, followed, ledger: ids, nowMs }: End): EndVerdict {
  const known = new Set(ids)
  const anomalies = [...inOrder(last), ...inOrder(followed)]
  if (known.size !== ids.length) anomalies.push('a transaction is in the ledger twice')
  for (const attempt of attempts) {
    const isThere = known.has(idOf(attempt))
    if (attempt.outcome === 'committed' && !isThere)
      anomalies.push(`${idOf(attempt)} was committed and is lost`)
    if (attempt.outcome === 'aborted' && isThere) anomalies.push(`${idOf(attempt)} was aborted and is there`)
  }
  const took = attempts.filter(attempt => known.has(idOf(attempt)))
  for (const reading of [last, followed]) anomalies.push(...foreign(reading, id => known.has(id)))
  const expected = lastWrites(took)
  for (const [place, { origin, isTombstone, beganMs }] of expected) {
    const mayBeGone = isTombstone || (place.startsWith('recent') && nowMs - beganMs > retentionMs)
    for (const [who, reading] of Object.entries({ left: last, followed })) {
      const found = reading.get(place)?.at(-1)
      // Who was held up for longer than tombstones and old records last has not heard of them.
      if (who === 'followed' && mayBeGone) continue
      if (found === undefined ? !mayBeGone : !isSame(found.origin, origin)) {
        const is = found && told(found.origin, found.isTombstone)
        anomalies.push(`${place}: ${who} ${is} instead of ${told(origin, isTombstone)}`)
      }
    }
  }
  return { anomalies, written: took.reduce((sum, { writes }) => sum + writes.length, 0), expected }
}

/** Whether every key is left once, the fillers aside. */
export function isCompacted(reading: Reading): boolean {
  return [...reading].every(([place, found]) => place.endsWith(` ${filler}`) || found.length === 1)
}

function idOf({ writer, number }: Pick<Attempt, 'writer' | 'number'>): string {
  return `${writer} ${number}`
}

function told([writer, number, index]: Origin, isTombstone: boolean): string {
  return `${writer} ${number} ${index}${isTombstone ? ' (a tombstone)' : ''}`
}

function isSame(one: Origin, other: Origin): boolean {
  return one.join(' ') === other.join(' ')
}

function isBefore([, number, index]: Origin, [, otherNumber, otherIndex]: Origin): boolean {
  return number < otherNumber || (number === otherNumber && index < otherIndex)
}

function lastWrites(attempts: readonly Attempt[]): Map<string, Write & { readonly beganMs: number }> {
  const last = new Map<string, Write & { readonly beganMs: number }>()
  for (const { writes, beganMs } of attempts) {
    for (const write of writes) last.set(write.place, { ...write, beganMs })
  }
  return last
}

/** Offsets and what was written must both ascend. */
function inOrder(reading: Reading): string[] {
  const anomalies: string[] = []
  for (const [place, found] of reading) {
    for (const [index, { offset, origin, isTombstone }] of found.entries()) {
      const before = found[index - 1]
      if (before !== undefined && (before.offset >= offset || !isBefore(before.origin, origin)))
        anomalies.push(`${place}: ${told(origin, isTombstone)} after ${told(before.origin, false)}`)
    }
  }
  return anomalies
}

/** What is of transactions that it must not be of. */
function foreign(reading: Reading, mayBeSeen: (id: string) => boolean): string[] {
  const anomalies: string[] = []
  for (const [place, found] of reading) {
    for (const { origin, isTombstone } of found) {
      const [writer, number] = origin
      if (writer !== filler && !mayBeSeen(idOf({ writer, number })))
        anomalies.push(`${place}: ${told(origin, isTombstone)} is not to be seen`)
    }
  }
  return anomalies
}
