/**
 * Stores against a model, under random commits, aborts and slow backends.
 *
 * The model is three plain maps: what reads see, what was staged, and what was committed. A batch reaches the backend
 * only at `applied`, and the cache is a few entries, so that every path between the lists of pending writes is taken.
 */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { MemoryBytes } from '../../../src/state/memory-bytes.ts'
import type { BytesWrite } from '../../../src/state/ordered-bytes.ts'
import type { StateStore } from '../../../src/state/store.ts'
import { StoreHarness } from '../../conformance/store-harness.ts'

/** What a store does, with a row named by one text. */
interface Subject {
  readonly store: StateStore
  put(row: string, value: number | undefined): void
  get(row: string): number | undefined
  /** Every row in order, of stores that can be walked. */
  walk?(): readonly string[]
}

const rows = ['a', 'b', 'c', 'd', 'e'].flatMap(key => [0, 10, 150_000].map(start => `${key}@${start}`))

function keyValue(backend: MemoryBytes): Subject {
  const { store } = StoreHarness.keyValue(backend, { residentEntriesMax: 2 })
  return {
    store,
    put: (row, n) => store.put(row, n === undefined ? undefined : { n }, 0),
    get: row => store.get(row)?.n,
    walk: () => [...store.walk()].map(([row]) => row),
  }
}

function window(backend: MemoryBytes): Subject {
  const { store } = StoreHarness.window(backend, { residentEntriesMax: 1 })
  const split = (row: string): readonly [string, number] => [row[0]!, Number(row.slice(2))]
  return {
    store,
    put: (row, n) => void store.put(split(row)[0], n, split(row)[1], 0),
    get: row => store.fetch(...split(row))?.value,
  }
}

/** A row's session ends at its time and starts 5 ms before. */
function session(backend: MemoryBytes): Subject {
  const { store } = StoreHarness.session(backend, { residentEntriesMax: 1 })
  const split = (row: string): readonly [string, number, number] => {
    const end = Number(row.slice(2)) + 5
    return [row[0]!, end - 5, end]
  }
  return {
    store,
    put: (row, n) => {
      const [key, start, end] = split(row)
      store.put(key, { start, end }, n, 0)
    },
    get: row => store.fetchSession(...split(row)),
  }
}

class Model {
  readonly #backend = new MemoryBytes()
  readonly #open: (backend: MemoryBytes) => Subject
  #subject: Subject
  #live = new Map<string, number>()
  #staged = new Map<string, number>()
  #committed = new Map<string, number>()
  #writes: readonly BytesWrite[] | undefined

  constructor(open: (backend: MemoryBytes) => Subject) {
    this.#open = open
    this.#subject = open(this.#backend)
  }

  put(row: string, value: number | undefined): void {
    this.#subject.put(row, value)
    if (value === undefined) this.#live.delete(row)
    else this.#live.set(row, value)
  }

  stage(): void {
    this.#subject.store.stage({ append: () => {} })
    this.#staged = new Map(this.#live)
  }

  apply(): void {
    if (this.#writes !== undefined) return
    this.#writes = this.#subject.store.apply()
    this.#committed = new Map(this.#staged)
  }

  applied(): void {
    if (this.#writes === undefined) return
    this.#backend.writeNow(this.#writes)
    this.#subject.store.applied()
    this.#writes = undefined
  }

  discard(): void {
    this.#subject.store.discard()
    this.#live = new Map(this.#committed)
    this.#staged = new Map(this.#committed)
  }

  /** Kills the store once its last batch is written, and opens it anew. */
  async reopen(): Promise<void> {
    this.applied()
    this.#live = new Map(this.#committed)
    this.#staged = new Map(this.#committed)
    this.#subject = this.#open(this.#backend)
    await this.#subject.store.restored?.()
  }

  check(row: string): void {
    expect(this.#subject.get(row)).toBe(this.#live.get(row))
  }

  checkWalk(): void {
    const walked = this.#subject.walk?.()
    if (walked !== undefined) expect(walked).toEqual([...this.#live.keys()].sort())
  }
}

describe.each([
  ['key-value', keyValue],
  ['window', window],
  ['session', session],
])('%s store', (_kind, open) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('agrees with the model, seed %i', async seed => {
    const random = seededRandom(seed)
    const pick = (count: number): number => Math.floor(random.next() * count)
    const model = new Model(open)
    for (let step = 0; step < 3000; step++) {
      const row = rows[pick(rows.length)]!
      const act = pick(20)
      if (act < 9) model.put(row, random.next() < 0.25 ? undefined : step)
      else if (act < 11) model.stage()
      else if (act < 13) model.apply()
      else if (act < 15) model.applied()
      else if (act === 15) model.discard()
      else if (act === 16 && random.next() < 0.3) await model.reopen()
      for (let n = 0; n < 3; n++) model.check(rows[pick(rows.length)]!)
      if (act === 17) model.checkWalk()
    }
    for (const row of rows) model.check(row)
  })
})
