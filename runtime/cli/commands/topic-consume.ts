/**
 * `millrace topic consume`: prints the records of topics, from a place to another one, or on and on.
 *
 * Ends at the end of the range, at the end as it was at the start (`-e`), after so many records (`-n`), when the reader of its
 * output goes away, or when it is interrupted; whatever was printed until then is whole.
 */
import { unreachable } from '../../../src/base/assert.ts'
import { partitionKey } from '../../../src/base/topic-partition.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { Fetcher, type FetchedPartition } from '../../client/fetcher.ts'
import type { Isolation } from '../../client/list-offsets.ts'
import type { ClusterFlags } from '../declarations/cluster-flags.ts'
import { integerOf, invalid, partitionsOf } from '../invalid.ts'
import type { OutputForm } from '../output/forms.ts'
import { StandardOutput } from '../output/standard-output.ts'
import { visible } from '../output/table.ts'
import { yamlOf } from '../output/yaml.ts'
import type { PayloadForm } from '../records/payload-forms.ts'
import { readRange, resolvePosition, type PositionRange, type ResolvedPosition } from '../records/position.ts'
import { compileFilter } from '../records/record-filter.ts'
import {
  compileFormat,
  kcatRecord,
  recordAt,
  type RecordForms,
  type ShownRecord,
} from '../records/shown-record.ts'
import { withCluster, type Session } from '../session.ts'
import { untilInterrupted } from '../signals.ts'

/** The parsed flags. */
export interface ConsumeFlags extends ClusterFlags {
  readonly offset?: string
  readonly partition?: string
  readonly num?: string
  readonly exit?: boolean
  readonly key?: PayloadForm
  readonly value?: PayloadForm
  readonly filter?: string
  readonly format?: string
  readonly isolation?: Isolation
}

type Printer = (record: ShownRecord, forms: RecordForms) => Uint8Array

/** How often a consumer that waits looks whether it is to end. */
const pollMs = 200

export async function topicConsumeCommand(topics: readonly string[], flags: ConsumeFlags): Promise<void> {
  // Everything that can be refused without a broker is, before one is asked.
  const range = readRange(flags.offset ?? 'start', '--offset', Date.now())
  const partitions = flags.partition === undefined ? undefined : partitionsOf(flags.partition, '--partition')
  const most = flags.num === undefined ? Infinity : integerOf(flags.num, '--num', 1)
  const filter = flags.filter === undefined ? undefined : compileFilter(flags.filter)
  const printer =
    flags.format === undefined
      ? printerOf((flags.output as OutputForm | undefined) ?? 'jsonl')
      : compileFormat(flags.format)
  const forms = { key: flags.key ?? 'string', value: flags.value ?? 'string' }
  await withCluster(flags, async session => {
    const isolation = flags.isolation ?? session.settings.properties.fetcher.isolation ?? 'read_committed'
    const places = await placesOf(session, {
      topics,
      partitions,
      range,
      exit: flags.exit === true,
      isolation,
    })
    const consumer = new Consumer(session, { places, isolation, printer, forms, filter, most })
    await consumer.run()
  })
}

interface Place extends ResolvedPosition {
  /** Where to stop; `Infinity` for nowhere. */
  readonly stop: number
}

interface Places {
  readonly topics: readonly string[]
  readonly partitions: readonly number[] | undefined
  readonly range: PositionRange
  readonly exit: boolean
  readonly isolation: Isolation
}

/** Where to begin and to stop in each partition. */
async function placesOf(
  session: Session,
  { topics, partitions, range, exit, isolation }: Places,
): Promise<readonly Place[]> {
  const known = await session.topics([...new Set(topics)])
  const all = known.flatMap(({ name, partitions: those }) => {
    const missing = partitions?.find(partition => partition >= those.length)
    if (missing !== undefined)
      throw invalid(`topic ${name} has no partition ${missing}: it has ${those.length}`)
    const wanted = partitions ?? those.map(({ partition }) => partition)
    return wanted.map(partition => ({ topic: name, partition }))
  })
  const to = range.to ?? (exit ? ({ kind: 'end' } as const) : undefined)
  const [begin, stop] = await Promise.all([
    resolvePosition(session.cluster, all, range.from, isolation),
    to === undefined ? undefined : resolvePosition(session.cluster, all, to, isolation),
  ])
  return begin.map((place, index) => ({ ...place, stop: stop?.[index]?.offset ?? Infinity }))
}

interface ConsumerOptions {
  readonly places: readonly Place[]
  readonly isolation: Isolation
  readonly printer: Printer
  readonly forms: RecordForms
  readonly filter: ReturnType<typeof compileFilter> | undefined
  readonly most: number
}

class Consumer {
  readonly #options: ConsumerOptions
  readonly #fetcher: Fetcher
  readonly #output: StandardOutput
  readonly #session: Session
  /** Partitions that are not at their end, by key. */
  readonly #open: Map<string, Place>
  #printed = 0
  #stopped = false

  constructor(session: Session, options: ConsumerOptions) {
    this.#session = session
    this.#options = options
    this.#open = new Map(
      options.places
        .filter(({ offset, stop }) => offset < stop)
        .map(place => [partitionKey(place.topic, place.partition), place]),
    )
    this.#fetcher = new Fetcher({
      ...session.settings.properties.fetcher,
      cluster: session.cluster,
      isolation: options.isolation,
    })
    this.#output = new StandardOutput(() => this.#stop())
  }

  async run(): Promise<void> {
    const { signal, release } = untilInterrupted()
    signal.addEventListener('abort', () => this.#stop())
    try {
      this.#fetcher.assign(this.#open.values())
      while (!this.#stopped && this.#open.size > 0) {
        // One fetch after the other: printing is what holds the next one back.
        for (const fetched of await this.#fetcher.poll(pollMs)) await this.#take(fetched)
        this.#dropPassed()
        await this.#output.flush()
      }
    } finally {
      release()
      await this.#fetcher.close()
      await this.#output.flush()
    }
    this.#session.note(`${this.#printed} records`)
  }

  #stop(): void {
    this.#stopped = true
    this.#fetcher.wakeUp()
  }

  async #take({ topic, partition, records }: FetchedPartition): Promise<void> {
    const { printer, forms, filter, most } = this.#options
    const place = this.#open.get(partitionKey(topic, partition))
    if (place === undefined) return
    while (!this.#stopped && records.next()) {
      if (records.cursor.offset >= place.stop) return
      const record = recordAt(records.cursor, topic, partition)
      if (filter !== undefined && !filter(record, forms)) continue
      const full = this.#output.write(printer(record, forms))
      if (full !== undefined) await full
      if (++this.#printed >= most) this.#stopped = true
    }
  }

  /** Ends partitions whose position is at their stop: the last offsets before it may be markers, or have been deleted. */
  #dropPassed(): void {
    for (const [key, { topic, partition, stop }] of this.#open) {
      if ((this.#fetcher.position(topic, partition) ?? -1) < stop) continue
      this.#open.delete(key)
      this.#fetcher.remove([{ topic, partition }])
    }
  }
}

/** A stream has no document around it: every form is one of records, each whole. */
function printerOf(form: OutputForm): Printer {
  switch (form) {
    case 'json':
    case 'jsonl':
      return (record, forms) => utf8Bytes(`${JSON.stringify(kcatRecord(record, forms))}\n`)
    case 'yaml':
      return (record, forms) => utf8Bytes(`---\n${yamlOf(kcatRecord(record, forms))}`)
    case 'table':
    case 'wide':
      return (record, forms) => utf8Bytes(line(record, forms, form === 'wide'))
    default:
      return unreachable(form)
  }
}

/** A record on a line, in columns that a stream can keep: a tab between them. */
function line(record: ShownRecord, forms: RecordForms, wide: boolean): string {
  const { topic, partition, offset, tstype, ts, headers, key, payload } = kcatRecord(record, forms)
  const cells = [topic, partition, offset, ...(wide ? [tstype] : []), timeText(ts), text(key), text(payload)]
  if (wide) cells.push(headers.map(part => part ?? 'NULL').join(','))
  return `${cells.map(cell => visible(String(cell))).join('\t')}\n`
}

function timeText(timestamp: number): string {
  return timestamp < 0 ? '-' : new Date(timestamp).toISOString()
}

function text(value: unknown): string {
  if (value === null) return 'NULL'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
