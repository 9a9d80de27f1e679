/** A topology that is being grown: the nodes so far, and what can still be built on. */
import type { NodeSpec, WindowSpec } from '../golden/scenario.ts'
import type { Dice } from './dice.ts'

/** What a node's id stands for. */
export interface Handle {
  readonly id: string
  readonly kind: 'stream' | 'table' | 'global'
  /** The fold whose windows the keys have; absent where keys are texts. */
  readonly windows?: { readonly fold: string; readonly type: string; readonly ofCogroup: boolean }
  readonly versioned?: boolean
  /** How many operators that multiply records or lengthen texts are above: where it is too many, nothing multiplies more. */
  readonly spread: number
}

/** How a scenario's nodes get what may be left out. */
export interface Habits {
  /** How many of the nodes have a name. */
  readonly named: number
  /** How many of those that may have a store of their own have one. */
  readonly stored: number
  /** How often an operator is put on what is there already used, so that it has several children. */
  readonly forked: number
  /** How often something that is there already is taken again: a group, its windows, a topic that is read or written. */
  readonly shared: number
  /** How often an operator that could do without is put on windowed keys, and how often its numbers are at an edge. */
  readonly odd: number
}

/** What folds are called on: groups, their windows, cogroups and grouped tables. */
export interface Group {
  readonly id: string
  readonly kind: 'grouped' | 'windowed' | 'cogrouped' | 'windowed-cogroup' | 'grouped-table'
  /** What was grouped. */
  readonly spread: number
  readonly window?: WindowSpec
  readonly emit?: string
  readonly named: boolean
}

/** Of what is spread as far, nothing multiplies more. */
export const spreadMax = 3

export class Growth {
  readonly nodes: NodeSpec[] = []
  readonly handles: Handle[] = []
  readonly topics: string[] = []
  readonly groups: Group[] = []
  readonly dice: Dice
  readonly habits: Habits
  readonly #used = new Set<string>()

  constructor(dice: Dice, habits: Habits) {
    this.dice = dice
    this.habits = habits
  }

  nextId(): string {
    return `n${this.nodes.length}`
  }

  /** Adds a node, with a name as often as names are given here; answers its id. */
  add(op: string, fields: Omit<NodeSpec, 'id' | 'op'>): string {
    const id = this.nextId()
    const named = op !== 'stateStore' && op !== 'windowedBy' && op !== 'cogroup' && op !== 'globalStore'
    const name = named && this.dice.chance(this.habits.named) ? { name: `${op}-${this.nodes.length}` } : {}
    this.nodes.push({ id, op, ...name, ...fields })
    for (const parent of typeof fields.from === 'string' ? [fields.from] : (fields.from ?? [])) {
      this.#used.add(parent)
    }
    return id
  }

  keep(handle: Handle): Handle {
    this.handles.push(handle)
    return handle
  }

  /** A store of the node that comes next, as often as stores are given here. */
  store(): { store?: string } {
    return this.dice.chance(this.habits.stored) ? { store: `store-${this.nodes.length}` } : {}
  }

  /** Something to build on, rather what nothing has been built on yet; `undefined` where nothing fits. */
  pick(fits: (handle: Handle) => boolean): Handle | undefined {
    const all = this.handles.filter(fits)
    if (all.length === 0) return undefined
    const fresh = all.filter(({ id }) => !this.#used.has(id))
    if (fresh.length > 0 && !this.dice.chance(this.habits.forked)) return this.dice.pick(fresh)
    return this.dice.pick(all)
  }

  /** Makes a group, or takes one again that is there and fits. */
  group(fits: (group: Group) => boolean, make: () => Group | undefined): Group | undefined {
    const known = this.groups.filter(fits)
    if (known.length > 0 && this.dice.chance(this.habits.shared)) return this.dice.pick(known)
    const made = make()
    if (made !== undefined) this.groups.push(made)
    return made
  }

  /** A stream whose keys may be windowed: for operators that keep keys, or see them only as texts. */
  anyStream(): Handle | undefined {
    if (!this.dice.chance(this.habits.odd)) return this.stream()
    return this.pick(({ kind }) => kind === 'stream')
  }

  stream(): Handle | undefined {
    return this.pick(({ kind, windows }) => kind === 'stream' && windows === undefined)
  }

  /** A stream that may still be multiplied. */
  narrowStream(): Handle | undefined {
    return this.pick(
      ({ kind, windows, spread }) => kind === 'stream' && windows === undefined && spread < spreadMax,
    )
  }

  /** A table whose texts may still grow. */
  narrowTable(): Handle | undefined {
    return this.pick(({ kind, spread }) => kind === 'table' && spread < spreadMax)
  }

  table(): Handle | undefined {
    return this.pick(({ kind }) => kind === 'table')
  }

  plainTable(): Handle | undefined {
    return this.pick(({ kind, windows }) => kind === 'table' && windows === undefined)
  }

  isUsed({ id }: Handle): boolean {
    return this.#used.has(id)
  }

  /** A topic to read: a new one, or now and then one that is read already. */
  newTopic(): string {
    const again = this.topics.length > 0 && this.dice.chance(this.habits.shared / 4)
    return again ? this.dice.pick(this.topics) : this.ownTopic()
  }

  ownTopic(): string {
    const topic = `in${this.topics.length + 1}`
    this.topics.push(topic)
    return topic
  }
}

/** A way to grow: adds nodes where it can, and otherwise nothing. */
export type Step = (growth: Growth) => void

/** The handle of an operator that keeps what its parent is, but for `change`. */
export function like(parent: Handle, id: string, change: Partial<Handle> = {}): Handle {
  return { ...parent, id, ...change }
}

/** A stream or table of text keys. */
export function plain(id: string, kind: Handle['kind'], spread: number): Handle {
  return { id, kind, spread }
}
