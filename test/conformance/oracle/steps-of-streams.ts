/** Grows sources, and operators that take one stream or merge two. */
import type { BranchSpec } from '../golden/scenario.ts'
import { like, plain, type Growth, type Handle, type Step } from './growth.ts'

const predicates = ['len>1', 'len>2', 'len>0', 'has:a', 'has:x', 'k<c', 'k<b']
export const valueFunctions = ['upper', 'rev', 'dup', 'str', 'len', 'suffix:!', 'nullIf:x', 'withKey']
export const keyFunctions = ['first', 'last', 'const:q', 'first', 'last']
const times = ['shift:250', 'shift:10', 'skip:x', 'skip:a', 'partition:x', 'partition:a']

export function predicateOf(growth: Growth): { pred: string } {
  return { pred: growth.dice.pick(predicates) }
}

function timeOf({ dice }: Growth, probability: number): { time?: string } {
  return dice.chance(probability) ? { time: dice.pick(times) } : {}
}

export const source: Step = growth => {
  growth.keep(plain(growth.add('stream', { topic: growth.newTopic(), ...timeOf(growth, 0.04) }), 'stream', 0))
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
  const id = growth.add('table', { topic, ...growth.store(), ...timeOf(growth, 0.04) })
  growth.keep(plain(id, 'table', 0))
}

export const versionedSource: Step = growth => {
  const topic = growth.newTopic()
  const store = `store-${growth.nodes.length}`
  const versioned = growth.dice.pick([0, 50, 100, 300, 1000, 100_000])
  const id = growth.add('table', { topic, store, versioned, ...timeOf(growth, 0.04) })
  growth.keep({ ...plain(id, 'table', 0), versioned: true })
}

export const globalTable: Step = growth => {
  const id = growth.add('globalTable', { topic: growth.newTopic(), ...growth.store() })
  growth.keep(plain(id, 'global', 0))
}

/** An operator on one stream; `fields` of it, and what it changes about the stream. */
function onStream(
  op: string,
  fields: (growth: Growth) => object,
  change: (parent: Handle) => Partial<Handle> = () => ({}),
): Step {
  return growth => {
    const spreads = op === 'flatMap' || op === 'flatMapValues'
    const parent = spreads ? growth.narrowStream() : growth.stream()
    if (parent === undefined) return
    growth.keep(like(parent, growth.add(op, { from: parent.id, ...fields(growth) }), change(parent)))
  }
}

const spreading = ({ spread }: Handle) => ({ spread: spread + 1 })

export const filter = onStream('filter', predicateOf)
export const filterNot = onStream('filterNot', predicateOf)
export const mapValues = onStream('mapValues', ({ dice }) => ({ fn: dice.pick(valueFunctions) }))
export const map = onStream('map', ({ dice }) => ({ fn: dice.pick(['swap', 'keyFirst']) }))
export const selectKey = onStream('selectKey', ({ dice }) => ({ fn: dice.pick(keyFunctions) }))
export const flatMapValues = onStream(
  'flatMapValues',
  ({ dice }) => ({ fn: dice.pick(['chars', 'twice']) }),
  spreading,
)
export const flatMap = onStream('flatMap', () => ({ fn: 'explode' }), spreading)
export const peek = onStream('peek', () => ({}))
export const repartition = onStream('repartition', () => ({}))
export const stamp = onStream('processValues', () => ({ fn: 'stamp' }))
export const delay = onStream('process', ({ dice }) => ({ fn: `delay:${dice.pick([15, 30, 50, 1])}` }))

/** An operator that ends the stream; the stream may still go on elsewhere. */
export const end: Step = growth => {
  const parent = growth.stream()
  if (parent !== undefined) growth.add(growth.dice.pick(['print', 'foreach']), { from: parent.id })
}

export const merge: Step = growth => {
  const left = growth.narrowStream()
  const right = growth.narrowStream()
  if (left === undefined || right === undefined) return
  const spread = left.spread + right.spread + (left.id === right.id ? 1 : 0)
  growth.keep(plain(growth.add('merge', { from: [left.id, right.id] }), 'stream', spread))
}

export const split: Step = growth => {
  const parent = growth.stream()
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
  const parent = growth.stream()
  if (parent === undefined) return
  growth.keep(plain(growth.add('toTable', { from: parent.id, ...growth.store() }), 'table', parent.spread))
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
  let store = growth.nodes.find(({ op }) => op === 'globalStore')?.store
  const parent = growth.stream()
  if (parent === undefined) return
  if (store === undefined) {
    store = 'facts-store'
    const topic = growth.newTopic()
    growth.add('globalStore', { topic, store, fn: dice.pick(['upper', 'nullIf:x', 'suffix:!']) })
  }
  const op = dice.pick(['process', 'processValues'])
  growth.keep(like(parent, growth.add(op, { from: parent.id, fn: `lookup:${store}` })))
}
