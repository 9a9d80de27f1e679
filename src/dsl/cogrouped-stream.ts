/** `CogroupedStream`, `WindowedCogroupedStream` and `SessionWindowedCogroupedStream`: several grouped streams folded into one table. */
import { declaredAt } from '../base/declared-at.ts'
import type { StorePlan } from '../plan/node-base.ts'
import type { CogroupWindows } from '../plan/cogroup-windows.ts'
import type { RepartitionNode, StreamNode } from '../plan/node.ts'
import type { Serde } from '../serdes/serde.ts'
import { sessionWindowed } from '../serdes/session-windowed.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import type { StoredWindows } from '../windows/stored-windows.ts'
import type { Aggregator, Initializer, Merger } from './function-types.ts'
import { groupingOf, type Grouping } from './grouping.ts'
import { atLine, checkFunction, checkOptions } from './argument-checks.ts'
import type { AnyTable, Dsl, MembersOf } from './handle.ts'
import { lateNodeName, planLateRecords, type AnyWindowedByOptions, type LateHandler } from './late-plan.ts'
import type { StoreOptions, WindowStoreOptions } from './options.ts'
import { planRepartition } from './repartition.ts'
import { planStore } from './store-plan.ts'
import type {
  CogroupedStream,
  SessionWindowedCogroupedStream,
  WindowedCogroupedStream,
} from './kgrouped-stream.ts'
import { windowEmission, type WindowEmission } from './window-folds.ts'
import { checkWindows, windowKeySerde } from './window-kinds.ts'
import { retentionFor, sessionRetention } from './window-retention.ts'

export type AnyCogrouped = CogroupedStream<unknown, unknown>
type AnyWindowedCogrouped = WindowedCogroupedStream<unknown, unknown>
type AnyAggregator = Aggregator<unknown, unknown, unknown>
type AnySessionCogrouped = SessionWindowedCogroupedStream<unknown, unknown>
type Initial = { readonly initial: Initializer<unknown> }

type Merge = { readonly merge: Merger<unknown, unknown> }

const prefix = 'COGROUPKSTREAM-AGGREGATE-'

export class Cogrouped implements MembersOf<AnyCogrouped> {
  readonly #dsl: Dsl
  readonly #folds: ReadonlyMap<Grouping, AnyAggregator>
  readonly #planner: CogroupPlanner

  private constructor(dsl: Dsl, folds: ReadonlyMap<Grouping, AnyAggregator>) {
    this.#dsl = dsl
    this.#folds = folds
    this.#planner = new CogroupPlanner(dsl, folds)
  }

  /** The first of the groups. */
  static of(dsl: Dsl, grouping: Grouping, add: AnyAggregator): AnyCogrouped {
    checkFunction(add, 'cogroup')
    return new Cogrouped(dsl, new Map([[grouping, add]])) as AnyCogrouped
  }

  cogroup(group: object, add: AnyAggregator): AnyCogrouped {
    const grouping = groupingOf(group, 'cogroup')
    checkFunction(add, 'cogroup')
    return new Cogrouped(this.#dsl, new Map([...this.#folds, [grouping, add]])) as AnyCogrouped
  }

  aggregate(options: Initial & StoreOptions<unknown>): AnyTable {
    return this.#planner.aggregate(options, undefined)
  }

  windowedBy(
    windows: StoredWindows | SessionWindows,
    options: AnyWindowedByOptions = {},
  ): AnyWindowedCogrouped | AnySessionCogrouped {
    checkOptions(options, 'windowedBy')
    const planner = this.#planner
    return atLine('windowedBy', () =>
      windows?.kind === 'session'
        ? (new SessionWindowedCogrouped(planner, windows, options) as AnySessionCogrouped)
        : (new WindowedCogrouped(planner, windows, options) as AnyWindowedCogrouped),
    )
  }
}

class WindowedCogrouped implements MembersOf<AnyWindowedCogrouped> {
  readonly #planner: CogroupPlanner
  readonly #windows: StoredWindows
  readonly #emission: WindowEmission

  constructor(planner: CogroupPlanner, windows: StoredWindows, options: AnyWindowedByOptions) {
    this.#planner = planner
    this.#windows = checkWindows(windows, ['session'])
    this.#emission = windowEmission(windows, options)
  }

  aggregate(options: Initial & WindowStoreOptions<unknown>): AnyTable {
    const windows = this.#windows
    const retentionMs = retentionFor(windows, options, 'aggregate')
    const windowed = { kind: 'time', windows, retentionMs, ...this.#emission.closing } as const
    return this.#planner.aggregate(options, windowed, this.#emission.late)
  }
}

class SessionWindowedCogrouped implements MembersOf<AnySessionCogrouped> {
  readonly #planner: CogroupPlanner
  readonly #windows: SessionWindows
  readonly #emission: WindowEmission

  constructor(planner: CogroupPlanner, windows: SessionWindows, options: AnyWindowedByOptions) {
    this.#planner = planner
    this.#windows = windows
    this.#emission = windowEmission(windows, options)
  }

  aggregate(options: Initial & Merge & WindowStoreOptions<unknown>): AnyTable {
    const windows = this.#windows
    checkFunction(options?.initial, 'aggregate: initial')
    checkFunction(options.merge, 'aggregate: merge')
    const { merge } = options
    const retentionMs = sessionRetention(windows, options, 'aggregate')
    const windowed = { kind: 'session', windows, retentionMs, merge, ...this.#emission.closing } as const
    return this.#planner.aggregate(options, windowed, this.#emission.late)
  }
}

/** Adds the nodes of a cogroup: repartitions, one fold for each group, and what makes one table of them. */
class CogroupPlanner {
  readonly #dsl: Dsl
  readonly #folds: ReadonlyMap<Grouping, AnyAggregator>
  /** One for each group whose key was changed, whatever is aggregated of it. */
  readonly #repartitions = new Map<Grouping, RepartitionNode>()

  constructor(dsl: Dsl, folds: ReadonlyMap<Grouping, AnyAggregator>) {
    this.#dsl = dsl
    this.#folds = folds
  }

  /** Takes the indexes in Kafka's order: store, repartitions, folds, table. */
  aggregate(
    options: Initial & StoreOptions<unknown>,
    windowed: CogroupWindows | undefined,
    late?: LateHandler,
  ): AnyTable {
    checkFunction(options?.initial, 'aggregate: initial')
    const { plan } = this.#dsl
    const { initial, name } = options
    const place = declaredAt()
    const [{ keySerde }] = [...this.#folds.keys()] as [Grouping]
    const store = planStore(plan, {
      prefix,
      // What is put out once cannot be put out once per commit.
      options: windowed?.onClose === true ? { ...options, caching: false } : options,
      keySerde,
      valueSerde: undefined,
      operator: 'aggregate',
    })
    const parents = [...this.#folds.keys()].map(grouping => this.#parentOf(grouping, store))
    const names = parents.map((_, index) => plan.processorName(prefix, name, `-cogroup-agg-${index}`))
    const merge = plan.processorName('COGROUPKSTREAM-MERGE-', name, '-cogroup-merge')
    const folds = [...this.#folds.values()].map((add, index) =>
      plan.add({
        kind: 'cogroup-fold',
        name: names[index]!,
        declaredAt: place,
        parent: parents[index]!,
        into: store,
        initial,
        add,
        windowed,
        late: lateNodeName(merge, late),
      }),
    )
    const node = plan.add({
      kind: 'cogroup',
      name: merge,
      declaredAt: place,
      parents: Object.freeze(folds),
      store,
      windowed,
    })
    planLateRecords(this.#dsl, folds, { late, keySerde: store.keySerde })
    const tableKey = keySerdeOf(store.keySerde, windowed)
    return this.#dsl.table({ node, keySerde: tableKey, valueSerde: store.valueSerde })
  }

  #parentOf(grouping: Grouping, store: StorePlan): StreamNode {
    const { plan } = this.#dsl
    const { node, rekeyed, name, keySerde, valueSerde } = grouping
    if (!rekeyed) return node
    // The indexes are taken even where the topic is there already, as in Kafka.
    const planned = planRepartition(plan, {
      parent: node,
      prefix: name ?? store.name,
      named: name !== undefined || store.named,
      keySerde,
      valueSerde,
      operator: 'cogroup',
    })
    let repartition = this.#repartitions.get(grouping)
    if (repartition === undefined) this.#repartitions.set(grouping, (repartition = plan.add(planned)))
    return repartition
  }
}

function keySerdeOf(keySerde: Serde<unknown>, windowed: CogroupWindows | undefined): Serde<unknown> {
  if (windowed === undefined) return keySerde
  if (windowed.kind === 'session') return sessionWindowed(keySerde) as Serde<unknown>
  return windowKeySerde(keySerde, windowed.windows)
}
