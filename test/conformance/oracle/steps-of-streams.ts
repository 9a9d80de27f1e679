/** Grows sources, and operators that take one stream or merge two. */
import type { BranchSpec } from '../golden/scenario.ts'
import { like, plain, spreadMax, type Growth, type Handle, type Step } from './growth.ts'

const predicates = ['len>1', 'len>2', 'len>0', 'has:a', 'has:x', 'k<c', 'k<b']
export const valueFunctions = ['upper', 'rev', 'dup', 'str', 'len', 'suffix:!', 'nullIf:x', 'withKey']
export const keyFunctions = ['first', 'last', 'const:q', 'first', 'last']
const times = ['shift:250', 'shift:10', 'skip:x', 'skip:a', 'partition:x', 'partition:a', 'shift:-40']

export function predicateOf(growth: Growth): { pred: string } {
  return { pred: growth.dice.pick(predicates) }
}

/** What makes new keys of a stream; of windowed keys also of their parts. */
export function keyFunctionOf({ dice }: Growth, parent: Handle): string {
  return dice.pick(parent.windows === undefined ? keyFunctions : ['inner', 'start', 'key', ...keyFunctions])
}

function timeOf({ dice }: Growth, probability: number): { time?: string } {
  return dice.chance(probability) ? { time: dice.pick(times) } : {}
}

/** How many sources have a rule of time. */
const timed = 0.06

export const source: Step = growth => {
  growth.keep(
    plain(growth.add('stream', { topic: growth.newTopic(), ...timeOf(growth, timed) }), 'stream', 0),
  )
}

/** A source with a rule of time, of several topics or of a pattern. */
export const oddSource: Step = growth => {
  const { dice } = growth
  const time = timeOf(growth, 0.7)
  const first = growth.newTopic()
  const form = dice.pick(['topic', 'topics', 'pattern'])
  if (form === 'topic') growth.keep(plain(growth.add('stream', { topic: first, ...time }), 'stream', 0))
  else {
    const topics = dice.chance(0.8) ? [first, growth.newTopic()] : [first]
    const numbers = topics.map(topic => topic.slice(2)).join('')
    const where = form === 'topics' ? { topics } : { pattern: `in[${numbers}]` }
    growth.keep(plain(growth.add('stream', { ...where, ...time }), 'stream', 0))
  }
}

export const sourceTable: Step = growth => {
  const topic = growth.newTopic()
  const id = growth.add('table', { topic, ...growth.store(), ...timeOf(growth, timed) })
  growth.keep(plain(id, 'table', 0))
}

export const versionedSource: Step = growth => {
  const topic = growth.newTopic()
  const store = `store-${growth.nodes.length}`
  const versioned = growth.dice.pick([0, 50, 100, 300, 1000, 100_000])
  const id = growth.add('table', { topic, store, versioned, ...timeOf(growth, timed) })
  growth.keep({ ...plain(id, 'table', 0), versioned: true })
}

export const globalTable: Step = growth => {
  const id = growth.add('globalTable', { topic: growth.newTopic(), ...growth.store() })
  growth.keep(plain(id, 'global', 0))
}

/** An operator on one stream; `fields` of it, and what it changes about the stream. */
function onStream(
  op: string,
  fields: (growth: Growth, parent: Handle) => object,
  change: (parent: Handle) => Partial<Handle> = () => ({}),
): Step {
  return growth => {
    const parent = growth.anyStream()
    if (parent === undefined || (parent.spread >= spreadMax && spreading.has(op))) return
    growth.keep(like(parent, growth.add(op, { from: parent.id, ...fields(growth, parent) }), change(parent)))
  }
}

/** An operator on one stream that makes texts the keys, whatever they were. */
function rekeying(op: string, fields: (growth: Growth, parent: Handle) => object, more: number = 0): Step {
  return growth => {
    const parent = growth.anyStream()
    if (parent === undefined || (parent.spread >= spreadMax && spreading.has(op))) return
    const id = growth.add(op, { from: parent.id, ...fields(growth, parent) })
    growth.keep(plain(id, 'stream', parent.spread + more))
  }
}

const spreading: ReadonlySet<string> = new Set(['flatMap', 'flatMapValues'])

export const filter = onStream('filter', predicateOf)
export const filterNot = onStream('filterNot', predicateOf)
export const mapValues = onStream('mapValues', ({ dice }) => ({ fn: dice.pick(valueFunctions) }))
export const map = rekeying('map', ({ dice }) => ({ fn: dice.pick(['swap', 'keyFirst']) }))
export const selectKey = rekeying('selectKey', (growth, parent) => ({ fn: keyFunctionOf(growth, parent) }))
export const flatMapValues = onStream(
  'flatMapValues',
  ({ dice }) => ({ fn: dice.pick(['chars', 'twice']) }),
  ({ spread }) => ({ spread: spread + 1 }),
)
export const flatMap = rekeying('flatMap', () => ({ fn: 'explode' }), 1)
export const peek = onStream('peek', () => ({}))
export const stamp = onStream('processValues', () => ({ fn: 'stamp' }))
export const delay = onStream('process', ({ dice }) => ({ fn: `delay:${dice.pick([15, 30, 50, 1])}` }))
export const stampWithKey = onStream('process', () => ({ fn: 'stamp' }))

export const repartition: Step = growth => {
  const { dice } = growth
  const parent = growth.stream()
  if (parent === undefined) return
  const partitions = dice.chance(0.1) ? { partitions: 2 } : {}
  growth.keep(like(parent, growth.add('repartition', { from: parent.id, ...partitions })))
}

/** An operator that ends the stream; the stream may still go on elsewhere. */
export const end: Step = growth => {
  const parent = growth.stream()
  if (parent !== undefined) growth.add(growth.dice.pick(['print', 'foreach']), { from: parent.id })
}

/** Two streams, rather different ones; of windowed keys only where both have those of one fold. */
export const merge: Step = growth => {
  const left = growth.anyStream()
  if (left === undefined || left.spread >= spreadMax) return
  const alike = (other: Handle) => other.kind === 'stream' && other.windows?.fold === left.windows?.fold
  const right = growth.pick(other => alike(other) && other.spread < spreadMax)
  if (right === undefined) return
  const spread = left.spread + right.spread + (left.id === right.id ? 1 : 0)
  growth.keep(like(left, growth.add('merge', { from: [left.id, right.id] }), { spread }))
}

export const split: Step = growth => {
  const parent = growth.anyStream()
  if (parent === undefined) return
  const { dice } = growth
  const number = growth.nodes.length
  const nameOf = (suffix: string) => (dice.chance(growth.habits.named) ? { name: `b${number}${suffix}` } : {})
  const branches: BranchSpec[] = Array.from({ length: dice.integer(1, 3) }, (_, index) => ({
    id: `n${number}b${index}`,
    ...predicateOf(growth),
    ...nameOf(`-${index}`),
  }))
  const rest = dice.chance(0.5) ? { default: { id: `n${number}d`, ...nameOf('-rest') } } : {}
  growth.add('split', { from: parent.id, branches, ...rest })
  for (const { id } of [...branches, ...(rest.default === undefined ? [] : [rest.default])]) {
    growth.keep(like(parent, id))
  }
}

export const toTable: Step = growth => {
  const parent = growth.anyStream()
  if (parent === undefined || parent.windows?.ofCogroup === true) return
  const id = growth.add('toTable', {
    from: parent.id,
    ...(parent.windows === undefined ? growth.store() : {}),
  })
  growth.keep(like(parent, id, { kind: 'table' }))
}

export const versionedToTable: Step = growth => {
  const parent = growth.stream()
  if (parent === undefined) return
  const versions = {
    store: `store-${growth.nodes.length}`,
    versioned: growth.dice.pick([50, 100, 300, 1000]),
  }
  const id = growth.add('toTable', { from: parent.id, ...versions })
  growth.keep({ ...plain(id, 'table', parent.spread), versioned: true })
}

/** A processor with a store, its own or one that another has already. */
export const processWithStore: Step = growth => {
  const { dice } = growth
  const known = growth.nodes.filter(({ op }) => op === 'stateStore').map(({ store }) => store!)
  const parent = growth.stream()
  if (parent === undefined) return
  const store = known.length > 0 && dice.chance(0.3) ? dice.pick(known) : `state-${growth.nodes.length}`
  if (!known.includes(store)) growth.add('stateStore', { store })
  const op = dice.pick(['process', 'processValues'])
  const fn = dice.pick(['append', 'distinct'])
  growth.keep(like(parent, growth.add(op, { from: parent.id, fn, store })))
}

/** A processor that holds records until a punctuation; by stream time only where there is one sub-topology. */
export const hold: Step = growth => {
  const { dice } = growth
  const parent = growth.stream()
  if (parent === undefined) return
  const store = `state-${growth.nodes.length}`
  growth.add('stateStore', { store })
  const anchor = dice.chance(0.5) ? `:${dice.pick([0, 30, 250])}` : ''
  const fn = `hold:${dice.pick(['stream', 'wall', 'wall'])}:${dice.pick([50, 70, 100])}${anchor}`
  growth.keep(like(parent, growth.add('process', { from: parent.id, fn, store })))
}

/** A global store, and a processor that looks it up. */
export const lookup: Step = growth => {
  const { dice } = growth
  const known = growth.nodes.filter(({ op }) => op === 'globalStore').map(({ store }) => store!)
  const parent = growth.stream()
  if (parent === undefined) return
  const another = known.length === 0 || (known.length < 3 && dice.chance(0.2))
  const store = another ? `facts-${growth.nodes.length}` : dice.pick(known)
  if (another) {
    const topic = growth.ownTopic()
    growth.add('globalStore', { topic, store, fn: dice.pick(['upper', 'nullIf:x', 'suffix:!', 'withKey']) })
  }
  const op = dice.pick(['process', 'processValues'])
  growth.keep(like(parent, growth.add(op, { from: parent.id, fn: `lookup:${store}` })))
}
