/** LRU stores and stores of an application's own when a transaction is aborted, and when they are restored on disk. */
import { describe, expect, it } from 'vitest'
import { bytes, string } from '../../../src/serdes/primitives.ts'
import { CustomStateStore, type CustomStore } from '../../../src/state/custom-store.ts'
import { MemoryBytes } from '../../../src/state/memory-bytes.ts'
import { openStore } from '../../../src/state/open-store.ts'
import type { KeyValueStore, StateStore } from '../../../src/state/store.ts'

const prefix = Uint8Array.of(1)

function commit(store: StateStore, backend: MemoryBytes): void {
  store.stage({ append: () => undefined })
  backend.writeNow(store.apply())
  store.applied()
}

function lru(backend: MemoryBytes, entriesMax: number): KeyValueStore<string, string> {
  const serdes = { keySerde: string() as never, valueSerde: string() as never }
  const definition = { kind: 'key-value', name: 'lru', timestamped: true, entriesMax, ...serdes } as const
  return openStore(definition, backend, prefix) as KeyValueStore<string, string>
}

const keys = (store: KeyValueStore<string, string>): string => [...store.walk()].map(([key]) => key).join('')

describe('an LRU store', () => {
  it('has after an abort what it had before, and the rows that came back are the oldest', () => {
    const backend = new MemoryBytes()
    const store = lru(backend, 3)
    for (const key of ['a', 'b', 'c']) store.put(key, key, 0)
    commit(store, backend)
    store.put('d', 'd', 1)
    store.put('b', 'other', 1)
    expect(keys(store)).toBe('bcd')
    store.discard()
    expect(keys(store)).toBe('abc')
    expect(store.get('b')).toBe('b')
    store.put('e', 'e', 2)
    expect(keys(store)).toBe('bce')
  })

  it('deletes what it lets go in its changelog too', () => {
    const backend = new MemoryBytes()
    const store = lru(backend, 1)
    store.put('a', '1', 0)
    commit(store, backend)
    store.put('b', '2', 7)
    const changes: unknown[] = []
    store.stage({
      append: (key, value, timestamp) => changes.push([string().deserialize(key), value === null, timestamp]),
    })
    expect(changes).toEqual(
      expect.arrayContaining([
        ['b', false, 7],
        ['a', true, 7],
      ]),
    )
  })

  it('comes down to a limit that was lowered, and forgets what a restore had and another had not', async () => {
    const backend = new MemoryBytes()
    const store = lru(backend, 2)
    const restore = (...names: readonly string[]): void =>
      backend.writeNow(
        store.restore(
          names.map((name, offset) => {
            const bytes = string().serialize(name)
            return { key: bytes, value: bytes, timestamp: 0, offset }
          }),
        ),
      )
    restore('gone')
    backend.clearNow({ from: prefix, to: Uint8Array.of(2) })
    restore('a', 'b', 'c', 'd')
    await store.restored!()
    expect([keys(store), store.approximateCount()]).toEqual(['abcd', 4])
    store.put('e', 'e', 1)
    expect(keys(store)).toBe('de')
  })

  it('keeps to its limit and counts right, whatever is put, read, deleted and aborted', () => {
    const backend = new MemoryBytes()
    const store = lru(backend, 3)
    let seed = 1
    const next = (bound: number): number => (seed = (seed * 48_271) % 2_147_483_647) % bound
    for (let step = 0; step < 500; step++) {
      const key = 'abcdefg'[next(7)]!
      const act = next(10)
      if (act < 6) store.put(key, String(step), step)
      else if (act < 8) store.get(key)
      else if (act === 8) store.delete(key, step)
      else if (next(2) === 0) commit(store, backend)
      else store.discard()
      const listed = keys(store)
      expect(listed.length).toBeLessThanOrEqual(3)
      expect(store.approximateCount()).toBe(listed.length)
    }
  })
})

class Words implements CustomStore {
  all = new Set<string>()
  restoredAt: number[] = []
  readonly log: (key: Uint8Array, value: Uint8Array | undefined, timestamp?: number) => void

  constructor(log: Words['log']) {
    this.log = log
  }

  add(word: string): void {
    this.all.add(word)
    this.log(string().serialize(word), Uint8Array.of(1))
  }

  clear(): void {
    this.all = new Set()
    this.restoredAt = []
  }

  restore(key: Uint8Array, _value: Uint8Array, timestamp: number): void {
    this.all.add(string().deserialize(key))
    this.restoredAt.push(timestamp)
  }
}

function custom(backend: MemoryBytes, open: (log: Words['log']) => CustomStore): CustomStateStore {
  const serdes = { keySerde: bytes() as never, valueSerde: bytes() as never }
  const definition = { kind: 'custom', name: 'own', timestamped: true, ...serdes } as const
  return new CustomStateStore({ ...definition, open: ({ log }) => open(log) }, backend, prefix, 100)
}

describe("a store of the application's own", () => {
  it('has after an abort what it had before, with the times of it', () => {
    const backend = new MemoryBytes()
    const store = custom(backend, log => new Words(log))
    const words = store.use(() => 5) as Words
    words.add('kept')
    commit(store, backend)
    words.add('lost')
    expect([...words.all]).toEqual(['kept', 'lost'])
    store.discard()
    const again = store.use(() => 6) as Words
    expect(again).toBe(words)
    expect([[...again.all], again.restoredAt]).toEqual([['kept'], [5]])
  })

  it('is made of what is on disk and of what came after it', async () => {
    const backend = new MemoryBytes()
    const before = custom(backend, log => new Words(log))
    ;(before.use(() => 1) as Words).add('disk')
    commit(before, backend)
    const store = custom(backend, log => new Words(log))
    const [key, value] = [string().serialize('topic'), Uint8Array.of(1)]
    backend.writeNow(store.restore([{ key, value, timestamp: 2, offset: 0 }]))
    await store.restored()
    expect([...(store.use(() => 3) as Words).all]).toEqual(['disk', 'topic'])
  })

  it('must not log while it is being restored', async () => {
    const backend = new MemoryBytes()
    const before = custom(backend, log => new Words(log))
    ;(before.use(() => 1) as Words).add('word')
    commit(before, backend)
    const store = custom(backend, log => ({
      clear: () => undefined,
      restore: (key, value) => log(key, value),
    }))
    await store.restored()
    expect(() => store.use(() => 1)).toThrow(/'own' logs while it is being restored/)
  })
})
