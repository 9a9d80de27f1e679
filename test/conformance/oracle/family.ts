/** What a family of generated scenarios is: the steps that it grows by, and how often; and steps that many share. */
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

export const plainSteps: Weights = {
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

export const tableSteps: Weights = {
  tableFilter: 1,
  tableFilterNot: 1,
  tableMapValues: 1.5,
  transformValues: 1,
}

export const everything: Weights = {
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
