/** The suite of the stores over any `OrderedBytes` backend: what is read, staged, applied, discarded and restored. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OrderedBytes } from '../../src/state/ordered-bytes.ts'
import { StoreHarness, windowKeyText } from './store-harness.ts'
import { versionedSuite } from './versioned-suite.ts'

/** Declares the suite; `open` makes an empty backend, which the suite closes. */
export function storeSuite(name: string, open: () => Promise<OrderedBytes> | OrderedBytes): void {
  let backend: OrderedBytes
  beforeEach(async () => {
    backend = await open()
  })
  afterEach(() => backend.close())

  describe(`key-value store: ${name}`, () => {
    it('reads back what was put, with its timestamp, before any commit', () => {
      const { store } = StoreHarness.keyValue(backend)
      store.put('a', { n: 1 }, 10)
      expect(store.get('a')).toEqual({ n: 1 })
      expect(store.getWithTimestamp('a')).toEqual({ value: { n: 1 }, timestamp: 10 })
      expect(store.get('b')).toBeUndefined()
    })

    it('deletes with undefined and null, and delete answers what was there', () => {
      const { store } = StoreHarness.keyValue(backend)
      store.put('a', { n: 1 }, 10)
      expect(store.delete('a', 11)).toEqual({ n: 1 })
      expect(store.get('a')).toBeUndefined()
      store.put('b', { n: 2 }, 12)
      store.put('b', undefined, 13)
      expect(store.getWithTimestamp('b')).toBeUndefined()
    })

    it('is walked in the order of the keys, with what is not committed, and after a start from what was', async () => {
      const harness = StoreHarness.keyValue(backend)
      const keys = (): readonly string[] => [...harness.store.walk()].map(([key]) => key)
      for (const key of ['c', 'a', 'b']) harness.store.put(key, { n: 1 }, 1)
      harness.store.delete('a', 2)
      expect(keys()).toEqual(['b', 'c'])
      await harness.commit()
      harness.store.put('d', { n: 2 }, 3)
      harness.store.delete('b', 3)
      expect(keys()).toEqual(['c', 'd'])
      harness.store.discard()
      expect(keys()).toEqual(['b', 'c'])
      const { store } = StoreHarness.keyValue(backend)
      await store.restored!()
      expect([...store.walk()]).toEqual([
        ['b', { n: 1 }],
        ['c', { n: 1 }],
      ])
    })

    it('sends the last value of each key to the changelog, once per stage, with the value as plain bytes (H7, H10)', () => {
      const { store, stage } = StoreHarness.keyValue(backend)
      store.put('a', { n: 1 }, 10)
      store.put('b', { n: 2 }, 11)
      store.put('a', { n: 3 }, 12)
      store.put('gone', { n: 4 }, 13)
      store.put('gone', undefined, 14)
      expect(stage()).toEqual(['a={"n":3}@12', 'b={"n":2}@11', 'gone=null@14'])
      expect(stage()).toEqual([])
    })

    it('answers the same after the commit, from memory and from the backend', async () => {
      const harness = StoreHarness.keyValue(backend)
      harness.store.put('a', { n: 1 }, 10)
      await harness.commit()
      expect(harness.store.getWithTimestamp('a')).toEqual({ value: { n: 1 }, timestamp: 10 })
      const reopened = StoreHarness.keyValue(backend).store
      expect(reopened.getWithTimestamp('a')).toEqual({ value: { n: 1 }, timestamp: 10 })
      expect(reopened.get('b')).toBeUndefined()
    })

    it('reads the newest of three generations while a batch is on its way', async () => {
      const { store, stage } = StoreHarness.keyValue(backend)
      store.put('a', { n: 1 }, 1)
      stage()
      const writes = store.apply()
      store.put('a', { n: 2 }, 2)
      stage()
      store.put('a', { n: 3 }, 3)
      expect(store.get('a')).toEqual({ n: 3 })
      await backend.write(writes)
      store.applied()
      expect(store.get('a')).toEqual({ n: 3 })
    })

    it('forgets everything since the last apply on discard', async () => {
      const harness = StoreHarness.keyValue(backend)
      const { store, stage } = harness
      store.put('a', { n: 1 }, 1)
      await harness.commit()
      store.put('a', { n: 2 }, 2)
      store.put('b', { n: 2 }, 2)
      stage()
      store.put('a', { n: 3 }, 3)
      store.discard()
      expect(store.get('a')).toEqual({ n: 1 })
      expect(store.get('b')).toBeUndefined()
      expect(stage()).toEqual([])
      expect(store.apply()).toEqual([])
    })

    it('keeps a committed batch that is still on its way when what came after is discarded', async () => {
      const { store, stage } = StoreHarness.keyValue(backend)
      store.put('a', { n: 1 }, 1)
      store.put('untouched', { n: 9 }, 1)
      stage()
      const writes = store.apply()
      store.put('a', { n: 2 }, 2)
      store.discard()
      expect(store.getWithTimestamp('a')).toEqual({ value: { n: 1 }, timestamp: 1 })
      expect(store.get('untouched')).toEqual({ n: 9 })
      await backend.write(writes)
      store.applied()
      expect(store.get('a')).toEqual({ n: 1 })
    })

    it('never loses a pending entry to the bound of the cache', async () => {
      const harness = StoreHarness.keyValue(backend, { residentEntriesMax: 2 })
      for (let n = 0; n < 50; n++) harness.store.put(`k${n}`, { n }, n)
      for (let n = 0; n < 50; n++) expect(harness.store.get(`k${n}`)).toEqual({ n })
      await harness.commit()
      for (let n = 0; n < 50; n++) expect(harness.store.get(`k${n}`)).toEqual({ n })
    })

    it('lists entries in the order of key bytes, what is not committed laid over what is', async () => {
      const harness = StoreHarness.keyValue(backend)
      const { store } = harness
      for (const key of ['b', 'd', 'é', 'a']) store.put(key, { n: 1 }, 1)
      await harness.commit()
      store.put('d', undefined, 2)
      store.put('c', { n: 2 }, 2)
      store.put('b', { n: 3 }, 2)
      expect(await harness.list()).toEqual(['a=1', 'b=3', 'c=2', 'é=1'])
      expect(await harness.list({ from: 'b', to: 'c' })).toEqual(['b=3', 'c=2'])
      expect(await harness.list({ reverse: true })).toEqual(['é=1', 'c=2', 'b=3', 'a=1'])
    })

    it('shares a backend with other stores, told apart by the prefix', async () => {
      const one = StoreHarness.keyValue(backend, { prefix: Uint8Array.of(1) })
      const two = StoreHarness.keyValue(backend, { prefix: Uint8Array.of(2) })
      one.store.put('a', { n: 1 }, 1)
      two.store.put('a', { n: 2 }, 1)
      await one.commit()
      await two.commit()
      expect(await one.list()).toEqual(['a=1'])
      expect(await two.list()).toEqual(['a=2'])
    })

    it('restores from changelog records, deletes included', async () => {
      const source = StoreHarness.keyValue(backend)
      source.store.put('a', { n: 1 }, 1)
      source.store.put('b', { n: 2 }, 2)
      source.stage()
      source.store.put('a', undefined, 3)
      source.stage()
      const harness = StoreHarness.keyValue(backend, { prefix: Uint8Array.of(9) })
      await backend.write(harness.store.restore(source.changelog))
      expect(harness.store.get('a')).toBeUndefined()
      expect(harness.store.getWithTimestamp('b')).toEqual({ value: { n: 2 }, timestamp: 2 })
    })
  })

  windowSuite(name, () => backend)
  versionedSuite(name, () => backend)
}

/** Retention 200 000 ms, so segments are 100 000 ms long. */
function windowSuite(name: string, backendOf: () => OrderedBytes): void {
  describe(`window store: ${name}`, () => {
    it('reads back single windows and ranges, across segments, earliest first', () => {
      const { store } = StoreHarness.window(backendOf())
      for (const start of [150_000, 60_000, 100_000]) store.put('a', start, start, start + 5)
      expect(store.fetch('a', 60_000)).toEqual({ start: 60_000, value: 60_000, timestamp: 60_005 })
      expect(store.fetch('a', 60_001)).toBeUndefined()
      expect(store.fetch('b', 60_000)).toBeUndefined()
      expect(store.fetchRange('a', 60_000, 150_000).map(({ start }) => start)).toEqual([
        60_000, 100_000, 150_000,
      ])
      expect(store.fetchRange('a', 60_001, 149_999).map(({ start }) => start)).toEqual([100_000])
    })

    it('answers the same after the commit, from the backend', async () => {
      const harness = StoreHarness.window(backendOf())
      for (const start of [0, 60_000, 120_000]) harness.store.put('a', start, start, start)
      await harness.commit()
      harness.store.put('a', 1, 60_000, 70_000)
      await harness.commit()
      const { store } = StoreHarness.window(backendOf())
      expect(store.fetchRange('a', 0, 200_000)).toEqual([
        { start: 0, value: 0, timestamp: 0 },
        { start: 60_000, value: 1, timestamp: 70_000 },
        { start: 120_000, value: 120_000, timestamp: 120_000 },
      ])
    })

    it('sends single windows to the changelog, under key, start and sequence (H11)', () => {
      const { store, stage } = StoreHarness.window(backendOf())
      store.put('a', 7, 1000, 1005)
      store.put('a', 8, 0, 1006)
      store.put('a', 9, 1000, 1007)
      store.put('b', undefined, 500, 1008)
      expect(stage(windowKeyText)).toEqual(['a@0#0=8@1006', 'a@1000#0=9@1007', 'b@500#0=null@1008'])
      expect(stage()).toEqual([])
    })

    it('deletes single windows', async () => {
      const harness = StoreHarness.window(backendOf())
      harness.store.put('a', 1, 0, 1)
      harness.store.put('a', 2, 10, 11)
      await harness.commit()
      harness.store.put('a', undefined, 0, 12)
      expect(harness.store.fetch('a', 0)).toBeUndefined()
      await harness.commit()
      const { store } = StoreHarness.window(backendOf())
      expect(store.fetchRange('a', 0, 100).map(({ start }) => start)).toEqual([10])
    })

    it('does not show a window once its start is at or before the latest start less the retention', async () => {
      const harness = StoreHarness.window(backendOf())
      const { store } = harness
      store.put('a', 1, 1, 1)
      store.put('b', 2, 2, 2)
      expect(store.put('c', 3, 200_001, 200_001)).toBe(true)
      expect(store.fetch('a', 1)).toBeUndefined()
      expect(store.fetch('b', 2)?.value).toBe(2)
      expect(store.put('a', 1, 1, 1)).toBe(false)
      expect(await harness.list()).toEqual(['b@2=2', 'c@200001=3'])
      await harness.commit()
      const reopened = StoreHarness.window(backendOf()).store
      expect(reopened.fetch('a', 1)).toBeUndefined()
      expect(reopened.fetch('b', 2)?.value).toBe(2)
    })

    it('hands out whole segments to clear, once, when all in them has expired', async () => {
      const harness = StoreHarness.window(backendOf())
      const { store } = harness
      store.put('a', 1, 50_000, 1)
      await harness.commit()
      expect(await harness.rawCount()).toBe(2)
      store.put('a', 2, 299_998, 1)
      expect(store.expired!()).toEqual([])
      store.put('a', 3, 299_999, 1)
      await harness.commit()
      const ranges = store.expired!()
      expect(ranges).toHaveLength(1)
      for (const range of ranges) await backendOf().clear(range)
      expect(store.expired!()).toEqual([])
      // One bucket, and the latest start.
      expect(await harness.rawCount()).toBe(2)
      expect(await harness.list()).toEqual(['a@299998=2', 'a@299999=3'])
    })

    it('forgets everything since the last apply on discard, the latest start too', async () => {
      const harness = StoreHarness.window(backendOf())
      const { store, stage } = harness
      store.put('a', 1, 0, 1)
      await harness.commit()
      store.put('a', 2, 0, 2)
      store.put('a', 3, 900_000, 3)
      stage()
      store.put('b', 4, 950_000, 4)
      store.discard()
      expect(store.fetch('a', 0)?.value).toBe(1)
      expect(store.fetch('a', 900_000)).toBeUndefined()
      expect(store.fetch('b', 950_000)).toBeUndefined()
      expect(stage()).toEqual([])
    })

    it('keeps a committed batch that is still on its way when what came after is discarded', async () => {
      const { store, stage } = StoreHarness.window(backendOf())
      store.put('a', 1, 0, 1)
      store.put('a', 2, 150_000, 2)
      stage()
      const writes = store.apply()
      store.put('a', 3, 0, 3)
      store.discard()
      expect(store.fetchRange('a', 0, 200_000).map(({ value }) => value)).toEqual([1, 2])
      await backendOf().write(writes)
      store.applied()
      expect(store.fetchRange('a', 0, 200_000).map(({ value }) => value)).toEqual([1, 2])
    })

    it('lists windows in the order of start, then key, what is not committed laid over what is', async () => {
      const harness = StoreHarness.window(backendOf())
      const { store } = harness
      for (const [key, start] of [
        ['b', 0],
        ['a', 0],
        ['b', 120_000],
        ['a', 60_000],
      ] as const)
        store.put(key, 1, start, 1)
      await harness.commit()
      store.put('b', 2, 0, 2)
      store.put('c', 3, 60_000, 3)
      expect(await harness.list()).toEqual(['a@0=1', 'b@0=2', 'a@60000=1', 'c@60000=3', 'b@120000=1'])
      expect(await harness.list({ from: 1, to: 60_000 })).toEqual(['a@60000=1', 'c@60000=3'])
    })

    it('never loses a pending bucket to the bound of the cache', async () => {
      const harness = StoreHarness.window(backendOf(), { residentEntriesMax: 1 })
      for (let n = 0; n < 20; n++) harness.store.put(`k${n}`, n, 0, n)
      for (let n = 0; n < 20; n++) expect(harness.store.fetch(`k${n}`, 0)?.value).toBe(n)
      await harness.commit()
      for (let n = 0; n < 20; n++) expect(harness.store.fetch(`k${n}`, 0)?.value).toBe(n)
    })

    it('forgets the latest start of a backend that was wiped before the restore', async () => {
      const old = StoreHarness.window(backendOf())
      old.store.put('a', 1, 9_000_000, 1)
      await old.commit()
      const source = StoreHarness.window(backendOf(), { prefix: Uint8Array.of(9) })
      source.store.put('a', 2, 1000, 1)
      source.stage()
      const { store } = StoreHarness.window(backendOf())
      await backendOf().clear({})
      for (const record of source.changelog) await backendOf().write(store.restore([record]))
      await store.restored?.()
      expect(store.fetch('a', 1000)?.value).toBe(2)
    })

    it('restores from changelog records, several to a bucket and in several steps', async () => {
      const source = StoreHarness.window(backendOf())
      for (const start of [0, 10, 120_000]) source.store.put('a', start, start, start)
      source.stage()
      source.store.put('a', undefined, 10, 5)
      source.stage()
      const harness = StoreHarness.window(backendOf(), { prefix: Uint8Array.of(9) })
      for (const record of source.changelog) await backendOf().write(harness.store.restore([record]))
      expect(harness.store.fetchRange('a', 0, 200_000).map(({ start }) => start)).toEqual([0, 120_000])
    })
  })
}
