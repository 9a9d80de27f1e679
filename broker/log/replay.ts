/** Reads a whole log, batch after batch: how what the broker remembers in logs is brought back when it starts. */
import { assert } from '../../src/base/assert.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { batches, type RecordCursor } from '../../src/record/batch-reader.ts'
import { BrokerError } from '../broker-error.ts'
import type { PartitionLog } from './partition-log.ts'

const readBytes = 1 << 20

/**
 * Hands over each batch. Damage ends it with MR-4002, since what is remembered would be wrong without the batches that are
 * lost; `fix` says what can be done.
 */
export function replayLog(log: PartitionLog, fix: string, take: (batch: RecordCursor) => void): void {
  let offset = log.logStartOffset
  while (offset < log.logEndOffset) {
    let next = offset
    for (const cursor of batches(readFrom(log, offset, fix))) {
      next = cursor.lastOffset + 1
      take(cursor)
    }
    assert(next > offset, 'a read below the log end answered no batch')
    offset = next
  }
}

function readFrom(log: PartitionLog, offset: number, fix: string): Uint8Array {
  try {
    return log.read({ offset, maxBytes: readBytes }).records
  } catch (error) {
    const damage = error instanceof BrokerError ? error.cause : undefined
    if (!(damage instanceof StreamsError)) throw error
    throw new StreamsError('MR-4002', {
      what: `The broker cannot start: ${log.topic}-${log.partition} is damaged at offset ${offset}.`,
      where: damage.where ?? log.directory,
      why: 'The broker remembers in this log what it has decided, and would decide otherwise without what is lost.',
      fix,
      cause: damage,
    })
  }
}
