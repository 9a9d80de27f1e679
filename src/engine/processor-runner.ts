/** A compiled processor node: the processor that its supplier made, and the context that the processor sees. */
import { StreamsError } from '../base/errors.ts'
import type {
  AsyncTools,
  Cancellable,
  DropReason,
  Processor,
  ProcessorContext,
  PunctuationType,
  RecordContext,
} from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import { noHeaders, type Headers } from '../record/record.ts'
import type { HeaderStore } from '../state/header-stores.ts'
import type { StateStore } from '../state/store.ts'
import type { ProcessorNode } from '../topology/node.ts'
import { HeldPlace } from './held-place.ts'
import { asyncCallFailed, processingFailed } from './failures.ts'
import { ObservedReceiver, type GraphObserver } from './graph-observer.ts'
import type { Punctuated } from './punctuation.ts'
import type { ProcessorMetrics } from '../processor/sensors.ts'
import { readOnly } from './read-only-store.ts'
import { Children, type Receiver } from './receiver.ts'
import type { TaskScope } from './task-scope.ts'

export class ProcessorRunner implements Receiver, Punctuated, ProcessorContext {
  readonly name: string
  readonly node: ProcessorNode
  readonly children: Children
  readonly processor: Processor
  readonly record: RecordContext
  readonly async: AsyncTools
  readonly side: boolean
  private readonly scope: TaskScope
  /** Children by name, as `forwardTo` has been asked for them. */
  private readonly childByName = new Map<string, Receiver>()
  /** Whether a callback of the processor runs that may forward: a node is never entered twice. */
  private active = false

  constructor(node: ProcessorNode, scope: TaskScope) {
    this.name = node.name
    this.side = node.side === true
    this.node = node
    this.scope = scope
    this.children = new Children(scope.freezes)
    this.record = scope.current
    this.async = {
      clock: scope.clock,
      random: scope.random,
      ready: scope.asyncReady,
      hold: () => new HeldPlace(scope),
      fail: (cause, { place, read }: HeldPlace, attemptCount) => {
        const failure = asyncCallFailed(cause, node, place, attemptCount)
        scope.errors.react('process', cause, failure, node.name, place, read)
      },
    }
    this.processor = node.supplier()
  }

  /** Called once, when the whole graph is connected. */
  start(): void {
    this.guard(() => this.processor.init?.(this))
  }

  /** Has what it forwards pass by an observer; without one, go on as ever. */
  observe(observer: GraphObserver | undefined): void {
    this.childByName.clear()
    this.children.wrap(child => (observer === undefined ? child : new ObservedReceiver(child, observer)))
  }

  process(record: StreamRecord): void {
    this.active = true
    try {
      this.processor.process(record)
    } catch (error) {
      this.fail(error)
    }
    this.active = false
  }

  /** Forwards what the processor held back until the commit. */
  flush(): void {
    if (this.processor.flush !== undefined) this.guardActive(() => this.processor.flush!())
  }

  /** Lets the asynchronous work of this node forward what has come. */
  advance(mayForward: () => boolean): void {
    this.guardActive(() => this.processor.work!.advance(mayForward))
  }

  /** Runs a punctuation of this node at `now`. */
  runPunctuation(punctuate: (now: number) => void, now: number): void {
    this.scope.current.setPunctuation(now, this.keptHeaders)
    this.scope.observer?.punctuated(this.name, now)
    this.active = true
    try {
      punctuate(now)
    } catch (error) {
      this.fail(error)
    } finally {
      this.scope.observer?.left()
    }
    this.active = false
  }

  close(): void {
    this.processor.work?.abort()
    this.guard(() => this.processor.close?.())
  }

  get applicationId(): string {
    return this.scope.applicationId
  }

  get taskId(): string {
    return this.scope.taskId
  }

  get partition(): number {
    return this.scope.partition
  }

  get nodeName(): string {
    return this.name
  }

  get stateDirectory(): string | undefined {
    return this.scope.stateDirectory
  }

  get keptHeaders(): Headers {
    const { keepsHeaders, current } = this.scope
    return keepsHeaders ? current.headers : noHeaders
  }

  get streamTime(): number {
    return this.scope.streamTime
  }

  wallClock(): number {
    return this.scope.clock.now()
  }

  forward(record: StreamRecord): void {
    if (!this.active) throw this.outOfTurn()
    this.children.forward(record)
  }

  forwardTo(child: string, record: StreamRecord): void {
    if (!this.active) throw this.outOfTurn()
    let receiver = this.childByName.get(child)
    if (receiver === undefined) {
      receiver = this.children.named(child)
      if (receiver === undefined) throw this.unknown('child', child, this.children.names)
      this.childByName.set(child, receiver)
    }
    this.children.forwardTo(receiver, record)
  }

  forwardAs(place: RecordContext, record: StreamRecord): void {
    if (!this.active) throw this.outOfTurn()
    const { current } = this.scope
    const { topic, partition, offset, timestamp, headers } = current
    current.set(place.topic, place.partition, place.offset, place.timestamp, place.headers)
    this.children.forward(record)
    current.set(topic, partition, offset, timestamp, headers)
  }

  coalescedEntriesMax(store: string): number {
    return this.scope.coalescedEntriesMax(store)
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the store's kind.
  store<S extends StateStore>(name: string): S {
    const { stores, globalStores } = this.scope
    const { node } = this
    const isOwn = node.stores.includes(name)
    const store = isOwn ? stores.get(name) : globalStores.get(name)
    if (store === undefined) throw this.unknown('store', name, node.stores)
    if (isOwn && node.readOnlyStores?.includes(name) !== true) {
      const { current } = this.scope
      if ('headersNow' in store) (store as StateStore & HeaderStore).headersNow = () => current.headers
      return store as S
    }
    return readOnly(store as S, node)
  }

  schedule(
    intervalMs: number,
    type: PunctuationType,
    punctuate: (now: number) => void,
    startMs?: number,
  ): Cancellable {
    const { scope } = this
    if (type === 'stream-time') {
      const first = nextTick(startMs ?? 0, intervalMs, startMs === undefined ? 0 : scope.streamTime)
      return scope.streamTimePunctuations.schedule(this, first, intervalMs, punctuate)
    }
    if ((type as unknown) !== 'wall-clock')
      throw new TypeError(`schedule: type must be 'stream-time' or 'wall-clock', not ${JSON.stringify(type)}`)
    const now = scope.clock.now()
    const first = startMs === undefined ? now + intervalMs : nextTick(startMs, intervalMs, now)
    return scope.wallClockPunctuations.schedule(this, first, intervalMs, punctuate)
  }

  drop(reason: DropReason): void {
    const { topic, partition, offset } = this.scope.current
    this.scope.dropped({ node: this.name, reason, topic, partition, offset })
  }

  noted(key: string): number | undefined {
    return this.scope.noted.get(key)
  }

  note(key: string, value: number): void {
    this.scope.noted.set(key, value)
  }

  print(line: string): void {
    this.scope.print(line)
  }

  get metrics(): ProcessorMetrics {
    return this.scope.sensors.of(this.name)
  }

  requestCommit(): void {
    this.scope.commitRequested = true
  }

  /** Throws, or goes on without the record, as the policy of the application says. */
  private fail(cause: unknown): void {
    const { current, errors } = this.scope
    errors.handle('process', cause, processingFailed(cause, this.node, current), this.name, current)
  }

  private guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      throw processingFailed(error, this.node, this.scope.current)
    }
  }

  private guardActive(run: () => void): void {
    this.active = true
    this.guard(run)
    this.active = false
  }

  private outOfTurn(): StreamsError {
    return new StreamsError('MR-1602', {
      what: `'${this.name}' forwards while neither process nor a punctuation of it runs`,
      where: this.node.declaredAt,
      why: 'The record would belong to no input and no commit.',
      fix: 'forward before process returns, and make a new processor for each task; for work that waits: mapValuesAsync',
    })
  }

  private unknown(kind: 'child' | 'store', name: string, known: readonly string[]): StreamsError {
    const list = known.length === 0 ? 'none' : known.map(each => `'${each}'`).join(', ')
    return new StreamsError('MR-1001', {
      what: `'${this.name}' has no ${kind} called '${name}'; it has: ${list}`,
      where: this.node.declaredAt,
      fix:
        kind === 'store'
          ? 'connect the store to this processor where it is declared'
          : 'forward to a child by its node name',
    })
  }
}

/** The first of `start`, `start + interval`, ... that is not before `now`. */
function nextTick(start: number, interval: number, now: number): number {
  return start >= now ? start : start + Math.ceil((now - start) / interval) * interval
}
