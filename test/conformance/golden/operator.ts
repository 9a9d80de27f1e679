/**
 * What an operator of the format is to the runner: how it is declared through the public DSL, and which of its options
 * the DSL does not offer yet.
 *
 * Operators stand in tables, by what they are called on and by their name. An operator that is in no table is not
 * supported yet; nothing else lists what is.
 */
import type {
  GlobalKTable,
  CogroupedStream,
  KGroupedStream,
  KGroupedTable,
  KStream,
  KTable,
  Serde,
  StreamsBuilder,
  Topic,
  WindowedCogroupedStream,
  WindowedStream,
} from '../../../src/index.ts'
import { string } from '../../../src/index.ts'
import { textOf } from './functions.ts'
import type { NodeSpec } from './scenario.ts'

export type Stream = KStream<unknown, unknown>
export type Table = KTable<unknown, unknown>
export type Grouped = KGroupedStream<unknown, unknown>
export type GroupedRows = KGroupedTable<unknown, unknown>
export type WindowedGroup = WindowedStream<unknown, unknown>
export type Cogrouped = CogroupedStream<unknown, unknown>
export type WindowedCogroup = WindowedCogroupedStream<unknown, unknown>

/** What the id of a node stands for. */
export type Declared =
  | { readonly kind: 'stream'; readonly stream: Stream; readonly windowedKeys: boolean }
  | { readonly kind: 'table'; readonly table: Table; readonly windowedKeys: boolean }
  | {
      readonly kind: 'global'
      readonly table: GlobalKTable<unknown, unknown>
      readonly windowedKeys: boolean
    }
  | { readonly kind: 'grouped'; readonly grouped: Grouped; readonly windowedKeys: boolean }
  | { readonly kind: 'grouped-table'; readonly groupedTable: GroupedRows; readonly windowedKeys: boolean }
  | { readonly kind: 'windowed'; readonly windowed: WindowedGroup; readonly windowedKeys: boolean }
  | { readonly kind: 'cogrouped'; readonly cogrouped: Cogrouped; readonly windowedKeys: boolean }
  | {
      readonly kind: 'windowedCogrouped'
      readonly cogrouped: WindowedCogroup
      readonly windowedKeys: boolean
    }

export type Kind = Declared['kind']
export type DeclaredAs<K extends Kind> = Extract<Declared, { readonly kind: K }>

/** Where a topology is declared. */
export interface Site {
  readonly builder: StreamsBuilder
  /** The one declaration of a topic. */
  readonly topicOf: (name: string) => Topic<unknown, unknown>
  /** Told of every topic that a dynamic sink has chosen. */
  readonly onTopicChosen: (topic: string) => void
}

/** An operator that is called on a `K`; sources are called on nothing. */
export interface Operator<K extends Kind | undefined> {
  /** What its ids stand for; absent where it ends the stream. */
  readonly makes?: Kind
  /** Names what the DSL does not offer of what the node asks for. */
  readonly lacks?: (node: NodeSpec, parents: readonly Kind[]) => string | undefined
  /** Answers what `idsOf` the node stand for, in that order. */
  readonly declare: (
    node: NodeSpec,
    from: K extends Kind ? DeclaredAs<K> : undefined,
    site: Site,
    second: Declared | undefined,
    /** Everything it is called on, for those that take any number. */
    all: readonly Declared[],
  ) => readonly Declared[]
}

export type OperatorTable<K extends Kind | undefined> = ReadonlyMap<string, Operator<K>>

const plainText = string()

/** Keys and values are texts everywhere; a count or a windowed key is written as its text, as the format demands. */
export const text: Serde<unknown> = {
  name: 'text',
  serialize: value => plainText.serialize(textOf(value)!),
  deserialize: bytes => plainText.deserialize(bytes),
}

export function named({ name }: NodeSpec): { readonly name?: string } {
  return name === undefined ? {} : { name }
}

export function storeOf({ store }: NodeSpec): { readonly store?: string } {
  return store === undefined ? {} : { store }
}

/** The history that a store is to keep, where it is versioned. */
export function versionedOf({ versioned }: NodeSpec): { readonly versioned?: number } {
  return versioned === undefined ? {} : { versioned }
}
