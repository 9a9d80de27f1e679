/** The families of generated scenarios: which steps they grow by, and how often. */
import type { Step } from './growth.ts'
import * as folds from './steps-of-folds.ts'
import * as streams from './steps-of-streams.ts'
import * as tables from './steps-of-tables.ts'

export const steps = { ...streams, ...folds, ...tables } as const satisfies Readonly<Record<string, unknown>>

/** The names of those exports that are steps. */
export type StepName = {
  [K in keyof typeof steps]: (typeof steps)[K] extends Step ? K : never
}[keyof typeof steps]

export type Weights = Readonly<Partial<Record<StepName, number>>>

export interface Family {
  /** Taken once each, in this order, before anything else. */
  readonly roots: readonly StepName[]
  readonly weights: Weights
  /** How many steps follow the roots, at least and at most. */
  readonly length: readonly [least: number, most: number]
  /** How often inputs move the wall clock. */
  readonly advances?: number
  /** How often a scenario is spoilt on purpose. */
  readonly spoilt?: number
  /** How often a node has a name. */
  readonly named?: number
  /** How many inputs there are; the default is up to 60. */
  readonly inputs?: readonly [least: number, most: number]
  /** How often strict naming is asked for. */
  readonly strict?: number
  /** Whether optimisations are always asked for. */
  readonly optimised?: boolean
  /** These habits rather than such as chance gives. */
  readonly shared?: number
  readonly odd?: number
  readonly forked?: number
  /** Few inputs: the family is about what is built. */
  readonly brief?: boolean
}

const plainSteps: Weights = {
  filter: 1,
  filterNot: 1,
  mapValues: 2,
  map: 1,
  selectKey: 1,
  flatMapValues: 1,
  flatMap: 0.5,
  peek: 0.5,
  stamp: 1,
  stampWithKey: 0.2,
}

const tableSteps: Weights = {
  tableFilter: 1,
  tableFilterNot: 1,
  tableMapValues: 1.5,
  transformValues: 1,
}

const everything: Weights = {
  ...plainSteps,
  ...tableSteps,
  merge: 1,
  end: 0.3,
  split: 0.7,
  repartition: 0.7,
  toTable: 1.2,
  delay: 0.5,
  processWithStore: 0.7,
  fold: 2,
  windowFold: 2,
  cogroup: 0.8,
  windowCogroup: 0.6,
  tableFold: 1.5,
  suppress: 1,
  toStream: 2.5,
  streamStreamJoin: 1.2,
  selfJoin: 0.4,
  streamTableJoin: 2,
  streamGlobalJoin: 0.5,
  tableTableJoin: 2,
  foreignKeyJoin: 0.8,
}

/** By name; those of the given scenarios, and `everything` which is them all together. */
export const families: Readonly<Record<string, Family>> = {
  stateless: {
    roots: ['source'],
    weights: { ...plainSteps, merge: 1, repartition: 1, split: 1 },
    length: [2, 12],
  },
  aggregate: { roots: ['source'], weights: { ...plainSteps, fold: 3, toStream: 2 }, length: [3, 10] },
  windows: {
    roots: ['source'],
    weights: { ...plainSteps, windowFold: 6, toStream: 2, tableMapValues: 1 },
    length: [2, 8],
  },
  'emit-on-close': {
    roots: ['source'],
    weights: { ...plainSteps, closedFold: 5, toStream: 2 },
    length: [2, 7],
  },
  cogroup: {
    roots: ['source', 'source'],
    weights: { ...plainSteps, cogroup: 3, windowCogroup: 3, toStream: 1, source: 0.5 },
    length: [2, 8],
  },
  tables: {
    roots: ['sourceTable'],
    weights: { ...tableSteps, toTable: 2, toStream: 1, source: 1 },
    length: [2, 10],
  },
  'table-table': {
    roots: ['sourceTable', 'sourceTable'],
    weights: { ...tableSteps, tableTableJoin: 4, sourceTable: 0.3, toStream: 0.4, toTable: 0.4 },
    length: [3, 12],
  },
  'table-aggregate': {
    roots: ['sourceTable'],
    weights: { ...tableSteps, tableFold: 4, tableTableJoin: 1, toStream: 0.5, fold: 0.5 },
    length: [3, 10],
  },
  'two-level': {
    roots: ['source', 'fold'],
    weights: { ...tableSteps, tableFold: 3, toStream: 1, windowFold: 0.7, fold: 0.7 },
    length: [3, 10],
  },
  'foreign-key': {
    roots: ['sourceTable', 'sourceTable'],
    weights: {
      ...tableSteps,
      foreignKeyJoin: 4,
      tableTableJoin: 0.7,
      tableFold: 0.7,
      toStream: 0.3,
      toTable: 0.3,
    },
    length: [2, 8],
  },
  'stream-table': {
    roots: ['source', 'sourceTable'],
    weights: { ...plainSteps, ...tableSteps, streamTableJoin: 5, fold: 1, toTable: 1, toStream: 0.5 },
    length: [3, 10],
  },
  'stream-global': {
    roots: ['source', 'globalTable'],
    weights: { ...plainSteps, streamGlobalJoin: 4, fold: 0.7, toStream: 0.5, globalTable: 0.3 },
    length: [2, 7],
  },
  'stream-stream': {
    roots: ['source', 'source'],
    weights: { ...plainSteps, streamStreamJoin: 5, selfJoin: 1, source: 0.3, repartition: 0.3 },
    length: [2, 7],
  },
  versioned: {
    roots: ['versionedSource', 'source'],
    weights: {
      ...tableSteps,
      streamTableJoin: 4,
      tableTableJoin: 2,
      versionedSource: 1,
      versionedToTable: 1,
      versionedFold: 2,
      tableFold: 1,
      foreignKeyJoin: 1,
      toStream: 0.7,
      toTable: 0.4,
    },
    length: [2, 9],
  },
  suppress: {
    roots: ['source', 'sourceTable'],
    weights: {
      ...tableSteps,
      fold: 1,
      windowFold: 2,
      suppress: 4,
      toStream: 1,
      tableTableJoin: 1,
      streamTableJoin: 0.5,
      tableFold: 0.5,
    },
    length: [3, 9],
  },
  'self-join': { roots: ['source'], weights: { ...plainSteps, selfJoin: 4, merge: 0.5 }, length: [1, 5] },
  branch: { roots: ['source'], weights: { ...plainSteps, split: 4, merge: 0.7, end: 0.5 }, length: [2, 8] },
  processors: {
    roots: ['source'],
    weights: {
      ...plainSteps,
      processWithStore: 3,
      hold: 2,
      delay: 2,
      source: 0.5,
      fold: 0.7,
      toStream: 0.5,
      merge: 0.4,
    },
    length: [2, 8],
    advances: 0.2,
  },
  sources: {
    roots: ['oddSource'],
    weights: {
      ...plainSteps,
      oddSource: 0.7,
      lookup: 1.5,
      windowFold: 1.5,
      fold: 0.7,
      toStream: 0.7,
      sourceTable: 0.3,
      streamTableJoin: 0.7,
    },
    length: [2, 8],
  },
  repartitioning: {
    roots: ['source', 'sourceTable'],
    weights: {
      ...plainSteps,
      selectKey: 3,
      map: 2,
      fold: 4,
      windowFold: 1,
      toStream: 1,
      streamTableJoin: 2,
      streamStreamJoin: 1,
      repartition: 1,
      toTable: 0.7,
      merge: 0.7,
    },
    length: [4, 16],
  },
  naming: {
    roots: ['source', 'source', 'sourceTable'],
    weights: everything,
    length: [4, 20],
    named: 0.5,
    brief: true,
  },
  // Everything that can have a name has one, and so strict naming may be content.
  'strict-naming': {
    roots: ['source', 'source', 'sourceTable'],
    weights: everything,
    length: [1, 8],
    named: 0.97,
    strict: 0.8,
    brief: true,
  },
  // The same groups and windows folded in many ways, one after another.
  groups: {
    roots: ['source', 'source'],
    weights: {
      ...plainSteps,
      fold: 3,
      windowFold: 3,
      closedFold: 0.7,
      cogroup: 2,
      windowCogroup: 2,
      tableFold: 2,
      toStream: 2,
      toTable: 0.5,
    },
    length: [4, 16],
    shared: 0.5,
  },
  // What becomes of windowed tables: joins with each other, folds, and streams of their keys.
  'windowed-tables': {
    roots: ['source', 'windowFold', 'windowFold'],
    weights: {
      ...tableSteps,
      ...plainSteps,
      windowFold: 2,
      closedFold: 0.5,
      tableTableJoin: 4,
      tableFold: 1.5,
      suppress: 1.5,
      toStream: 2,
      toTable: 0.7,
      fold: 1,
    },
    length: [4, 14],
    odd: 0.6,
  },
  // Foreign-key joins of what joins and folds have made, and of each other.
  'foreign-keys-deep': {
    roots: ['sourceTable', 'sourceTable', 'sourceTable', 'source', 'fold'],
    weights: {
      ...tableSteps,
      foreignKeyJoin: 4,
      tableTableJoin: 2.5,
      tableFold: 1,
      versionedSource: 0.3,
      versionedToTable: 0.3,
      toTable: 0.5,
      toStream: 0.7,
      suppress: 0.5,
    },
    length: [4, 14],
  },
  // Long ways down, of few kinds of operators each.
  chains: {
    roots: ['source', 'fold', 'toStream', 'fold', 'toStream', 'windowFold', 'toStream'],
    weights: { ...everything, merge: 0.3 },
    length: [4, 14],
    forked: 0.05,
  },
  joins: {
    roots: ['source', 'source', 'sourceTable', 'sourceTable', 'globalTable'],
    weights: {
      ...plainSteps,
      ...tableSteps,
      streamStreamJoin: 2,
      selfJoin: 0.5,
      streamTableJoin: 3,
      streamGlobalJoin: 1,
      tableTableJoin: 4,
      foreignKeyJoin: 1.5,
      tableFold: 0.7,
      fold: 0.7,
      toTable: 1,
      toStream: 0.7,
    },
    length: [6, 18],
  },
  'shared-topics': {
    roots: ['source', 'source', 'sourceTable'],
    weights: {
      ...everything,
      source: 2,
      sourceTable: 2,
      oddSource: 1,
      globalTable: 0.5,
      versionedSource: 0.5,
    },
    length: [3, 12],
    shared: 0.8,
  },
  // What the optimiser rewires; records hardly matter.
  optimised: {
    roots: ['source', 'sourceTable', 'selectKey'],
    weights: {
      ...everything,
      selectKey: 3,
      map: 2,
      flatMap: 1,
      fold: 5,
      merge: 2,
      selfJoin: 1.5,
      streamStreamJoin: 2,
      cogroup: 2,
      repartition: 1,
    },
    length: [6, 24],
    forked: 0.5,
    optimised: true,
    brief: true,
  },
  refusals: {
    roots: ['source', 'sourceTable'],
    weights: {
      ...everything,
      hold: 0.7,
      lookup: 0.5,
      closedFold: 0.7,
      versionedSource: 0.5,
      globalTable: 0.5,
    },
    length: [2, 7],
    spoilt: 1,
    brief: true,
  },
  mixed: { roots: ['source', 'sourceTable'], weights: everything, length: [4, 12] },
  deep: { roots: ['source', 'source', 'sourceTable', 'globalTable'], weights: everything, length: [10, 30] },
  // Deeper than any given scenario.
  abyss: {
    roots: ['source', 'source', 'sourceTable', 'sourceTable', 'globalTable', 'versionedSource'],
    weights: {
      ...everything,
      source: 0.3,
      sourceTable: 0.3,
      closedFold: 0.7,
      versionedToTable: 0.3,
      lookup: 0.1,
    },
    length: [20, 60],
    forked: 0.4,
    inputs: [20, 120],
  },
  everything: {
    roots: ['source', 'source', 'sourceTable', 'versionedSource'],
    weights: {
      ...everything,
      globalTable: 0.3,
      versionedToTable: 0.4,
      versionedFold: 0.4,
      versionedSource: 0.3,
      closedFold: 1,
      oddSource: 0.2,
      lookup: 0.2,
      hold: 0.2,
    },
    length: [6, 24],
  },
}
