/** A task engine under test: records in as a test writes them, results out as bytes that were sent. */
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import { TaskEngine, type TaskEngineOptions } from '../../../src/engine/task-engine.ts'
import type { StateStore } from '../../../src/state/store.ts'
import { MemoryBytes } from '../../../src/state/memory-bytes.ts'
import { openStore } from '../../../src/state/open-store.ts'
import { ManualClock } from '../../../src/testing/index.ts'
import { chunkOf } from '../../../src/testing/log-tail.ts'
import { RecordArena } from '../../../src/testing/record-arena.ts'
import type { Topology } from '../../../src/topology/topology.ts'

export interface Sent {
  readonly topic: string
  readonly partition: number
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
}

export class EngineHarness {
  readonly engine: TaskEngine
  readonly clock = new ManualClock(1_000)
  readonly sent: Sent[] = []
  partitionCount = 4
  private readonly arena = new RecordArena()
  private readonly nextOffset = new Map<string, number>()

  constructor(topology: Topology, options: Partial<TaskEngineOptions> = {}) {
    const subtopology = topology.subtopologies()[0]!
    const backend = new MemoryBytes()
    const stores = new Map<string, StateStore>(
      subtopology.stores.map((store, n) => [store.name, openStore(store, backend, Uint8Array.of(n))]),
    )
    this.engine = new TaskEngine({
      applicationId: 'app',
      partition: 0,
      subtopology,
      stores,
      clock: this.clock,
      collector: {
        partitionCount: () => this.partitionCount,
        send: (topic, partition, key, value, timestamp) => {
          this.sent.push({ topic, partition, key: textOf(key), value: textOf(value), timestamp })
        },
      },
      ...options,
    })
  }

  /** Adds one record at the next offset of partition 0. */
  add(topic: string, key: string | null, value: string | null, timestamp = 0): this {
    const offset = this.nextOffset.get(topic) ?? 0
    this.nextOffset.set(topic, offset + 1)
    const record = this.arena.record(0, bytesOf(key), bytesOf(value), timestamp)
    record.offset = offset
    this.engine.addRecords(topic, 0, chunkOf(record))
    return this
  }

  /** Processes until there is nothing to do; answers the values sent meanwhile. */
  run(): readonly (string | null)[] {
    const from = this.sent.length
    while (this.engine.process());
    return this.sent.slice(from).map(({ value }) => value)
  }
}

function bytesOf(text: string | null): Uint8Array | null {
  return text === null ? null : utf8Bytes(text)
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : utf8Slice(bytes)
}
