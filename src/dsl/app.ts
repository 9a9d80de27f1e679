/** `defineApp`: an application as a value, to be run, tested or described. */
import { misuse } from '../base/misuse.ts'
import { StreamsError } from '../base/errors.ts'
import type { CompileOptions } from '../plan/compile.ts'
import type { OptimizationChoice } from '../plan/optimize/optimize.ts'
import type { DeclaredTopic } from '../plan/plan.ts'
import type { ErrorPolicies } from '../processor/error-policy.ts'
import { validateName } from '../topology/names.ts'
import { checkGivenCounts } from '../topology/partition-counts.ts'
import type { StoreBackend } from '../state/store-supplier.ts'
import type { ProcessorWrapper } from '../topology/options.ts'
import type { Topology } from '../topology/topology.ts'
import { checkFunction, checkOptionNames } from './argument-checks.ts'
import { resolveErrors, type ErrorOptions } from './error-options.ts'
import { checkBackend } from './store-plan.ts'
import { StreamsBuilder } from './streams-builder.ts'

/** What an application is. */
export interface AppDefinition extends ErrorOptions {
  /**
   * The application's name: its consumer group, the prefix of its internal topics and the name of its state directory.
   * Changing it starts over with nothing.
   */
  readonly id: string
  /** Declares the topology. Synchronous, and free of side effects: it runs anew wherever the application is used. */
  readonly build: (builder: StreamsBuilder) => void
  /** What a failure may do to results: nothing, or repeat some. Default `exactly-once`. */
  readonly guarantee?: 'exactly-once' | 'at-least-once'
  /**
   * Whether tables put out only the last update of each key per commit, which is less output and less exact in time.
   * Default false: every update is put out.
   */
  readonly cache?: boolean
  /**
   * Which headers results have where Kafka drops them: results of sessions with every update, the ends of sessions that
   * were merged, what punctuations by stream time put out, and the ends of rows whose `ttl` is over. `kafka` (default):
   * none. `keep`: those of the record whose processing has brought the result about, as everywhere else; what only the
   * clock brings about has none either way. A trace id in a header then goes all the way through.
   */
  readonly headers?: 'kafka' | 'keep'
  /** Refuses stores and internal topics whose names are generated (MR-1003). Default false. */
  readonly strictNaming?: boolean
  /**
   * Which optimisations the topology is built with, by Kafka's names: all, none, or a list. They change the names of
   * topics, so an application that has run without them starts over with what is kept under the old ones. Default false.
   */
  readonly optimize?: OptimizationChoice
  /**
   * Where the stores of tables, aggregates and joins are kept that do not say it themselves: on the disk (default), in
   * `memory`, or in bytes of the application's own (`storeSupplier`).
   */
  readonly backend?: StoreBackend
  /** Puts something around every processor, to trace or to measure: see `aroundProcess`. Default: nothing. */
  readonly wrapProcessor?: ProcessorWrapper
}

const definitionNames: Readonly<Record<keyof AppDefinition, true>> = {
  id: true,
  build: true,
  guarantee: true,
  cache: true,
  headers: true,
  strictNaming: true,
  optimize: true,
  backend: true,
  wrapProcessor: true,
  onError: true,
  dlq: true,
}

/** A defined application. */
export interface App {
  readonly id: string
  readonly guarantee: 'exactly-once' | 'at-least-once'
  readonly cache: boolean
  readonly strictNaming: boolean
  readonly headers: 'kafka' | 'keep'
  readonly onError: ErrorPolicies
  /** Absent where no policy may ask for dead letters and none was named. */
  readonly dlq: DeclaredTopic | undefined
  /** What `build` declares, compiled: built at the first call, and the same object from then on. */
  topology(): Topology
  /** The topics that the application reads and writes and does not own, as they were declared. */
  topics(): readonly DeclaredTopic[]
}

/**
 * Defines an application. Nothing happens yet: `run`, `testDriver` and the command line take the result.
 *
 * An id that Kafka does not allow in topic names is refused with MR-1005, a name that is none of the definition's with MR-1010.
 * What is wrong with the topology is refused when it is first built, at the latest by `app.topology()`.
 *
 * @example
 * ```ts
 * import { defineApp, string, topic } from 'millrace'
 *
 * const lines = topic('lines', { key: string(), value: string() })
 * const loud = topic('loud-lines', { key: string(), value: string() })
 *
 * export default defineApp({
 *   id: 'shout',
 *   build(b) {
 *     b.stream(lines).mapValues(line => line.toUpperCase()).to(loud)
 *   },
 * })
 * ```
 */
export function defineApp(definition: AppDefinition): App {
  checkOptionNames(definition, definitionNames, 'defineApp')
  const {
    id,
    build,
    guarantee = 'exactly-once',
    cache = false,
    headers = 'kafka',
    strictNaming = false,
    optimize = false,
    backend = 'persistent',
    wrapProcessor,
  } = definition
  checkBackend(backend, `app '${id}'`)
  validateName(id, 'an application')
  if (typeof build !== 'function') throw misuse(`app '${id}': build must be a function`)
  checkChoices(id, definition)
  const errors = resolveErrors(id, definition)
  let built: { readonly topology: Topology; readonly topics: readonly DeclaredTopic[] } | undefined
  const builtOnce = (): NonNullable<typeof built> =>
    (built ??= buildTopology(id, build, backend, { strictNaming, optimize, wrapProcessor }))
  return Object.freeze({
    id,
    guarantee,
    cache,
    strictNaming,
    headers,
    ...errors,
    topology: () => builtOnce().topology,
    topics: () => [...builtOnce().topics, ...(errors.dlq === undefined ? [] : [errors.dlq])],
  })
}

/** Refuses, with MR-1010, a choice that there is not, of what all kinds of applications may choose. */
export function checkChoices(
  id: string,
  definition: Pick<AppDefinition, 'guarantee' | 'cache' | 'headers' | 'strictNaming' | 'wrapProcessor'>,
): void {
  const { guarantee, cache, headers, strictNaming, wrapProcessor } = definition
  const check = (option: string, given: unknown, ...allowed: readonly unknown[]): void => {
    if (given === undefined || allowed.includes(given)) return
    const choices = allowed.map(each => (typeof each === 'string' ? `'${each}'` : String(each))).join(' or ')
    throw misuse(`app '${id}': ${option} must be ${choices}, not ${JSON.stringify(given)}`)
  }
  check('guarantee', guarantee, 'exactly-once', 'at-least-once')
  check('headers', headers, 'kafka', 'keep')
  check('cache', cache, true, false)
  check('strictNaming', strictNaming, true, false)
  if (wrapProcessor !== undefined) checkFunction(wrapProcessor, `app '${id}': wrapProcessor`)
}

function buildTopology(
  id: string,
  build: AppDefinition['build'],
  backend: StoreBackend,
  options: CompileOptions,
): { readonly topology: Topology; readonly topics: readonly DeclaredTopic[] } {
  const builder = new StreamsBuilder({ backend })
  const result: unknown = build(builder)
  if (result instanceof Promise) {
    throw new StreamsError('MR-1001', {
      what: `build of app '${id}' is asynchronous`,
      why: 'The topology must be complete when build returns.',
      fix: 'await what it needs before defineApp, and declare synchronously',
    })
  }
  const topology = builder.build(options)
  topology.subtopologies()
  checkGivenCounts(topology)
  return { topology, topics: builder.topics }
}
