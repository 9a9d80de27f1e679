/**
 * Reads a topic of somebody else as the changelog of the store that a table keeps of it (semantics O7).
 *
 * The topic has what its writers put there, not what the store holds: serdes may differ, times may be extracted,
 * records may lack a key or be unreadable. So each record is read as the table's source reads it, and comes out as the
 * row that processing it has put into the store.
 */
import { assert } from '../base/assert.ts'
import { reactionTo, type ErrorPolicies } from '../processor/error-policy.ts'
import type { ChangelogRecord } from '../state/store.ts'
import type { StoreDefinition } from '../topology/node.ts'
import type { Subtopology } from '../topology/subtopologies.ts'
import { rawRecord, type RecordChunk } from './record-chunk.ts'
import { RecordQueue } from './record-queue.ts'
import { SourceReader } from './source-reader.ts'

export interface SourceChangelogOptions {
  readonly subtopology: Subtopology
  /** With a `changelogTopic`. */
  readonly store: StoreDefinition
  readonly partition: number
  /** What becomes of a record that cannot be deserialised; to be what processing did with it. Default: fail. */
  readonly onError?: ErrorPolicies | undefined
}

export class SourceChangelog {
  readonly #store: StoreDefinition
  readonly #queue: RecordQueue

  constructor({ subtopology, store, partition, onError = {} }: SourceChangelogOptions) {
    const { changelogTopic: topic } = store
    assert(topic !== undefined, `store '${store.name}' has a changelog of its own`)
    const source = subtopology.sources.find(({ topics }) => topics.includes(topic))
    assert(source !== undefined, `store '${store.name}' is restored from '${topic}', which nothing reads`)
    const reader = new SourceReader(source, { origin: false, value: true })
    this.#store = store
    this.#queue = new RecordQueue(topic, partition, reader, {
      failed: (cause, failure, node, record) => {
        const task = `${subtopology.id}_${partition}`
        const { offset, timestamp } = record
        const place = { topic, partition, offset, timestamp, headers: record.headers() }
        const error = cause instanceof Error ? cause : failure
        const failed = { kind: 'deserialize', node, task, ...place, ...rawRecord(record) } as const
        const reaction = reactionTo(onError, error, failed)
        if (reaction === 'fail') throw failure
      },
      // It was counted when it was processed.
      dropped: () => {},
    })
  }

  /** What the records of a chunk before the offset `end` have put into the store; the chunks in their order. */
  rowsOf(chunk: RecordChunk, end: number): ChangelogRecord[] {
    const queue = this.#queue
    const { keySerde, valueSerde } = this.#store
    const { cursor } = chunk.records
    queue.add({ ...chunk, records: { cursor, next: () => chunk.records.next() && cursor.offset < end } })
    const rows: ChangelogRecord[] = []
    while (queue.ready()) {
      const offset = queue.headOffset
      const { key, value, timestamp } = queue.take()
      if (key === undefined || key === null) continue
      const absent = value === undefined || value === null
      rows.push({
        key: keySerde.serialize(key),
        value: absent ? null : valueSerde.serialize(value),
        timestamp,
        offset,
      })
    }
    return rows
  }
}
