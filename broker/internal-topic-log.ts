/**
 * The internal topics as coordinators see them: partition logs behind `CoordinatorLog`, made when first needed.
 *
 * The one place where coordinators meet the log. Only a disk that fails reaches them from here as something other than a
 * `BrokerError`, and so it is turned into one: to a coordinator "not written" is all that matters.
 */
import { assert } from '../src/base/assert.ts'
import type { Clock } from '../src/base/clock.ts'
import { StreamsError } from '../src/base/errors.ts'
import { batches } from '../src/record/batch-reader.ts'
import { readTransactionMarker } from '../src/record/control-record.ts'
import { BrokerError, kafkaCodeOf } from './broker-error.ts'
import type {
  CoordinatorLog,
  InternalTopic,
  LogReader,
  TransactionMarker,
} from './coordinator/coordinator-log.ts'
import type { PartitionLog } from './log/partition-log.ts'
import type { InternalTopic as InternalTopicName } from './metadata/topic-name.ts'
import type { Topics } from './metadata/topics.ts'

const readBytes = 1 << 20

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

  append(batch: Uint8Array): number {
    return told(() => this.#log.append(batch, { origin: 'coordinator', nowMs: this.#clock.now() }).baseOffset)
  }

  appendMarker(marker: TransactionMarker): void {
    told(() => this.#log.appendMarker({ ...marker, nowMs: this.#clock.now() }))
  }

  replay(reader: LogReader): void {
    let offset = this.#log.logStartOffset
    while (offset < this.#log.logEndOffset) {
      const { records } = this.#log.read({ offset, maxBytes: readBytes })
      const next = replayBatches(records, offset, reader)
      assert(next > offset, 'a read below the log end answered no batch')
      offset = next
    }
  }

  durable(): Promise<void> | undefined {
    const own = this.#log.durable()
    // The topic may have been made a moment ago, by this very request.
    const registry = this.#topics.durable()
    return registry === undefined ? own : Promise.all([own, registry]).then(() => {})
  }
}

/** Hands over whole batches; answers the offset after them. */
function replayBatches(records: Uint8Array, from: number, reader: LogReader): number {
  let next = from
  for (const cursor of batches(records)) {
    next = cursor.lastOffset + 1
    if (cursor.control) {
      const marker = cursor.next() ? readTransactionMarker(cursor) : undefined
      if (marker === undefined) continue
      const { producerId, producerEpoch } = cursor
      const { outcome, coordinatorEpoch } = marker
      const commit = outcome === 'commit'
      // What the version decides was decided when the marker was appended.
      reader.marker({ producerId, producerEpoch, commit, coordinatorEpoch, transactionVersion: 1 })
      continue
    }
    const producerId = cursor.transactional ? cursor.producerId : -1
    while (cursor.next()) reader.record(cursor.key(), cursor.value(), { offset: cursor.offset, producerId })
  }
  return next
}

function told<Result>(write: () => Result): Result {
  try {
    return write()
  } catch (error) {
    if (!(error instanceof StreamsError)) throw error
    throw new BrokerError(kafkaCodeOf(error), error.message, { cause: error })
  }
}
