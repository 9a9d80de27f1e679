/** Declares `process`, `processValues` and their stores: the processors that the format names. */
import {
  kvStore,
  type IncomingRecord,
  type KeyValueStoreHandle,
  type OutgoingRecord,
  type ProcessContext,
  type Punctuation,
  type StoreHandle,
} from '../../../src/index.ts'
import { textOf } from './functions.ts'
import { named, text, type Operator, type Site } from './operator.ts'
import type { NodeSpec } from './scenario.ts'

type Store = KeyValueStoreHandle<unknown, unknown>
type Stores = { readonly state: Store }
type Incoming = IncomingRecord<unknown, unknown>
type Outgoing = OutgoingRecord<unknown, unknown>

/** Stores by name, for each topology that is being declared. */
const storesOf = new WeakMap<Site['builder'], Map<string, StoreHandle>>()

/** Notes a store, for processors that name it. */
export function remember(builder: Site['builder'], store: StoreHandle): void {
  const stores = storesOf.get(builder) ?? new Map<string, StoreHandle>()
  storesOf.set(builder, stores.set(store.name, store))
}

export const stateStore: Operator<undefined> = {
  declare: (node, _from, { builder }) => {
    const store = kvStore(node.store!, { key: text, value: text })
    remember(builder, store)
    builder.stateStore(store)
    return []
  },
}

export const processor: Operator<'stream'> = {
  makes: 'stream',
  declare: (node, { stream, windowedKeys }, { builder }) => {
    const values = valuesOf(node)
    const [kind, ...args] = node.fn!.split(':')
    const made = stream.process<unknown, unknown, Stores>({
      ...named(node),
      ...connected(node, builder),
      key: text,
      value: text,
      *process(record, context): Generator<Outgoing, void, undefined> {
        const { key, value, timestamp } = record
        if (kind === 'delay') yield { key, value, timestamp: timestamp + Number(args[0]) }
        else if (kind === 'hold') hold(record, context)
        else for (const value of values(record, context)) yield { ...record, value }
      },
      punctuate: kind === 'hold' ? [release(args)] : [],
    })
    return [{ kind: 'stream', stream: made, windowedKeys }]
  },
}

export const valueProcessor: Operator<'stream'> = {
  makes: 'stream',
  declare: (node, { stream, windowedKeys }, { builder }) => {
    const made = stream.processValues<unknown, Stores>({
      ...named(node),
      ...connected(node, builder),
      value: text,
      process: valuesOf(node),
    })
    return [{ kind: 'stream', stream: made, windowedKeys }]
  },
}

/** A store that was not declared is handed on as what it is, nothing, for the DSL to refuse. */
function connected({ store, fn }: NodeSpec, builder: Site['builder']): { readonly stores?: Stores } {
  const name = fn!.startsWith('lookup:') ? fn!.slice('lookup:'.length) : store
  return name === undefined ? {} : { stores: { state: storesOf.get(builder)?.get(name) as Store } }
}

type ValueProcessor = (record: Incoming, context: ProcessContext<Stores>) => Iterable<unknown>

/** The processors that keep keys. */
function valuesOf({ fn }: NodeSpec): ValueProcessor {
  switch (fn) {
    case 'stamp':
      return ({ value, timestamp }) => [`${textOf(value) ?? 'null'}@${timestamp}`]
    case 'append':
      return ({ key, value }, { stores: { state } }) => {
        if (key === undefined) return []
        const before = state.get(key)
        state.put(key, before === undefined ? value : `${textOf(before)}+${textOf(value) ?? 'null'}`)
        return [state.get(key)]
      }
    case 'distinct':
      return ({ key, value }, { stores: { state } }) => {
        if (key === undefined || textOf(state.get(key)) === textOf(value)) return []
        state.put(key, value)
        return [value]
      }
    default:
      return ({ key, value }, { stores: { state } }) => {
        const found = key === undefined ? undefined : textOf(state.get(key))
        return [`${textOf(value) ?? 'null'}+${found ?? 'null'}`]
      }
  }
}

function hold({ key, value }: Incoming, { stores }: ProcessContext<Stores>): void {
  if (key !== undefined) stores.state.put(key, value)
}

function release([time, interval, start]: readonly string[]): Punctuation<Stores, Iterable<Outgoing>> {
  return {
    every: Number(interval),
    clock: time === 'wall' ? 'wall' : 'stream',
    ...(start === undefined ? {} : { start: Number(start) }),
    *run({ stores, now, count, cancel }) {
      for (const [key, value] of stores.state.all()) yield { key, value: `${textOf(value)}@${now}` }
      for (const [key] of stores.state.all()) stores.state.delete(key)
      if (count === 5) cancel()
    },
  }
}
