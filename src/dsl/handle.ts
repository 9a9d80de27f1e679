/**
 * What is behind a stream or a table: its node in the plan, and what is known of its serdes.
 *
 * The objects that applications hold are made by `Dsl`, which their methods get handed: a stream makes tables and a
 * table makes streams without the two classes knowing each other.
 */
import type { StreamsError } from '../base/errors.ts'
import { misuse } from '../base/misuse.ts'
import type { StreamNode, TableNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import type { Serde } from '../serdes/serde.ts'
import type { KStream } from './kstream.ts'
import type { KTable } from './ktable.ts'

/** A stream under construction. */
export interface StreamState {
  readonly node: StreamNode
  /** `undefined` when the key may be of any type and no serde was given. */
  readonly keySerde: Serde<unknown> | undefined
  /** `undefined` when an operator made the values: topics of the application's own then use JSON. */
  readonly valueSerde: Serde<unknown> | undefined
  /** Whether the key was changed since the records last went through a topic. */
  readonly rekeyed: boolean
}

/** A table under construction. */
export interface TableState {
  readonly node: TableNode
  readonly keySerde: Serde<unknown> | undefined
  readonly valueSerde: Serde<unknown> | undefined
}

/**
 * Makes streams and tables of one builder. Their classes know nothing of types: those are in `streams.ts`, through
 * which alone the objects are seen.
 */
export interface Dsl {
  readonly plan: Plan
  readonly stream: (state: StreamState) => AnyStream
  readonly table: (state: TableState) => AnyTable
}

export type AnyStream = KStream<unknown, unknown>
export type AnyTable = KTable<unknown, unknown>

/** What a class must have to stand for `T`, whatever the types of its members. */
export type MembersOf<T> = { readonly [M in keyof T]: unknown }

/** Where an object of the DSL keeps its state. */
export const state = Symbol('millrace.state')

/** The state of a stream that a user handed in; MR-1010 if it is something else. */
export function streamStateOf(stream: object, operator: string): StreamState {
  const found = (stream as { [state]?: StreamState | TableState } | null)?.[state]
  if (found === undefined || !('rekeyed' in found)) throw notA('stream', operator)
  return found
}

/** The state of a table that a user handed in; MR-1010 if it is something else. */
export function tableStateOf(table: object, operator: string): TableState {
  const found = (table as { [state]?: StreamState | TableState } | null)?.[state]
  if (found === undefined || 'rekeyed' in found) throw notA('table', operator)
  return found
}

/** Whether what a user handed in is a stream. */
export function isStream(object: object | undefined): boolean {
  const found = (object as { [state]?: StreamState | TableState } | null | undefined)?.[state]
  return found !== undefined && 'rekeyed' in found
}

function notA(kind: 'stream' | 'table', operator: string): StreamsError {
  return misuse(`${operator}: expected a ${kind} of a StreamsBuilder`)
}
