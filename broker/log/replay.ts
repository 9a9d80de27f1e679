/** Reads a whole log, batch after batch: how what the broker remembers in logs is brought back when it starts. */
import { assert } from '../../src/base/assert.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { batches, type RecordCursor } from '../../src/record/batch-reader.ts'
import { BrokerError } from '../broker-error.ts'
import type { PartitionLog } from './partition-log.ts'

const readBytes = 1 << 20

/** What is told where a log cannot be read whole. */
export interface ReplayAdvice {
  readonly consequence: string
  readonly fix: string
}

/**
 * Hands over each batch. Damage ends it with MR-4002, since what is remembered would be wrong without the batches that are
 * lost.
 */
export function replayLog(
  log: PartitionLog,
  advice: ReplayAdvice,
  take: (batch: RecordCursor) => void,
): void {
  let offset = log.logStartOffset
  // What is gone from the files without a trace is known from the opening only.
  const lost = log.recovery.corruptRanges.find(({ toOffset }) => toOffset >= offset)
  if (lost !== undefined) {
    throw damaged(log, { offset: lost.fromOffset, where: `${lost.file}, byte ${lost.fromPosition}`, advice })
  }
  while (offset < log.logEndOffset) {
    let next = offset
    for (const cursor of batches(readFrom(log, offset, advice))) {
      next = cursor.lastOffset + 1
      take(cursor)
    }
    assert(next > offset, 'a read below the log end answered no batch')
    offset = next
  }
}

function readFrom(log: PartitionLog, offset: number, advice: ReplayAdvice): Uint8Array {
  try {
    return log.read({ offset, maxBytes: readBytes }).records
  } catch (error) {
    const damage = error instanceof BrokerError ? error.cause : undefined
    if (!(damage instanceof StreamsError)) throw error
    throw damaged(log, { offset, where: damage.where ?? log.directory, advice, cause: damage })
  }
}

function damaged(
  log: PartitionLog,
  at: {
    readonly offset: number
    readonly where: string
    readonly advice: ReplayAdvice
    readonly cause?: StreamsError
  },
): StreamsError {
  return new StreamsError('MR-4002', {
    what: `${log.topic}-${log.partition} is damaged at offset ${at.offset}: ${at.advice.consequence}.`,
    where: at.where,
    why: 'The broker remembers in this log what it has decided, and would decide otherwise without what is lost.',
    fix: at.advice.fix,
    cause: at.cause,
  })
}
