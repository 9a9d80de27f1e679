/** Notes the steps of a record while an application processes it: the observer of every task, and of its stores. */
import { assert } from '../base/assert.ts'
import type { Drop } from '../engine/drop.ts'
import type { GraphObserver } from '../engine/graph-observer.ts'
import type { RecordContext } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { StoreWrite } from './store-watch.ts'
import type { LoggedRecord } from './logged-record.ts'
import type { TopicLog } from './topic-log.ts'
import { Trace } from './trace.ts'
import type { TracedPlace, TraceStep } from './trace-step.ts'

/** A record that was sent; it has a place once its task has committed. */
interface Sent {
  readonly log: TopicLog
  readonly record: LoggedRecord
  /** Where what becomes of it belongs. */
  readonly steps: TraceStep[]
  readonly places: TracedPlace[]
}

export class TraceRecorder {
  private readonly roots: TraceStep[] = []
  /** The lists that steps are added to; the last is that of the step under way. */
  private readonly open: TraceStep[][] = []
  /** The places of the sinks under way, by the list of their steps. */
  private readonly sinks = new Map<TraceStep[], TracedPlace[]>()
  private readonly sent: Sent[] = []
  private readonly deadLetterTopic: string

  constructor(deadLetterTopic: string) {
    this.deadLetterTopic = deadLetterTopic
  }

  /** The observer of one task; `isSink` tells its nodes apart. */
  observerOf(task: string, isSink: (node: string) => boolean): GraphObserver {
    return {
      sourceRead: (node, record, place) => this.sourceRead(task, node, record, place),
      entered: (node, { key, value, timestamp }) => {
        const steps: TraceStep[] = []
        if (isSink(node)) {
          const places: TracedPlace[] = []
          this.sinks.set(steps, places)
          this.begin({ kind: 'sink', node, task, key, value, timestamp, places, steps }, steps)
        } else this.begin({ kind: 'processor', node, task, key, value, timestamp, steps }, steps)
      },
      punctuated: (node, now) => {
        const steps: TraceStep[] = []
        this.begin({ kind: 'punctuation', node, task, timestamp: now, steps }, steps)
      },
      left: () => void this.open.pop(),
    }
  }

  /** A task has sent a record, to be committed. */
  recordSent(task: string, log: TopicLog, record: LoggedRecord): void {
    const steps = this.open.at(-1) ?? this.roots
    let places = this.sinks.get(steps)
    if (places === undefined || log.name === this.deadLetterTopic) {
      places = []
      steps.push({ kind: 'dead-letter', task, places })
    }
    this.sent.push({ log, record, steps, places })
  }

  storeWritten(task: string, write: StoreWrite): void {
    this.add({ kind: 'store', task, ...write })
  }

  dropped({ task, node, reason }: Drop): void {
    this.add({ kind: 'drop', task, node, reason })
  }

  /** All that was noted, when everything is committed. */
  finish(): Trace {
    assert(this.open.length === 0, 'a trace is finished while a step is under way')
    for (const sent of this.sent) this.place(sent)
    return new Trace(this.roots)
  }

  private sourceRead(task: string, node: string, record: StreamRecord, place: RecordContext): void {
    const { topic = '', partition, offset } = place
    const { key, value, timestamp } = record
    const steps: TraceStep[] = []
    const from = this.sent.find(each => {
      return each.log.name === topic && each.record.partition === partition && each.record.offset === offset
    })
    const step: TraceStep = {
      kind: 'source',
      task,
      node,
      topic,
      partition,
      offset,
      key,
      value,
      timestamp,
      steps,
    }
    ;(from?.steps ?? this.roots).push(step)
    this.open.push(steps)
  }

  private begin(step: TraceStep, steps: TraceStep[]): void {
    this.add(step)
    this.open.push(steps)
  }

  private add(step: TraceStep): void {
    ;(this.open.at(-1) ?? this.roots).push(step)
  }

  private place({ log, record, places }: Sent): void {
    places.push({ topic: log.name, partition: record.partition, offset: record.offset })
  }
}
