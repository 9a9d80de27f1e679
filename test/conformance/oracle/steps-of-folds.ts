/** Grows groups and what folds them: of streams, with and without windows, together, and of tables. */
import type { WindowSpec } from '../golden/scenario.ts'
import { plain, type Group, type Growth, type Handle, type Step } from './growth.ts'
import { keyFunctionOf, keyFunctions } from './steps-of-streams.ts'

const retentionForever = 1_000_000

/** Groups a stream, by its key or anew, or takes a group that is there. */
function group(growth: Growth, parents: () => Handle | undefined, name?: () => string): Group | undefined {
  return growth.group(
    ({ kind, named }) => kind === 'grouped' && (name === undefined || named),
    () => {
      const parent = parents()
      if (parent === undefined) return undefined
      const fields = name === undefined ? {} : { name: name() }
      const byKey = parent.windows === undefined && growth.dice.chance(0.55)
      const id = byKey
        ? growth.add('groupByKey', { from: parent.id, ...fields })
        : growth.add('groupBy', { from: parent.id, ...fields, fn: keyFunctionOf(growth, parent) })
      return { id, kind: 'grouped', spread: parent.spread, named: name !== undefined }
    },
  )
}

/** The fold of a group, as its operator and fields. */
function foldOf(growth: Growth, sessions: boolean): { op: string; fields: object } {
  const { dice } = growth
  switch (dice.pick(['count', 'reduce', 'aggregate'])) {
    case 'count':
      return { op: 'count', fields: {} }
    case 'reduce':
      return {
        op: 'reduce',
        fields: { fn: dice.pick(['cat', 'last', 'max', 'cat', 'last', 'max', 'add', 'plusDrop']) },
      }
    default: {
      const fn = dice.pick(['plus', 'plusDrop', 'add', 'plus', 'plusDrop', 'add', 'star'])
      return { op: 'aggregate', fields: { init: initOf(growth), fn, ...(sessions ? { merge: 'amp' } : {}) } }
    }
  }
}

export const fold: Step = growth => {
  const grouped = group(growth, () => growth.anyStream())
  if (grouped === undefined) return
  const { op, fields } = foldOf(growth, false)
  const id = growth.add(op, { from: grouped.id, ...growth.store(), ...fields })
  growth.keep(plain(id, 'table', grouped.spread))
}

export const versionedFold: Step = growth => {
  const grouped = group(growth, () => growth.stream())
  if (grouped === undefined) return
  const { op, fields } = foldOf(growth, false)
  const versions = { store: `store-${growth.nodes.length}`, versioned: growth.dice.pick([50, 100, 300]) }
  growth.keep({
    ...plain(growth.add(op, { from: grouped.id, ...versions, ...fields }), 'table', grouped.spread),
    versioned: true,
  })
}

const sizes = [50, 100, 120, 10]
const oddSizes = [1, 2, 7, 33, 1000]

function graceOf({ dice }: Growth, size: number): number {
  return dice.pick([0, 0, Math.floor(size / 2), size, 2 * size])
}

export function windowOf(growth: Growth, types: readonly string[]): WindowSpec {
  const { dice, habits } = growth
  const odd = dice.chance(habits.odd / 2)
  const size = dice.pick(odd ? oddSizes : sizes)
  const grace = graceOf(growth, size)
  const type = dice.pick(types)
  switch (type) {
    case 'tumbling':
      return { type, size, grace }
    case 'hopping':
      return { type, size, advance: dice.pick(advancesOf(size, odd)), grace }
    case 'sliding':
      return { type, diff: size, grace }
    case 'session':
      return { type, gap: size, grace }
    case 'unlimited':
      return { type, start: dice.pick([0, 1000, 1100, 100]) }
    default:
      return { type, sizes: dice.pick([[30, 70], [50, 10, 100], [100, 20], [10]]), grace }
  }
}

/** How far hopping windows may be apart; odd ones so little that not all of them fit, and so that few records make many. */
function advancesOf(size: number, odd: boolean): readonly number[] {
  if (!odd) return [Math.max(1, size / 2), Math.max(1, Math.floor(size / 3)), size, 10]
  return [size, Math.max(1, size - 1), Math.max(1, Math.floor(size / 2) + 1), Math.ceil(size / 20)]
}

/** The least retention that the window's store may have; `undefined` where it is not bounded. */
function retentionLeast({ type, size, diff, gap, sizes, grace = 0 }: WindowSpec): number | undefined {
  switch (type) {
    case 'tumbling':
    case 'hopping':
      return size! + grace
    case 'sliding':
      return 2 * diff! + grace
    case 'session':
      return gap! + grace
    case 'tiles':
      return Math.max(...sizes!) + grace
    default:
      return undefined
  }
}

function retentionOf({ dice }: Growth, window: WindowSpec): { retention?: number } {
  const least = retentionLeast(window)
  if (least === undefined || dice.chance(0.7)) return {}
  return { retention: least + dice.pick([0, 0, 1, 50, 1000]) }
}

/** Windows of a group of streams. */
function windowed(growth: Growth, types: readonly string[], emit?: 'close'): Group | undefined {
  return growth.group(
    known => known.kind === 'windowed' && known.emit === emit && types.includes(known.window!.type!),
    () => {
      const grouped = group(growth, () => growth.anyStream())
      if (grouped === undefined) return undefined
      const window = windowOf(growth, types)
      const emitting = emit === undefined ? {} : { emit }
      const id = growth.add('windowedBy', { from: grouped.id, window, ...emitting })
      return { id, kind: 'windowed', spread: grouped.spread, window, named: false, ...emitting }
    },
  )
}

function windowFoldOf(types: readonly string[], emit?: 'close'): Step {
  return growth => {
    const from = windowed(growth, types, emit)
    if (from === undefined) return
    const window = from.window!
    const { op, fields } = foldOf(growth, window.type === 'session')
    const retention = emit === undefined ? retentionOf(growth, window) : { retention: retentionForever }
    const foldId = growth.add(op, { from: from.id, ...growth.store(), ...retention, ...fields })
    const windows = { fold: foldId, type: window.type!, ofCogroup: false }
    growth.keep({ ...plain(foldId, 'table', from.spread), windows })
  }
}

export const windowFold = windowFoldOf(['tumbling', 'hopping', 'sliding', 'session', 'unlimited', 'tiles'])
export const closedFold = windowFoldOf(['tumbling', 'hopping', 'sliding', 'session'], 'close')

const cogroupFunctions = ['plus', 'star', 'minus', 'add', 'plusDrop', 'last']

/** The groups of a cogroup; without their names Kafka cannot tell their repartition topics apart, and refuses. */
function cogroups(growth: Growth): Group | undefined {
  const { dice } = growth
  const make = (): Group | undefined => {
    const named = !dice.chance(0.05)
    const name = named ? () => `group-${growth.nodes.length}` : undefined
    const count = dice.chance(0.15) ? dice.integer(4, 6) : dice.integer(1, 3)
    const groups: Group[] = []
    for (let at = 0; at < count; at++) {
      const grouped = group(growth, () => growth.anyStream(), name)
      if (grouped === undefined) return undefined
      groups.push(grouped)
    }
    const id = growth.add('cogroup', {
      from: groups.map(each => each.id),
      fns: groups.map(() => dice.pick(cogroupFunctions)),
    })
    return { id, kind: 'cogrouped', spread: Math.max(...groups.map(({ spread }) => spread)), named }
  }
  return growth.group(({ kind }) => kind === 'cogrouped', make)
}

export const cogroup: Step = growth => {
  const grouped = cogroups(growth)
  if (grouped === undefined) return
  const versioned = growth.dice.chance(0.1)
  const store = versioned ? { store: `store-${growth.nodes.length}`, versioned: 100 } : growth.store()
  const id = growth.add('aggregate', { from: grouped.id, init: '0', ...store })
  growth.keep({ ...plain(id, 'table', grouped.spread), versioned })
}

export const windowCogroup: Step = growth => {
  const make = (): Group | undefined => {
    const grouped = cogroups(growth)
    if (grouped === undefined) return undefined
    const window = windowOf(growth, ['tumbling', 'hopping', 'sliding', 'session', 'unlimited', 'tiles'])
    const id = growth.add('windowedBy', { from: grouped.id, window })
    return { id, kind: 'windowed-cogroup', spread: grouped.spread, window, named: false }
  }
  const from = growth.group(({ kind }) => kind === 'windowed-cogroup', make)
  if (from === undefined) return
  const window = from.window!
  const merge = window.type === 'session' ? { merge: 'amp' } : {}
  const retention = retentionOf(growth, window)
  const fold = growth.add('aggregate', {
    from: from.id,
    init: '0',
    ...merge,
    ...retention,
    ...growth.store(),
  })
  const windows = { fold, type: window.type!, ofCogroup: true }
  growth.keep({ ...plain(fold, 'table', from.spread), windows })
}

/** The fold of a grouped table; each adds and subtracts texts that have grown above. */
export const tableFold: Step = growth => {
  const { dice } = growth
  const make = (): Group | undefined => {
    const parent = growth.narrowTable()
    if (parent === undefined) return undefined
    const keys = parent.windows === undefined ? keyFunctions : ['inner', 'start', 'first', 'const:q', 'key']
    const id = growth.add('groupTable', { from: parent.id, fn: dice.pick(keys) })
    return { id, kind: 'grouped-table', spread: parent.spread, named: false }
  }
  const from = growth.group(({ kind }) => kind === 'grouped-table', make)
  if (from === undefined) return
  const store = growth.store()
  const form = dice.pick(['count', 'reduce', 'aggregate'])
  const pair = dice.pick([
    { add: 'plus', sub: 'minus' },
    { add: 'plusDrop', sub: 'minus' },
    { add: 'plus', sub: 'plusDrop' },
    { add: 'add', sub: 'sub' },
  ])
  const reducers = dice.pick([
    { add: 'cat', sub: 'minus' },
    { add: 'max', sub: 'last' },
    { add: 'add', sub: 'sub' },
  ])
  const fields = form === 'count' ? {} : form === 'reduce' ? reducers : { init: initOf(growth), ...pair }
  growth.keep(plain(growth.add(form, { from: from.id, ...store, ...fields }), 'table', from.spread + 1))
}

function initOf({ dice, habits }: Growth): string {
  return dice.chance(habits.odd / 4) ? dice.pick(['', '5', 'null', 'é']) : '0'
}
