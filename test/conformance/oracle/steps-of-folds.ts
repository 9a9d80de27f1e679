/** Grows groups and what folds them: of streams, with and without windows, together, and of tables. */
import type { WindowSpec } from '../golden/scenario.ts'
import { plain, type Growth, type Handle, type Step } from './growth.ts'
import { keyFunctions } from './steps-of-streams.ts'

const retentionForever = 1_000_000

function group(growth: Growth, parent: Handle, name: { name?: string } = {}): string {
  if (growth.dice.chance(0.55)) return growth.add('groupByKey', { from: parent.id, ...name })
  return growth.add('groupBy', { from: parent.id, ...name, fn: growth.dice.pick(keyFunctions) })
}

/** The fold of a group, as its operator and fields. */
function foldOf({ dice }: Growth, sessions: boolean): { op: string; fields: object } {
  switch (dice.pick(['count', 'reduce', 'aggregate'])) {
    case 'count':
      return { op: 'count', fields: {} }
    case 'reduce':
      return { op: 'reduce', fields: { fn: dice.pick(['cat', 'last', 'max']) } }
    default: {
      const fn = dice.pick(['plus', 'plusDrop', 'add', 'plus', 'plusDrop', 'add', 'star'])
      return { op: 'aggregate', fields: { init: '0', fn, ...(sessions ? { merge: 'amp' } : {}) } }
    }
  }
}

export const fold: Step = growth => {
  const parent = growth.stream()
  if (parent === undefined) return
  const from = group(growth, parent)
  const { op, fields } = foldOf(growth, false)
  growth.keep(plain(growth.add(op, { from, ...growth.store(), ...fields }), 'table', parent.spread))
}

export const versionedFold: Step = growth => {
  const parent = growth.stream()
  if (parent === undefined) return
  const from = group(growth, parent)
  const { op, fields } = foldOf(growth, false)
  const versions = { store: `store-${growth.nodes.length}`, versioned: growth.dice.pick([50, 100, 300]) }
  growth.keep({
    ...plain(growth.add(op, { from, ...versions, ...fields }), 'table', parent.spread),
    versioned: true,
  })
}

const sizes = [50, 100, 120, 10]

function graceOf({ dice }: Growth, size: number): number {
  return dice.pick([0, 0, Math.floor(size / 2), size, 2 * size])
}

export function windowOf(growth: Growth, types: readonly string[]): WindowSpec {
  const { dice } = growth
  const size = dice.pick(sizes)
  const grace = graceOf(growth, size)
  const type = dice.pick(types)
  switch (type) {
    case 'tumbling':
      return { type, size, grace }
    case 'hopping':
      return { type, size, advance: dice.pick([size / 2, Math.floor(size / 3), size, 10]), grace }
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

function windowFoldOf(types: readonly string[], emit?: 'close'): Step {
  return growth => {
    const parent = growth.stream()
    if (parent === undefined) return
    const from = group(growth, parent)
    const window = windowOf(growth, types)
    const id = growth.add('windowedBy', { from, window, ...(emit === undefined ? {} : { emit }) })
    const { op, fields } = foldOf(growth, window.type === 'session')
    const retention = emit === undefined ? retentionOf(growth, window) : { retention: retentionForever }
    const foldId = growth.add(op, { from: id, ...growth.store(), ...retention, ...fields })
    const windows = { fold: foldId, type: window.type! }
    growth.keep({ ...plain(foldId, 'table', parent.spread), windows })
  }
}

export const windowFold = windowFoldOf(['tumbling', 'hopping', 'sliding', 'session', 'unlimited', 'tiles'])
export const closedFold = windowFoldOf(['tumbling', 'hopping', 'sliding', 'session'], 'close')

const cogroupFunctions = ['plus', 'star', 'minus', 'add', 'plusDrop', 'last']

/** The groups of a cogroup; without their names Kafka cannot tell their repartition topics apart, and refuses. */
function cogroups(growth: Growth): { id: string; spread: number } | undefined {
  const parents: Handle[] = []
  const count = growth.dice.integer(1, 3)
  for (let at = 0; at < count; at++) {
    const parent = growth.stream()
    if (parent === undefined) return undefined
    parents.push(parent)
  }
  const named = !growth.dice.chance(0.05)
  const groups = parents.map(parent =>
    group(growth, parent, named ? { name: `group-${growth.nodes.length}` } : {}),
  )
  const fns = groups.map(() => growth.dice.pick(cogroupFunctions))
  const id = growth.add('cogroup', { from: groups, fns })
  return { id, spread: Math.max(...parents.map(({ spread }) => spread)) }
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
  const grouped = cogroups(growth)
  if (grouped === undefined) return
  const window = windowOf(growth, ['tumbling', 'hopping', 'sliding', 'session', 'unlimited', 'tiles'])
  const from = growth.add('windowedBy', { from: grouped.id, window })
  const merge = window.type === 'session' ? { merge: 'amp' } : {}
  const retention = retentionOf(growth, window)
  const fold = growth.add('aggregate', { from, init: '0', ...merge, ...retention, ...growth.store() })
  growth.keep({ ...plain(fold, 'table', grouped.spread), windows: { fold, type: window.type! } })
}

/** The fold of a grouped table; each adds and subtracts texts that have grown above. */
export const tableFold: Step = growth => {
  const { dice } = growth
  const parent = growth.narrowTable()
  if (parent === undefined) return
  const keys = parent.windows === undefined ? keyFunctions : ['inner', 'start', 'first', 'const:q', 'key']
  const from = growth.add('groupTable', { from: parent.id, fn: dice.pick(keys) })
  const store = growth.store()
  const form = dice.pick(['count', 'reduce', 'aggregate'])
  const pair = dice.pick([
    { add: 'plus', sub: 'minus' },
    { add: 'plusDrop', sub: 'minus' },
    { add: 'add', sub: 'sub' },
  ])
  const reducers = dice.pick([
    { add: 'cat', sub: 'minus' },
    { add: 'add', sub: 'sub' },
  ])
  const fields = form === 'count' ? {} : form === 'reduce' ? reducers : { init: '0', ...pair }
  growth.keep(plain(growth.add(form, { from, ...store, ...fields }), 'table', parent.spread + 1))
}
