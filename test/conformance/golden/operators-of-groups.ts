/** Declares the operators that are called on groups: windows and folds. */
import {
  customWindows,
  hopping,
  session,
  sliding,
  tumbling,
  unlimited,
  type FixedWindows,
  type SessionWindows,
  type StoredWindows,
  type TimeWindows,
} from '../../../src/index.ts'
import * as functions from './functions.ts'
import {
  versionedOf,
  named,
  storeOf,
  text,
  type Operator,
  type OperatorTable,
  type WindowedGroup,
  type Table,
} from './operator.ts'
import type { NodeSpec, WindowSpec } from './scenario.ts'

/** Windows of time by the type that the format gives them. */
export const windows: ReadonlyMap<string, (spec: WindowSpec) => StoredWindows> = new Map<
  string,
  (spec: WindowSpec) => StoredWindows
>([
  ['tumbling', ({ size, grace = 0 }: WindowSpec) => tumbling(size!, { grace })],
  ['sliding', ({ diff, grace = 0 }: WindowSpec) => sliding(diff!, { grace })],
  ['unlimited', ({ start = 0 }: WindowSpec) => unlimited({ start })],
  ['tiles', ({ sizes, grace = 0 }: WindowSpec) => tiles(sizes!, grace)],
  ['hopping', ({ size, advance, grace = 0 }: WindowSpec) => hopping(size!, { advance: advance!, grace })],
])

/** Windows that cover time from 0 on without gaps, their sizes taken in turn. */
function tiles(sizes: readonly number[], grace: number): FixedWindows {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const windowsFor = (timestamp: number) => {
    let start = Math.floor(timestamp / total) * total
    for (const size of sizes) {
      if (timestamp < start + size) return [{ start, end: start + size }]
      start += size
    }
    return []
  }
  return customWindows({ windowsFor, size: Math.max(...sizes), grace })
}

export const sessionsOf = ({ gap, grace = 0 }: WindowSpec): SessionWindows => session(gap!, { grace })

const windowedBy: Operator<'grouped'> = {
  makes: 'windowed',
  lacks: ({ window }) =>
    windows.has(window!.type!) || window!.type === 'session' ? undefined : `${window!.type} windows`,
  declare: ({ window, emit }, { grouped }) => {
    const options = { emit: emit === undefined ? 'update' : 'close' } as const
    if (window!.type === 'session') {
      const sessions: unknown = grouped.windowedBy(sessionsOf(window!), options)
      return [{ kind: 'windowed', windowed: sessions as WindowedGroup, windowedKeys: true }]
    }
    // What no type allows must be refused all the same.
    const made = windows.get(window!.type!)!(window!) as TimeWindows
    return [{ kind: 'windowed', windowed: grouped.windowedBy(made, options), windowedKeys: true }]
  },
}

/** What a fold is called on: both kinds of groups have the same folds. */
type AnyGroup = Pick<
  Parameters<Operator<'grouped'>['declare']>[1]['grouped'],
  'count' | 'reduce' | 'aggregate'
>

type Fold = (group: AnyGroup, node: NodeSpec) => Table

const options = (node: NodeSpec) => ({
  ...named(node),
  ...storeOf(node),
  ...versionedOf(node),
  ...(node.retention === undefined ? {} : { retention: node.retention }),
})

/** What an aggregate of sessions has more than others. */
export const mergeOf = ({ merge }: NodeSpec) =>
  merge === undefined ? {} : { merge: functions.merger(merge) }

const folds: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ['count', (group, node) => group.count(options(node)) as Table],
  ['reduce', (group, node) => group.reduce(functions.fold(node.fn!), { ...options(node), value: text })],
  [
    'aggregate',
    (group, node) =>
      group.aggregate<unknown>({
        initial: () => node.init,
        add: functions.fold(node.fn!),
        ...mergeOf(node),
        ...options(node),
        value: text,
      }),
  ],
])

function grouped(fold: Fold): Operator<'grouped'> {
  return {
    makes: 'table',
    declare: (node, { grouped, windowedKeys }) => [
      { kind: 'table', table: fold(grouped, node), windowedKeys },
    ],
  }
}

function windowed(fold: Fold): Operator<'windowed'> {
  return {
    makes: 'table',
    declare: (node, { windowed }) => [
      { kind: 'table', table: fold(windowed as unknown as AnyGroup, node), windowedKeys: true },
    ],
  }
}

const cogroup: Operator<'grouped'> = {
  makes: 'cogrouped',
  declare: ({ fns }, { grouped, windowedKeys }, _site, _second, all) => {
    let cogrouped = grouped.cogroup<unknown>(functions.fold(fns![0]!))
    for (const [index, other] of all.entries()) {
      if (index === 0 || other.kind !== 'grouped') continue
      cogrouped = cogrouped.cogroup(other.grouped, functions.fold(fns![index]!))
    }
    return [{ kind: 'cogrouped', cogrouped, windowedKeys }]
  },
}

export const operatorsOfGroups: OperatorTable<'grouped'> = new Map([
  ['cogroup', cogroup],
  ['windowedBy', windowedBy],
  ...[...folds].map(([op, fold]) => [op, grouped(fold)] as const),
])

export const operatorsOfWindowedGroups: OperatorTable<'windowed'> = new Map(
  [...folds].map(([op, fold]) => [op, windowed(fold)] as const),
)
