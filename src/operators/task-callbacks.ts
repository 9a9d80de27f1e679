/**
 * What a processor of the application's own does beside its records: its stores are opened, it begins and ends, and its
 * punctuations run (semantics U1 to U7).
 *
 * It holds nothing of its own: whatever it has to remember is in stores, so that one definition serves all tasks.
 */
import type { Cancellable, ProcessorContext, PunctuationType } from '../processor/processor.ts'
import { openStores, type NamedStore } from './processor-stores.ts'
import { ProcessedTask, PunctuatedTask } from './processed-task.ts'

export interface PunctuationPlan {
  readonly intervalMs: number
  readonly type: PunctuationType
  readonly startMs: number | undefined
  readonly run: (context: PunctuatedTask) => unknown
}

export interface TaskCallbacksOptions {
  readonly stores: readonly NamedStore[]
  readonly init?: ((context: ProcessedTask) => void) | undefined
  readonly close?: ((context: ProcessedTask) => void) | undefined
  /** Those that begin with the task. */
  readonly punctuations: (context: ProcessedTask) => readonly PunctuationPlan[]
  /** Turns what `context.schedule` is given into a plan; throws what is wrong with it. Absent: it cannot schedule. */
  readonly planPunctuation?: (punctuation: unknown) => PunctuationPlan
}

export class TaskCallbacks {
  /** The time of what is being processed: of the record as it came to the node, or of the punctuation. */
  time = 0
  task!: ProcessedTask
  private readonly options: TaskCallbacksOptions
  private readonly punctuated: (answer: unknown, now: number) => void

  /** `punctuated` is given what a punctuation has answered. */
  constructor(options: TaskCallbacksOptions, punctuated: (answer: unknown, now: number) => void) {
    this.options = options
    this.punctuated = punctuated
  }

  start(context: ProcessorContext): void {
    const { options } = this
    const stores = openStores(options.stores, context, () => this.time)
    this.task = new ProcessedTask(context, stores, punctuation => {
      const { planPunctuation } = options
      if (planPunctuation === undefined) throw new TypeError('this processor cannot schedule')
      return this.schedule(context, planPunctuation(punctuation))
    })
    for (const plan of options.punctuations(this.task)) this.schedule(context, plan)
    options.init?.(this.task)
  }

  close(): void {
    this.options.close?.(this.task)
  }

  private schedule(
    context: ProcessorContext,
    { intervalMs, type, startMs, run }: PunctuationPlan,
  ): Cancellable {
    const { task } = this
    const punctuated = new PunctuatedTask(context, task.stores, punctuation => task.schedule(punctuation))
    const punctuate = (now: number): void => {
      this.time = now
      punctuated.now = now
      punctuated.count++
      this.punctuated(run(punctuated), now)
    }
    const scheduled = context.schedule(intervalMs, type, punctuate, startMs)
    punctuated.cancel = () => scheduled.cancel()
    return scheduled
  }
}
