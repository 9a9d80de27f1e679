/** The store of records that wait for a match: their order, their bytes, and aborted transactions. */
import { describe, expect, it } from 'vitest'
import { string } from '../../../src/serdes/primitives.ts'
import type { Serde } from '../../../src/serdes/serde.ts'
import { HeldRecordStore } from '../../../src/state/held-record-store.ts'
import { heldKeySerde, heldValuesSerde, type HeldKey } from '../../../src/state/held-serde.ts'
import { MemoryBytes } from '../../../src/state/memory-bytes.ts'
import type { ChangelogRecord } from '../../../src/state/store.ts'

const text = string() as Serde<unknown>
const keySerde = heldKeySerde(text)
const valueSerde = heldValuesSerde(text, text)

function open(backend: MemoryBytes): HeldRecordStore {
  const serdes = { keySerde: keySerde as Serde<unknown>, valueSerde: valueSerde as Serde<unknown> }
  const definition = { kind: 'held-records', name: 'held', timestamped: false, ...serdes } as const
  return new HeldRecordStore(definition, backend, Uint8Array.of(1), 100)
}

const hex = (bytes: Uint8Array): string => [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')

const keyOf = (timestamp: number, side: 'L' | 'R', key = 'k'): HeldKey => ({
  timestamp,
  left: side === 'L',
  key,
})

function list(store: HeldRecordStore): readonly string[] {
  return [...store.keys()].map(key => {
    const values = store.valuesOf(key).map(({ value }) => value)
    return `${key.timestamp}${key.left ? 'L' : 'R'}${String(key.key)}=${values.join(',')}`
  })
}

function commit(store: HeldRecordStore, backend: MemoryBytes): readonly ChangelogRecord[] {
  const changelog: ChangelogRecord[] = []
  store.stage({
    append: (key, value, timestamp) =>
      void changelog.push({ key: key.slice(), value: value?.slice() ?? null, timestamp, offset: 0 }),
  })
  backend.writeNow(store.apply())
  store.applied()
  return changelog
}

describe('held records', () => {
  it('are in the order of time, right before left, key, arrival', () => {
    const store = open(new MemoryBytes())
    store.hold(keyOf(300, 'L'), 'a')
    store.hold(keyOf(200, 'L'), 'b')
    store.hold(keyOf(200, 'R', 'z'), 'c')
    store.hold(keyOf(200, 'R', 'm'), 'd')
    store.hold(keyOf(200, 'L'), 'e')
    expect(list(store)).toEqual(['200Rm=d', '200Rz=c', '200Lk=b,e', '300Lk=a'])
    store.release(keyOf(200, 'L'))
    store.release(keyOf(999, 'L'))
    expect(list(store)).toEqual(['200Rm=d', '200Rz=c', '300Lk=a'])
  })

  it('have a time, a side and a key in the changelog, and their values as a list', () => {
    const backend = new MemoryBytes()
    const store = open(backend)
    store.hold(keyOf(258, 'L'), 'ab')
    store.hold(keyOf(258, 'L'), 'c')
    const [record] = commit(store, backend)
    expect(hex(record!.key)).toBe('0000000000000102016b')
    expect(hex(record!.value!)).toBe('01 00000002 00000003016162 000000020163'.replaceAll(' ', ''))
  })

  it('are as they were after an aborted transaction', () => {
    const backend = new MemoryBytes()
    const store = open(backend)
    store.hold(keyOf(1, 'L'), 'a')
    commit(store, backend)
    store.release(keyOf(1, 'L'))
    store.hold(keyOf(2, 'R'), 'b')
    store.stage({ append: () => {} })
    store.hold(keyOf(1, 'L'), 'c')
    store.discard()
    expect(list(store)).toEqual(['1Lk=a'])
  })

  it('come back from the backend and from the changelog', async () => {
    const backend = new MemoryBytes()
    const store = open(backend)
    store.hold(keyOf(1, 'L'), 'a')
    store.hold(keyOf(2, 'R'), 'b')
    const changelog = commit(store, backend)
    const opened = open(backend)
    await opened.restored()
    expect(list(opened)).toEqual(list(store))
    const empty = new MemoryBytes()
    const restored = open(empty)
    empty.writeNow(restored.restore(changelog))
    expect(list(restored)).toEqual(list(store))
  })

  it('are refused when their bytes are cut short', () => {
    const bytes = valueSerde.serialize([{ left: true, value: 'abc' }])
    expect(() => valueSerde.deserialize(bytes.subarray(0, bytes.length - 1))).toThrow(/cut short at byte 5/)
  })
})
