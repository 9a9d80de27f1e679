/**
 * Watching a record on its way through the graph of a task.
 *
 * Nodes are watched from outside: while there is an observer, what a node forwards to is wrapped. Without one nothing is
 * in the way, so that watching costs nothing where nobody watches.
 */
import type { RecordContext } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import type { Receiver } from './receiver.ts'

/** Told of each step as it begins, and of its end by `left`; steps lie within one another as calls do. */
export interface GraphObserver {
  /** A source hands a record that it has read to the nodes below it. */
  sourceRead(node: string, record: StreamRecord, place: RecordContext): void
  /** A record enters a node. */
  entered(node: string, record: StreamRecord): void
  /** A punctuation of a node runs. */
  punctuated(node: string, now: number): void
  left(): void
}

/** A receiver, and somebody who is told of what it receives. */
export class ObservedReceiver implements Receiver {
  readonly name: string
  private readonly inner: Receiver
  private readonly observer: GraphObserver

  constructor(inner: Receiver, observer: GraphObserver) {
    this.name = inner.name
    this.inner = inner
    this.observer = observer
  }

  process(record: StreamRecord): void {
    this.observer.entered(this.name, record)
    try {
      this.inner.process(record)
    } finally {
      this.observer.left()
    }
  }
}
