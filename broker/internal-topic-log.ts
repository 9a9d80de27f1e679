/**
 * The internal topics as coordinators see them: partition logs behind `CoordinatorLog`, made when first needed.
 *
 * The one place where coordinators meet the log. Only a disk that fails reaches them from here as something other than a
 * `BrokerError`, and so it is turned into one: to a coordinator "not written" is all that matters.
 */
import type { Clock } from '../src/base/clock.ts'
import { StreamsError } from '../src/base/errors.ts'
import type { RecordCursor } from '../src/record/batch-reader.ts'
import { readTransactionMarker } from '../src/record/control-record.ts'
import { BrokerError, kafkaCodeOf } from './broker-error.ts'
import type {
  CoordinatorLog,
  InternalTopic,
  LogReader,
  TransactionMarker,
} from './coordinator/coordinator-log.ts'
import type { PartitionLog } from './log/partition-log.ts'
import { replayLog } from './log/replay.ts'
import type { InternalTopic as InternalTopicName } from './metadata/topic-name.ts'
import type { Topics } from './metadata/topics.ts'

interface InternalTopicParts {
  readonly topics: Topics
  readonly clock: Clock
}

/** The internal topic `name` for its coordinator. */
export function internalTopic(name: InternalTopicName, parts: InternalTopicParts): InternalTopic {
  const logsOf = (logs: readonly PartitionLog[]) => logs.map(log => new InternalTopicLog(log, parts))
  return {
    existing() {
      const topic = parts.topics.get(name)
      return topic === undefined ? undefined : logsOf(topic.logs)
    },
    create: () => logsOf(parts.topics.internal(name).logs),
  }
}

class InternalTopicLog implements CoordinatorLog {
  readonly #log: PartitionLog
  readonly #topics: Topics
  readonly #clock: Clock

  constructor(log: PartitionLog, { topics, clock }: InternalTopicParts) {
    this.#log = log
    this.#topics = topics
    this.#clock = clock
  }

  get endOffset(): number {
    return this.#log.logEndOffset
  }

  get recordBytesMax(): number {
    return this.#log.config.messageBytesMax
  }

  append(batch: Uint8Array): number {
    return told(() => this.#log.append(batch, { origin: 'coordinator', nowMs: this.#clock.now() }).baseOffset)
  }

  appendMarker(marker: TransactionMarker): void {
    told(() => this.#log.appendMarker({ ...marker, nowMs: this.#clock.now() }))
  }

  replay(reader: LogReader): void {
    const { topic, directory } = this.#log
    const lost = topic === '__consumer_offsets' ? 'groups and their committed offsets' : 'transactional ids'
    const fix =
      `Stop the broker and check the volume. Restore the file from a copy; or move ${directory} out of the data ` +
      `directory: the ${lost} that it holds are then forgotten.`
    const advice = { consequence: `the ${lost} that it holds are not served, all others are`, fix }
    replayLog(this.#log, advice, batch => replayBatch(batch, reader))
  }

  durable(): Promise<void> | undefined {
    const own = this.#log.durable()
    // The topic may have been made a moment ago, by this very request.
    const registry = this.#topics.settled(this.#log)
    return registry === undefined ? own : Promise.all([own, registry]).then(() => {})
  }
}

function replayBatch(cursor: RecordCursor, reader: LogReader): void {
  if (cursor.control) {
    const marker = cursor.next() ? readTransactionMarker(cursor) : undefined
    if (marker === undefined) return
    const { producerId, producerEpoch } = cursor
    const { outcome, coordinatorEpoch } = marker
    const commit = outcome === 'commit'
    // What the version decides was decided when the marker was appended.
    reader.marker({ producerId, producerEpoch, commit, coordinatorEpoch, transactionVersion: 1 })
    return
  }
  const producerId = cursor.transactional ? cursor.producerId : -1
  while (cursor.next()) reader.record(cursor.key(), cursor.value(), { offset: cursor.offset, producerId })
}

function told<Result>(write: () => Result): Result {
  try {
    return write()
  } catch (error) {
    if (!(error instanceof StreamsError)) throw error
    throw new BrokerError(kafkaCodeOf(error), error.message, { cause: error })
  }
}
