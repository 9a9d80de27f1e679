/** Spoils a topology on purpose, so that building it may be refused; whether it is, Kafka says. */
import type { NodeSpec } from '../golden/scenario.ts'
import type { Dice } from './dice.ts'

type Spoiling = (dice: Dice, nodes: readonly NodeSpec[]) => readonly NodeSpec[] | undefined

/** Changes one of the nodes that `fits`. */
function changing(
  fits: (node: NodeSpec) => boolean,
  change: (node: NodeSpec, dice: Dice, nodes: readonly NodeSpec[]) => Partial<NodeSpec>,
): Spoiling {
  return (dice, nodes) => {
    const fitting = nodes.filter(fits)
    if (fitting.length === 0) return undefined
    const chosen = dice.pick(fitting)
    return nodes.map(node => (node === chosen ? { ...node, ...change(node, dice, nodes) } : node))
  }
}

const windowNumbers = ['size', 'advance', 'grace', 'diff', 'gap', 'before', 'after', 'start'] as const

const spoilings: readonly Spoiling[] = [
  // A name that is there already, or is none.
  changing(
    ({ op }) => op !== 'stateStore' && op !== 'windowedBy' && op !== 'cogroup',
    (_node, dice, nodes) => ({
      name: dice.pick([
        ...nodes.flatMap(({ name }) => name ?? []),
        '',
        '.',
        '..',
        'a b',
        'ü',
        'a.b',
        'a_b-c',
        'x'.repeat(250),
      ]),
    }),
  ),
  // A store that is there already, or has no good name.
  changing(
    ({ store }) => store !== undefined,
    (_node, dice, nodes) => ({
      store: dice.pick([...nodes.flatMap(({ store }) => store ?? []), '', 'a/b', '..', 'x y', 'in1']),
    }),
  ),
  // A topic that is read already, or written.
  changing(
    ({ topic, from }) => topic !== undefined && from === undefined,
    (_node, dice) => ({ topic: dice.pick(['in1', 'in2']) }),
  ),
  // A number of a window that is out of its bounds, or at them.
  changing(
    ({ window }) => window !== undefined,
    ({ window }, dice) => {
      const names = windowNumbers.filter(name => window![name] !== undefined)
      if (names.length === 0) return {}
      const name = dice.pick(names)
      const given = window![name]!
      const value = dice.pick([-1, 0, 1, given + 1, given - 1, -given, -given - 1, given * 2])
      return { window: { ...window, [name]: value } }
    },
  ),
  changing(
    ({ op, from }) => ['count', 'reduce', 'aggregate'].includes(op) && from !== undefined,
    (_node, dice) => ({ retention: dice.pick([0, 1, 10, 50, 100, 150, 200]) }),
  ),
  changing(
    ({ op }) => op === 'join' || op === 'leftJoin',
    (_node, dice) => ({ grace: dice.pick([0, 10, 100, 1000]) }),
  ),
  changing(
    ({ op }) => op === 'suppress',
    (_node, dice) => ({ until: dice.pick(['close', 0] as const), maxRecords: dice.pick([0, 1, 2]) }),
  ),
  changing(
    ({ op, window }) => op === 'windowedBy' && ['tiles', 'unlimited'].includes(window!.type!),
    () => ({ emit: 'close' }),
  ),
  changing(
    ({ op }) => op === 'repartition',
    (_node, dice) => ({ partitions: dice.pick([1, 2, 3, 0, -1]) }),
  ),
  // A store that nothing has declared, that is another's, or a punctuation that would never come.
  changing(
    ({ op, store }) => op.startsWith('process') && store !== undefined,
    (_node, dice, nodes) => ({
      store: dice.pick([
        'missing',
        ...nodes.flatMap(({ op, store }) => (op === 'globalStore' || op === 'table' ? (store ?? []) : [])),
      ]),
    }),
  ),
  changing(
    ({ fn }) => fn?.startsWith('hold:') === true,
    (_node, dice) => ({ fn: `hold:${dice.pick(['wall', 'stream'])}:${dice.pick([0, -1, 1])}` }),
  ),
  // A store that is declared twice.
  (dice, nodes) => {
    const declared = nodes.filter(({ op }) => op === 'stateStore')
    return declared.length === 0 ? undefined : [{ ...dice.pick(declared), id: 'again' }, ...nodes]
  },
  changing(
    ({ window }) => window?.before !== undefined,
    (_node, dice, nodes) => ({
      storeName: dice.pick([
        ...nodes.flatMap(({ store, storeName, name }) => [store ?? [], storeName ?? [], name ?? []].flat()),
        'kept',
      ]),
    }),
  ),
  changing(
    ({ branches }) => branches !== undefined,
    ({ branches }, dice) => {
      const name = dice.pick(['', '-a', '-0', '-predicate', '1'])
      return { branches: branches!.map(branch => (dice.chance(0.6) ? { ...branch, name } : branch)) }
    },
  ),
  // Sources that read the same topics, all of them or some.
  changing(
    ({ op, topic }) => op === 'stream' && topic !== undefined,
    ({ topic }, dice, nodes) => {
      const all = nodes.flatMap(each => (each.from === undefined ? (each.topic ?? []) : []))
      return { topics: dice.chance(0.5) ? [topic!, dice.pick(all)] : [topic!, `${topic}0`] }
    },
  ),
  changing(
    ({ op, topic }) => op === 'stream' && topic !== undefined,
    ({ topic }, dice) => ({ pattern: dice.pick(['in[0-9]', `${topic}`, 'in.*', 'none', '[']) }),
  ),
  changing(
    ({ from }) => from === undefined,
    (_node, dice) => ({ time: dice.pick(['shift:-100000', 'skip:', 'partition:']) }),
  ),
  changing(
    ({ op, from }) => op === 'stream' || op === 'table' || (op === 'to' && from !== undefined),
    (_node, dice) => ({ topic: dice.pick(['a_b', 'a.b', '-', 'x'.repeat(249)]) }),
  ),
  changing(
    ({ op }) => op === 'suppress',
    (_node, dice) => ({ until: dice.pick([-1, 0, 1]), maxRecords: dice.pick([-1, 0, 1]) }),
  ),
  changing(
    ({ store, op, add }) =>
      store !== undefined &&
      add === undefined &&
      !['stateStore', 'process', 'processValues', 'globalStore'].includes(op),
    (_node, dice) => ({ versioned: dice.pick([0, -1, 100]) }),
  ),
]

/** Spoilt, as often as `probability` says, in a way that the nodes allow. */
export function spoil(dice: Dice, nodes: readonly NodeSpec[], probability = 1): readonly NodeSpec[] {
  if (!dice.chance(probability)) return nodes
  for (const spoiling of dice.shuffled(spoilings)) {
    const spoilt = spoiling(dice, nodes)
    if (spoilt !== undefined) return spoilt
  }
  return nodes
}
