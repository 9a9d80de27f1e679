/**
 * `millrace topic produce`: writes lines of the standard input, or of a file, to a topic as records.
 *
 * Ends when the input does and everything is acknowledged. With `--txn` all of it is one transaction: committed at the end of
 * the input, aborted if anything goes wrong or the command is interrupted. Without, an interrupted command sends what it has
 * read.
 */
import { createReadStream } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Header } from '../../../src/record/record.ts'
import { codecIdOfName, type CodecName } from '../../../src/record/compression.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { Partitioner } from '../../client/partitioner.ts'
import { Producer } from '../../client/producer.ts'
import type { ClusterFlags } from '../declarations/cluster-flags.ts'
import { durationOf, integerOf, invalid, pairOf } from '../invalid.ts'
import { int64Text, pairs } from '../output/view.ts'
import { linesOf } from '../records/input-lines.ts'
import { recordOf, type InputForms, type InputRecord } from '../records/input-record.ts'
import { bytesOf } from '../records/payload.ts'
import type { PayloadForm } from '../records/payload-forms.ts'
import { withCluster, type Session } from '../session.ts'
import { untilInterrupted } from '../signals.ts'

/** The parsed flags. */
export interface ProduceFlags extends ClusterFlags {
  readonly file?: string
  readonly input?: 'lines' | 'ndjson'
  readonly recordKey?: string
  readonly keyDelimiter?: string
  readonly header?: readonly string[]
  readonly null?: boolean
  readonly partition?: string
  readonly key?: PayloadForm
  readonly value?: PayloadForm
  readonly compression?: string
  readonly rate?: string
  readonly txn?: string
}

interface Production {
  readonly topic: string
  readonly forms: InputForms
  readonly key: Uint8Array | null
  readonly headers: readonly Header[]
  readonly partition: number | undefined
  /** Records a second; `undefined` for as fast as it goes. */
  readonly rate: number | undefined
  readonly transactionalId: string | undefined
  readonly compression: CodecName | undefined
  readonly file: string | undefined
  /** How long a record may be on its way; `undefined`: as the producer has it. */
  readonly timeoutMs: number | undefined
}

export async function topicProduceCommand(topic: string, flags: ProduceFlags): Promise<void> {
  const production = productionOf(topic, flags)
  await withCluster(flags, session => produce(session, production))
}

function productionOf(topic: string, flags: ProduceFlags): Production {
  const { file, compression, recordKey, keyDelimiter } = flags
  const keyForm = flags.key ?? 'string'
  if (recordKey !== undefined && keyDelimiter !== undefined) {
    throw invalid(
      '--record-key is one key for all records, --key-delimiter one in each line: give one of them',
    )
  }
  if (compression !== undefined && codecIdOfName(compression) === undefined) {
    throw invalid(`--compression must be none, gzip, snappy, lz4 or zstd, not ${JSON.stringify(compression)}`)
  }
  return {
    topic,
    file: file === '-' ? undefined : file,
    forms: {
      input: flags.input ?? (/\.(ndjson|jsonl)$/.test(file ?? '') ? 'ndjson' : 'lines'),
      key: keyForm,
      value: flags.value ?? 'string',
      delimiter: keyDelimiter,
      emptyIsNull: flags.null === true,
    },
    key: recordKey === undefined ? null : bytesOf(recordKey, keyForm, '--record-key'),
    headers: (flags.header ?? []).map(text => {
      const [key, value] = pairOf(text, '--header')
      return { key, value: utf8Bytes(value) }
    }),
    partition: flags.partition === undefined ? undefined : integerOf(flags.partition, '--partition', 0),
    rate: flags.rate === undefined ? undefined : integerOf(flags.rate, '--rate', 1),
    transactionalId: flags.txn,
    timeoutMs: flags.timeout === undefined ? undefined : durationOf(flags.timeout, '--timeout'),
    compression: compression as CodecName | undefined,
  }
}

/** What became of the records. */
interface Written {
  records: number
  readonly partitions: Map<number, { first: number; records: number }>
}

async function produce(session: Session, production: Production): Promise<void> {
  const { topic, transactionalId, compression } = production
  const [found] = await session.topics([topic])
  const count = found!.partitions.length
  const written: Written = { records: 0, partitions: new Map() }
  const producer = new Producer({
    ...(production.timeoutMs !== undefined && { deliveryTimeoutMs: production.timeoutMs }),
    ...session.settings.properties.producer,
    cluster: session.cluster,
    transactionalId,
    ...(compression !== undefined && { compression }),
    onBatchAcked: (_topic, partition, baseOffset, recordCount) =>
      acknowledged(written, partition, { baseOffset, recordCount }),
  })
  let outcome: 'done' | 'interrupted' | 'failed' = 'failed'
  const send = () => sendAll(session, producer, { production, count, written })
  try {
    if (transactionalId === undefined) {
      const sent = await send()
      await producer.flush()
      outcome = sent
    } else outcome = await inTransaction(producer, send)
  } finally {
    await producer.close()
    const records = outcome === 'failed' ? acknowledgedCount(written) : written.records
    if (transactionalId === undefined) {
      if (outcome !== 'failed' || records > 0) session.note(`${records} records to ${topic}`)
    } else if (outcome === 'done') session.note(`${records} records to ${topic}`)
    else if (outcome === 'interrupted') session.note(`${records} records to ${topic}, aborted`)
  }
  if (session.settings.form !== undefined) await showWritten(session, topic, written)
}

/** Commits what `send` sent; aborts if it fails, or says that it was interrupted. */
async function inTransaction(
  producer: Producer,
  send: () => Promise<'done' | 'interrupted'>,
): Promise<'done' | 'interrupted'> {
  await producer.initTransactions()
  producer.beginTransaction()
  let outcome: 'done' | 'interrupted'
  try {
    outcome = await send()
  } catch (error) {
    await producer.abortTransaction()
    throw error
  }
  try {
    if (outcome === 'done') await producer.commitTransaction()
    else await producer.abortTransaction()
  } catch (error) {
    if (producer.transactionState === 'abortable') await producer.abortTransaction()
    throw error
  }
  return outcome
}

interface Sending {
  readonly production: Production
  readonly count: number
  readonly written: Written
}

async function sendAll(
  session: Session,
  producer: Producer,
  { production, count, written }: Sending,
): Promise<'done' | 'interrupted'> {
  const { topic, file, forms, rate } = production
  const input = file === undefined ? process.stdin : createReadStream(file)
  const { signal, release } = untilInterrupted()
  const stop = (): void => void input.destroy()
  signal.addEventListener('abort', stop)
  const partitioner = new Partitioner(session.cluster.random)
  const pace = rate === undefined ? undefined : new Pace(rate)
  if (file === undefined && process.stdin.isTTY) session.note('one record a line; end with Ctrl-D')
  session.detail(`reading ${forms.input} of ${file ?? 'the standard input'}`)
  let number = 0
  try {
    for await (const line of linesOf(input)) {
      const place = `line ${++number}`
      if (line.length === 0 && forms.input === 'ndjson') continue
      const record = withDefaults(recordOf(line, forms, place), production)
      const partition = partitionOf(record, { partitioner, count, place, topic })
      const { key, value, headers, timestamp = session.cluster.clock.now() } = record
      producer.append(topic, partition, key, value, timestamp, headers)
      written.records++
      const full = producer.whenWritable()
      if (full !== undefined) await full
      if (pace !== undefined) await pace.next(signal)
      if (signal.aborted) break
    }
  } catch (error) {
    // Reading ends with an error when the input is given up.
    if (!signal.aborted) throw inputError(error, file)
  } finally {
    release()
    input.destroy()
  }
  return signal.aborted ? 'interrupted' : 'done'
}

function withDefaults(record: InputRecord, { key, headers, partition }: Production): InputRecord {
  return {
    ...record,
    key: record.key ?? key,
    headers: headers.length === 0 ? record.headers : [...headers, ...record.headers],
    partition: partition ?? record.partition,
  }
}

function partitionOf(
  { key, value, partition }: InputRecord,
  {
    partitioner,
    count,
    place,
    topic,
  }: {
    readonly partitioner: Partitioner
    readonly count: number
    readonly place: string
    readonly topic: string
  },
): number {
  if (partition === undefined) return partitioner.partitionFor(key, value?.length ?? 0, count)
  if (partition < count) return partition
  throw invalid(`${place} goes to partition ${partition}, and topic ${topic} has ${count}`)
}

function inputError(error: unknown, file: string | undefined): unknown {
  const isOfFile = file !== undefined && error instanceof Error && 'syscall' in error
  return isOfFile ? invalid(`--file cannot be read: ${error.message}`, 'Check the path.') : error
}

/** Lets so many records a second go by, spread over it. */
class Pace {
  readonly #rate: number
  readonly #begun = performance.now()
  #count = 0

  constructor(rate: number) {
    this.#rate = rate
  }

  /** Resolves when the next record is due, or at once when `signal` is aborted. */
  async next(signal: AbortSignal): Promise<void> {
    this.#count++
    const waitMs = this.#begun + (this.#count * 1000) / this.#rate - performance.now()
    // Timers are no finer than a millisecond: several records may share one.
    if (waitMs < 1 || signal.aborted) return
    // Rejects when the command is interrupted, which its caller sees by the signal.
    await setTimeout(waitMs, undefined, { signal }).catch(() => undefined)
  }
}

function acknowledged(
  { partitions }: Written,
  partition: number,
  { baseOffset, recordCount }: { readonly baseOffset: number; readonly recordCount: number },
): void {
  const known = partitions.get(partition)
  if (known === undefined) partitions.set(partition, { first: baseOffset, records: recordCount })
  else known.records += recordCount
}

function acknowledgedCount({ partitions }: Written): number {
  return [...partitions.values()].reduce((sum, { records }) => sum + records, 0)
}

function showWritten(session: Session, topic: string, { records, partitions }: Written): Promise<void> {
  const all = [...partitions].sort(([left], [right]) => left - right)
  return session.show({
    data: {
      topic,
      records,
      partitions: all.map(([partition, { first, records: count }]) => ({
        partition,
        firstOffset: int64Text(first),
        records: count,
      })),
    },
    sections: [
      pairs([
        ['topic', topic],
        ['records', records],
        ...all.map(([partition, { first, records: count }]): [string, string] => [
          `partition ${partition}`,
          `${count} from offset ${first}`,
        ]),
      ]),
    ],
  })
}
