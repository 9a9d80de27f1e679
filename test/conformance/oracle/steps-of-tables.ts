/** Grows operators on tables, and joins of every kind. */
import { like, plain, type Growth, type Handle, type Step } from './growth.ts'
import { predicateOf, valueFunctions } from './steps-of-streams.ts'

/** A store of the next node, now and then a versioned one; windowed keys have none. */
function storeOf(growth: Growth, parent: Handle): { store?: string; versioned?: number } {
  const { dice, habits } = growth
  if (parent.windows !== undefined) return {}
  const versioned = parent.versioned === true ? 0.3 : habits.odd / 6
  if (dice.chance(versioned)) {
    return { store: `store-${growth.nodes.length}`, versioned: dice.pick([50, 300, 0, 1000]) }
  }
  return growth.store()
}

function onTable(op: string, fields: (growth: Growth) => object): Step {
  return growth => {
    const parent = growth.table()
    if (parent === undefined) return
    const store = storeOf(growth, parent)
    const id = growth.add(op, { from: parent.id, ...store, ...fields(growth) })
    // Without a store of its own it is looked up in the table above, versions and all.
    const versioned = store.store === undefined ? parent.versioned === true : 'versioned' in store
    growth.keep(like(parent, id, { versioned }))
  }
}

export const tableFilter = onTable('filter', predicateOf)
export const tableFilterNot = onTable('filterNot', predicateOf)
export const tableMapValues = onTable('mapValues', ({ dice }) => ({ fn: dice.pick(valueFunctions) }))
export const transformValues = onTable('transformValues', ({ dice }) => ({
  fn: dice.pick(['upper', 'nullIf:x', 'withKey', 'rev']),
}))

export const toStream: Step = growth => {
  const { dice } = growth
  const parent = growth.table()
  if (parent === undefined) return
  const keys = parent.windows === undefined ? ['first', 'last', 'key'] : ['inner', 'start', 'first', 'key']
  const anew = dice.chance(parent.windows === undefined ? 0.15 : 0.7)
  const id = growth.add('toStream', { from: parent.id, ...(anew ? { fn: dice.pick(keys) } : {}) })
  if (anew) growth.keep(plain(id, 'stream', parent.spread))
  else growth.keep(like(parent, id, { kind: 'stream', versioned: false }))
}

export const suppress: Step = growth => {
  const { dice } = growth
  const fits = ({ kind, windows, versioned }: Handle) =>
    kind === 'table' && windows?.ofCogroup !== true && versioned !== true
  const parent = growth.pick(fits)
  if (parent === undefined) return
  const close = parent.windows !== undefined && parent.windows.type !== 'unlimited' && dice.chance(0.6)
  const until = close ? 'close' : dice.pick([0, 10, 30, 100, 250])
  const bound = dice.chance(0.3)
    ? { maxRecords: close ? dice.pick([3, 8, 20]) : dice.pick([1, 2, 3, 8]) }
    : {}
  const full = 'maxRecords' in bound && !close && dice.chance(0.15) ? { full: 'stop' } : {}
  growth.keep(like(parent, growth.add('suppress', { from: parent.id, until, ...bound, ...full })))
}

const joinFunctions = ['cat', 'catKey']

export function joinWindowOf({ dice, habits }: Growth) {
  const size = dice.pick(dice.chance(habits.odd / 2) ? [0, 1, 7, 1000] : [10, 50, 100, 120])
  const grace = dice.pick([0, 0, Math.floor(size / 2), size, 2 * size])
  const form = dice.integer(0, 3)
  if (form < 2) return { before: size, after: size, grace }
  const before = dice.integer(form === 3 ? -size : 0, size)
  const after = dice.integer(Math.max(-before, before < 0 ? 0 : form === 3 ? -before : 0), size)
  return dice.chance(0.5) ? { before, after, grace } : { before: after, after: before, grace }
}

/** A join of `left` and `right` by time. */
function joinOfStreams(growth: Growth, left: Handle, right: Handle): void {
  const { dice } = growth
  const op = dice.pick(['join', 'leftJoin', 'outerJoin'])
  const storeName = dice.chance(growth.habits.stored / 2) ? { storeName: `kept-${growth.nodes.length}` } : {}
  const fields = { fn: dice.pick(joinFunctions), window: joinWindowOf(growth), ...storeName }
  const id = growth.add(op, { from: [left.id, right.id], ...fields })
  growth.keep(plain(id, 'stream', left.spread + right.spread + 1))
}

export const streamStreamJoin: Step = growth => {
  const left = growth.narrowStream()
  const right = growth.narrowStream()
  if (left !== undefined && right !== undefined) joinOfStreams(growth, left, right)
}

export const selfJoin: Step = growth => {
  const side = growth.narrowStream()
  if (side !== undefined) joinOfStreams(growth, side, side)
}

export const streamTableJoin: Step = growth => {
  const { dice } = growth
  const stream = growth.stream()
  const table = growth.plainTable()
  if (stream === undefined || table === undefined) return
  const grace = table.versioned === true && dice.chance(0.6) ? { grace: dice.pick([0, 20, 50, 100]) } : {}
  const fields = { from: [stream.id, table.id], fn: dice.pick(joinFunctions), ...grace }
  growth.keep(like(stream, growth.add(dice.pick(['join', 'leftJoin']), fields)))
}

export const streamGlobalJoin: Step = growth => {
  const { dice } = growth
  const stream = growth.stream()
  const table = growth.pick(({ kind }) => kind === 'global')
  if (stream === undefined || table === undefined) return
  const fields = { from: [stream.id, table.id], key: dice.pick(['key', 'first', 'last']), fn: 'cat' }
  growth.keep(like(stream, growth.add(dice.pick(['join', 'leftJoin']), fields)))
}

export const tableTableJoin: Step = growth => {
  const { dice } = growth
  const left = growth.narrowTable()
  if (left === undefined || left.windows?.ofCogroup === true) return
  const anyWindows = dice.chance(growth.habits.odd / 2)
  const right = growth.pick(({ kind, windows }) => {
    if (kind !== 'table' || windows?.ofCogroup === true) return false
    return (
      windows?.type === left.windows?.type ||
      (anyWindows && windows !== undefined && left.windows !== undefined)
    )
  })!
  const store = storeOf(growth, left)
  const op = dice.pick(['join', 'leftJoin', 'outerJoin'])
  const id = growth.add(op, { from: [left.id, right.id], fn: 'cat', ...store })
  const spread = Math.max(left.spread, right.spread) + (left.id === right.id ? 1 : 0.5)
  growth.keep(like(left, id, { spread, versioned: 'versioned' in store }))
}

export const foreignKeyJoin: Step = growth => {
  const { dice } = growth
  const left = growth.pick(
    ({ kind, windows, spread }) => kind === 'table' && windows === undefined && spread < 3,
  )
  const right = growth.plainTable()
  if (left === undefined || right === undefined) return
  const op = dice.pick(['fkJoin', 'fkLeftJoin'])
  const fields = { fk: dice.pick(['first', 'last', 'first', 'key']), fn: 'cat', ...growth.store() }
  const id = growth.add(op, { from: [left.id, right.id], ...fields })
  growth.keep(plain(id, 'table', Math.max(left.spread, right.spread) + 1))
}
