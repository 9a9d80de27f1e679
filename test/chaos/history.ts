/**
 * What writers sent and were told, what readers saw, and whether the two agree.
 *
 * Values name themselves. `plain`: the number of the record within its partition, from 0 on. `ledger`: the writer, the
 * number of its transaction, and the number of the record within it and its partition. So nothing has to be remembered
 * but how many were sent, and each rule is a walk over what the last reader saw.
 */

export const plainTopic = 'plain'
export const plainPartitions = 3
export const ledgerTopic = 'ledger'
export const ledgerPartitions = 2

/** `unknown`: the producer lost its broker while it asked. All of it may be there, or nothing. */
export type Outcome = 'committed' | 'aborted' | 'unknown'

export interface SentTransaction {
  readonly writer: string
  readonly number: number
  /** Records in each partition. */
  readonly counts: readonly number[]
  outcome: Outcome
}

/** One record that a reader saw. */
export interface SeenRecord {
  readonly offset: number
  readonly value: string
}

/** By topic and partition, `plain-0`. */
export type Seen = Map<string, SeenRecord[]>

/** Records of a partition of `plain` that were acknowledged together. */
export interface Acknowledged {
  readonly partition: number
  readonly firstNumber: number
  readonly baseOffset: number
  readonly count: number
}

export class History {
  /** How many records were appended to each partition of `plain`; the end of the run flushes them all. */
  readonly sent: number[] = Array.from({ length: plainPartitions }, () => 0)
  readonly acknowledged: Acknowledged[] = []
  readonly transactions: SentTransaction[] = []
  /** The number of the last transaction whose offset each writer's group has. */
  readonly committedOffsets = new Map<string, number>()
}

export interface Verdict {
  readonly plainRecords: number
  readonly transactions: Readonly<Record<Outcome, number>>
  /** What is wrong, in words; empty if all is well. */
  readonly anomalies: readonly string[]
}

/** Holds what was seen at the end, and by a reader all along, against what was sent. */
export function judge(history: History, last: Seen, along: Seen): Verdict {
  const anomalies = [
    ...plainAnomalies(history, last),
    ...ledgerAnomalies(history, last),
    ...readerAnomalies(last, along),
  ]
  const transactions = { committed: 0, aborted: 0, unknown: 0 }
  for (const { outcome } of history.transactions) transactions[outcome]++
  return { plainRecords: history.sent.reduce((sum, count) => sum + count, 0), transactions, anomalies }
}

/** Every record once, in order, where its acknowledgement said. */
function plainAnomalies({ sent, acknowledged }: History, last: Seen): string[] {
  const found: string[] = []
  for (const [partition, count] of sent.entries()) {
    const place = `${plainTopic}-${partition}`
    const records = last.get(place) ?? []
    const wrong = records.findIndex(({ value }, index) => value !== String(index))
    if (wrong >= 0)
      found.push(`${place}: record ${wrong} is ${records[wrong]!.value}: lost, repeated or out of order`)
    if (records.length !== count)
      found.push(`${place}: ${count} records were sent and ${records.length} are there`)
  }
  for (const { partition, firstNumber, baseOffset, count } of acknowledged) {
    const records = last.get(`${plainTopic}-${partition}`) ?? []
    // -1: the repetition of a batch whose place the broker did not remember.
    if (baseOffset < 0) continue
    for (let index = 0; index < count; index++) {
      const record = records[firstNumber + index]
      if (record?.offset === baseOffset + index) continue
      found.push(
        `${plainTopic}-${partition}: ${firstNumber + index} was acknowledged at ${baseOffset + index}, not there`,
      )
      break
    }
  }
  return found
}

/** Each transaction whole or not at all, as its writer was told, and those of a writer in order. */
function ledgerAnomalies({ transactions, committedOffsets }: History, last: Seen): string[] {
  const found: string[] = []
  const known = new Map(transactions.map(each => [`${each.writer} ${each.number}`, each]))
  const counts = new Map<string, number[]>()
  for (let partition = 0; partition < ledgerPartitions; partition++) {
    const place = `${ledgerTopic}-${partition}`
    const newest = new Map<string, number>()
    for (const { offset, value } of last.get(place) ?? []) {
      const [writer, number, index] = value.split(' ') as [string, string, string]
      const key = `${writer} ${number}`
      const perPartition = counts.get(key) ?? Array.from({ length: ledgerPartitions }, () => 0)
      counts.set(key, perPartition)
      const expected = perPartition[partition]!++
      if (Number(index) !== expected) found.push(`${place} offset ${offset}: "${value}" out of order`)
      if (Number(number) < (newest.get(writer) ?? 0))
        found.push(`${place} offset ${offset}: "${value}" is late`)
      newest.set(writer, Number(number))
      if (!known.has(key)) found.push(`${place} offset ${offset}: "${value}" was never sent`)
    }
  }
  const lastSeen = new Map<string, number>()
  for (const [key, transaction] of known) {
    const seen = counts.get(key)
    const whole = seen?.every((count, partition) => count === transaction.counts[partition]) ?? false
    const { outcome, writer, number } = transaction
    if (seen !== undefined && !whole)
      found.push(`transaction ${key} (${outcome}) is torn: ${seen.join(' + ')}`)
    if (outcome === 'committed' && seen === undefined)
      found.push(`transaction ${key} was committed and is lost`)
    if (outcome === 'aborted' && seen !== undefined) found.push(`transaction ${key} was aborted and is seen`)
    if (seen !== undefined) lastSeen.set(writer, number)
  }
  for (const [writer, number] of lastSeen) {
    const committed = committedOffsets.get(writer)
    if (committed !== number)
      found.push(`group of ${writer}: offset ${committed}, but its last transaction is ${number}`)
  }
  return found
}

/** Whoever read along saw the same records at the same offsets, and nothing besides. */
function readerAnomalies(last: Seen, along: Seen): string[] {
  const found: string[] = []
  for (const [place, records] of last) {
    const read = along.get(place) ?? []
    const wrong = records.findIndex(
      ({ offset, value }, index) => read[index]?.offset !== offset || read[index]?.value !== value,
    )
    if (wrong >= 0) {
      const [was, is] = [read[wrong], records[wrong]!]
      found.push(
        `${place}: a reader saw ${was?.value} at ${was?.offset} where ${is.value} is at ${is.offset}`,
      )
    }
    if (read.length !== records.length)
      found.push(`${place}: a reader saw ${read.length} of ${records.length} records`)
  }
  return found
}
