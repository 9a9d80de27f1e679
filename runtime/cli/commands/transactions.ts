/** `millrace txn list`, `describe` and `abort`: transactions that are open, and an end for those that nobody will end. */
import { StreamsError } from '../../../src/base/errors.ts'
import type {
  ListedTransaction,
  PartitionProducer,
  TransactionDescription,
} from '../../client/transaction-admin.ts'
import type { ClusterFlags } from '../declarations/cluster-flags.ts'
import { integerOf, invalid, stateOf } from '../invalid.ts'
import type { Column } from '../output/table.ts'
import { int64Text, pairs, table } from '../output/view.ts'
import { withCluster, type Session } from '../session.ts'

export interface ListFlags extends ClusterFlags {
  readonly state?: readonly string[]
}

/** A transactional id with what its coordinator knows beyond the list. */
interface TransactionRow extends ListedTransaction {
  readonly description: TransactionDescription | undefined
}

const states: readonly string[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
]

export async function txnListCommand(flags: ListFlags): Promise<void> {
  const wanted = (flags.state ?? []).map(text => stateOf(text, states, 'transaction'))
  await withCluster(flags, async session => {
    const listed = await session.transactions.list(wanted)
    const rows = await Promise.all(
      listed.map(async each => ({
        ...each,
        description: await session.transactions.describe(each.transactionalId),
      })),
    )
    rows.sort((left, right) => (left.transactionalId < right.transactionalId ? -1 : 1))
    const now = Date.now()
    await session.show({
      data: rows.map(({ description, ...row }) => ({
        transactionalId: row.transactionalId,
        state: row.state,
        producerId: int64Text(row.producerId),
        producerEpoch: description?.producerEpoch ?? null,
        coordinator: row.coordinator,
        ageMs: ageMs(description, now) ?? null,
      })),
      sections: [table(transactionColumns(now), rows)],
    })
  })
}

function transactionColumns(now: number): readonly Column<TransactionRow>[] {
  return [
    { heading: 'TRANSACTIONAL-ID', cell: ({ transactionalId }) => transactionalId },
    { heading: 'STATE', cell: ({ state }) => state },
    { heading: 'PRODUCER-ID', cell: ({ producerId }) => producerId, align: 'right' },
    { heading: 'EPOCH', cell: ({ description }) => description?.producerEpoch, align: 'right', wide: true },
    { heading: 'COORDINATOR', cell: ({ coordinator }) => coordinator, align: 'right', wide: true },
    { heading: 'AGE', cell: ({ description }) => ageText(ageMs(description, now)), align: 'right' },
  ]
}

/** How long the open transaction has been open; `undefined` where none is. Kafka remembers when one began that is over. */
function ageMs(description: TransactionDescription | undefined, now: number): number | undefined {
  const { startedAt, state = '' } = description ?? {}
  return startedAt === undefined || !open.has(state) ? undefined : Math.max(0, now - startedAt)
}

const open = new Set(['Ongoing', 'PrepareCommit', 'PrepareAbort', 'PrepareEpochFence'])

function ageText(age: number | undefined): string | undefined {
  return age === undefined ? undefined : `${(age / 1000).toFixed(age < 10_000 ? 1 : 0)}s`
}

export async function txnDescribeCommand(
  transactionalIds: readonly string[],
  flags: ClusterFlags,
): Promise<void> {
  await withCluster(flags, async session => {
    const found = await Promise.all([...new Set(transactionalIds)].map(id => existing(session, id)))
    const now = Date.now()
    await session.show({
      data: found.map(each => transactionData(each, now)),
      sections: found.flatMap(each => [
        pairs([
          ['transactional id', each.transactionalId],
          ['state', each.state],
          ['producer id', each.producerId],
          ['producer epoch', each.producerEpoch],
          ['timeout', `${each.timeoutMs} ms`],
          ['age', ageText(ageMs(each, now))],
        ]),
        ...(each.partitions.length === 0 ? [] : [table(partitionColumns, each.partitions)]),
      ]),
    })
  })
}

const partitionColumns: readonly Column<TransactionDescription['partitions'][number]>[] = [
  { heading: 'TOPIC', cell: ({ topic }) => topic },
  { heading: 'PARTITION', cell: ({ partition }) => partition, align: 'right' },
]

function transactionData(transaction: TransactionDescription, now: number) {
  return {
    transactionalId: transaction.transactionalId,
    state: transaction.state,
    producerId: int64Text(transaction.producerId),
    producerEpoch: transaction.producerEpoch,
    timeoutMs: transaction.timeoutMs,
    startedAt: transaction.startedAt ?? null,
    ageMs: ageMs(transaction, now) ?? null,
    partitions: transaction.partitions,
  }
}

async function existing(session: Session, transactionalId: string): Promise<TransactionDescription> {
  const found = await session.transactions.describe(transactionalId)
  if (found !== undefined) return found
  throw new StreamsError('MR-6202', {
    what: `no transactional id ${transactionalId} is known`,
    fix: 'See `millrace txn list`.',
  })
}

export interface AbortFlags extends ClusterFlags {
  readonly topic?: string
  readonly partition?: string
  readonly startOffset?: string
  readonly execute?: boolean
}

export async function txnAbortCommand(transactionalId: string | undefined, flags: AbortFlags): Promise<void> {
  const { topic, partition, startOffset } = flags
  const byPlace = [topic, partition, startOffset].filter(flag => flag !== undefined).length
  if ((transactionalId !== undefined) === byPlace > 0 || byPlace % 3 !== 0) {
    throw invalid(
      'which transaction?',
      'Give a transactional id, or --topic, --partition and --start-offset.',
    )
  }
  await withCluster(flags, async session => {
    const execute = flags.execute === true || session.settings.yes
    if (!execute) session.note('dry run: give --execute to abort')
    if (transactionalId !== undefined) await abortById(session, transactionalId, execute)
    else {
      const place = {
        topic: topic!,
        partition: integerOf(partition!, '--partition', 0),
        offset: integerOf(startOffset!, '--start-offset', 0),
      }
      await abortAt(session, place, execute)
    }
  })
}

/** States in which there is something to abort, or what was begun is still being ended. */
const endable = new Set(['Ongoing', 'PrepareAbort', 'PrepareEpochFence'])

async function abortById(session: Session, transactionalId: string, execute: boolean): Promise<void> {
  const found = await existing(session, transactionalId)
  if (!endable.has(found.state)) {
    throw new StreamsError('MR-6202', {
      what: `transactional id ${transactionalId} has no open transaction: it is ${found.state}`,
    })
  }
  if (execute) await session.transactions.fence(found)
  const outcome = execute ? 'aborted' : 'would be aborted'
  await session.show({
    data: { ...transactionData(found, Date.now()), outcome },
    sections: [
      pairs([
        ['transactional id', transactionalId],
        ['state', found.state],
        ['producer id', found.producerId],
        ['producer epoch', found.producerEpoch],
        ['outcome', outcome],
        ['effect', 'its producer is fenced: the next call of it fails'],
      ]),
      ...(found.partitions.length === 0 ? [] : [table(partitionColumns, found.partitions)]),
    ],
  })
}

interface TransactionStart {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

async function abortAt(
  session: Session,
  { topic, partition, offset }: TransactionStart,
  execute: boolean,
): Promise<void> {
  await session.topics([topic])
  const producers = await session.transactions.producers([{ topic, partition }])
  const begun = producers.filter(({ transactionStart }) => transactionStart !== undefined)
  const producer = begun.find(({ transactionStart }) => transactionStart === offset)
  if (producer === undefined) {
    const starts = begun.map(({ transactionStart }) => transactionStart).join(', ')
    throw new StreamsError('MR-6202', {
      what: `no open transaction begins at ${topic}-${partition}@${offset}`,
      fix: starts === '' ? 'None is open in that partition.' : `Open ones begin at: ${starts}.`,
    })
  }
  if (execute) await session.transactions.abort(producer)
  const outcome = execute ? 'aborted' : 'would be aborted'
  await session.show({
    data: { ...producerData(producer), outcome },
    sections: [
      pairs([
        ['partition', `${topic}-${partition}`],
        ['start offset', offset],
        ['producer id', producer.producerId],
        ['producer epoch', producer.producerEpoch],
        ['outcome', outcome],
      ]),
    ],
  })
}

function producerData(producer: PartitionProducer) {
  return {
    topic: producer.topic,
    partition: producer.partition,
    startOffset: int64Text(producer.transactionStart ?? -1),
    producerId: int64Text(producer.producerId),
    producerEpoch: producer.producerEpoch,
    coordinatorEpoch: producer.coordinatorEpoch,
    lastTimestamp: producer.lastTimestamp,
  }
}
