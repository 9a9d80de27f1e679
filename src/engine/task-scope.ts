/** What all nodes of a running task share. */
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { TaskSensors } from '../processor/sensors.ts'
import type { StateStore } from '../state/store.ts'
import type { RecordCollector } from './collector.ts'
import type { DropAtNode } from './drop.ts'
import type { ErrorHandling } from './error-handling.ts'
import type { CurrentRecord } from './current-record.ts'
import type { GraphObserver } from './graph-observer.ts'
import type { Punctuations } from './punctuation.ts'

export interface TaskScope {
  readonly applicationId: string
  readonly taskId: string
  readonly partition: number
  /** For what processors keep on the disk themselves. */
  readonly stateDirectory: string | undefined
  readonly clock: Clock
  readonly random: Random
  /** Tells the task that a node has asynchronous results. */
  readonly asyncReady: () => void
  readonly collector: RecordCollector
  readonly stores: ReadonlyMap<string, StateStore>
  /** What every node may read. */
  readonly globalStores: ReadonlyMap<string, StateStore>
  readonly current: CurrentRecord
  readonly errors: ErrorHandling
  /** What processors have noted to be committed with the positions. */
  readonly noted: Map<string, number>
  readonly streamTimePunctuations: Punctuations
  readonly wallClockPunctuations: Punctuations
  /** The name that a topic of the topology has on the broker. */
  readonly topicName: (topic: string) => string
  readonly freezes: boolean
  readonly keepsHeaders: boolean
  readonly dropped: (drop: DropAtNode) => void
  readonly sensors: TaskSensors
  /** Writes a line where the application prints. */
  readonly print: (line: string) => void
  /** Who watches the records on their way, if anybody does. */
  observer: GraphObserver | undefined
  /** The greatest timestamp processed, -1 before the first. */
  streamTime: number
  commitRequested: boolean
  /** How many updates of a store are held back until the commit; 0 for none. */
  coalescedEntriesMax(store: string): number
}
