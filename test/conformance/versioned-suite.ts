/** The suite of versioned stores over any `OrderedBytes` backend; history 100 ms in segments of 20 ms. */
import { describe, expect, it } from 'vitest'
import type { OrderedBytes } from '../../src/state/ordered-bytes.ts'
import type { ValueVersion, VersionedStore } from '../../src/state/store.ts'
import { StoreHarness } from './store-harness.ts'

type Store = VersionedStore<string, number>

/** Versions as `value@[from, to)`. */
const text = (versions: readonly ValueVersion<number>[]): string =>
  versions.map(({ value, timestamp, validTo }) => `${value}@[${timestamp}, ${validTo})`).join(' ')

const filled = (store: Store): Store => {
  store.put('a', 10, 10)
  store.put('a', 30, 30)
  store.put('a', 50, 50)
  return store
}

export function versionedSuite(name: string, backendOf: () => OrderedBytes): void {
  describe(`versioned store: ${name}`, () => {
    it('finds what was valid at a time, before any commit (V1)', () => {
      const store = filled(StoreHarness.versioned(backendOf()).store)
      expect([9, 10, 29, 30, 49, 50, 1000].map(time => store.get('a', time))).toEqual([
        undefined,
        10,
        10,
        30,
        30,
        50,
        50,
      ])
      expect(store.get('a')).toBe(50)
      expect(store.getWithTimestamp('a')).toEqual({ value: 50, timestamp: 50, validTo: Infinity })
      expect(store.getVersion('a', 29)).toEqual({ value: 10, timestamp: 10, validTo: 30 })
      expect(store.get('b', 30)).toBeUndefined()
    })

    it('puts versions where their times belong, and answers until when they are valid', () => {
      const store = filled(StoreHarness.versioned(backendOf()).store)
      expect(store.put('a', 40, 40)).toBe(50)
      expect(store.put('a', 20, 20)).toBe(30)
      expect(store.put('a', 5, 5)).toBe(10)
      expect(store.put('a', 31, 30)).toBe(40)
      expect(store.put('a', 60, 60)).toBe(Infinity)
      expect(text(store.versions('a'))).toBe(
        '5@[5, 10) 10@[10, 20) 20@[20, 30) 31@[30, 40) 40@[40, 50) 50@[50, 60) 60@[60, Infinity)',
      )
    })

    it('ends versions with deletes, of the latest and of earlier ones', () => {
      const store = filled(StoreHarness.versioned(backendOf()).store)
      expect(store.put('a', undefined, 60)).toBe(Infinity)
      expect(store.get('a')).toBeUndefined()
      expect(store.put('a', undefined, 35)).toBe(50)
      expect(store.delete('a', 12)).toEqual({ value: 10, timestamp: 10, validTo: 30 })
      expect(text(store.versions('a'))).toBe('10@[10, 12) 30@[30, 35) 50@[50, 60)')
      expect(store.put('a', 70, 70)).toBe(Infinity)
      expect(store.get('a', 65)).toBeUndefined()
    })

    it('knows of a delete that came before the version it ends', () => {
      const { store } = StoreHarness.versioned(backendOf())
      store.put('a', undefined, 50)
      expect(store.put('a', 20, 20)).toBe(50)
      expect(store.get('a')).toBeUndefined()
      expect(store.get('a', 49)).toBe(20)
    })

    it('takes a delete at the very time of the latest version as if neither had come, as Kafka does', () => {
      const { store } = StoreHarness.versioned(backendOf())
      store.put('a', 50, 50)
      store.put('a', undefined, 50)
      expect(store.put('a', 20, 20)).toBe(Infinity)
      // What ended at that time still does.
      store.put('b', 10, 10)
      store.put('b', 50, 50)
      store.put('b', undefined, 50)
      expect(store.put('b', 20, 20)).toBe(50)
      expect(store.get('b')).toBeUndefined()
    })

    it('refuses what is older than the history, and shows of older times the latest alone (V1, V2)', () => {
      const store = filled(StoreHarness.versioned(backendOf()).store)
      store.put('b', 140, 140)
      expect(store.get('a', 39)).toBeUndefined()
      expect(store.get('a', 40)).toBe(30)
      expect(store.put('a', 39, 39)).toBeUndefined()
      expect(store.delete('a', 39)).toBeUndefined()
      expect(store.put('a', 40, 40)).toBe(50)
      store.put('b', 1000, 1000)
      expect(store.get('a', 40)).toBeUndefined()
      expect(store.get('a', 60)).toBe(50)
      expect(text(store.versions('a'))).toBe('50@[50, Infinity)')
    })

    it('answers the same after the commit, from the backend, and goes on from there', async () => {
      const harness = StoreHarness.versioned(backendOf())
      filled(harness.store)
      await harness.commit()
      const reopened = StoreHarness.versioned(backendOf())
      expect(text(reopened.store.versions('a'))).toBe('10@[10, 30) 30@[30, 50) 50@[50, Infinity)')
      reopened.store.put('a', 40, 40)
      await reopened.commit()
      const { store } = StoreHarness.versioned(backendOf())
      expect(store.get('a', 45)).toBe(40)
      expect(store.put('b', 0, -1)).toBeUndefined()
    })

    it('sends every version to the changelog, and the latest again after one that came late (V4)', () => {
      const { store, stage } = StoreHarness.versioned(backendOf())
      filled(store)
      store.put('a', 40, 40)
      store.put('b', undefined, 45)
      store.put('b', 20, 20)
      expect(stage()).toEqual(['a=10@10', 'a=30@30', 'a=50@50', 'a=40@40', 'a=50@50', 'b=null@45', 'b=20@20'])
      expect(stage()).toEqual([])
    })

    it('restores from changelog records, in several steps, and from what compaction has left', async () => {
      const source = StoreHarness.versioned(backendOf())
      filled(source.store)
      source.store.put('b', undefined, 45)
      source.store.put('a', 40, 40)
      source.stage()
      const { store } = StoreHarness.versioned(backendOf(), { prefix: Uint8Array.of(9) })
      for (const record of source.changelog) await backendOf().write(store.restore([record]))
      await store.restored!()
      expect(text(store.versions('a'))).toBe('10@[10, 30) 30@[30, 40) 40@[40, 50) 50@[50, Infinity)')
      expect(store.put('b', 20, 20)).toBe(45)
      const compacted = StoreHarness.versioned(backendOf(), { prefix: Uint8Array.of(10) }).store
      await backendOf().write(compacted.restore(source.changelog.slice(-1)))
      await compacted.restored!()
      expect(compacted.getVersion('a')).toEqual({ value: 50, timestamp: 50, validTo: Infinity })
    })

    it('forgets everything since the last apply on discard, the greatest time too', async () => {
      const harness = StoreHarness.versioned(backendOf())
      const { store, stage } = harness
      filled(store)
      await harness.commit()
      store.put('a', 60, 60)
      store.put('a', 20, 20)
      stage()
      store.put('a', 900, 900)
      store.discard()
      expect(text(store.versions('a'))).toBe('10@[10, 30) 30@[30, 50) 50@[50, Infinity)')
      expect(stage()).toEqual([])
      expect(store.apply()).toEqual([])
    })

    it('keeps a committed batch that is still on its way when what came after is discarded', async () => {
      const { store, stage } = StoreHarness.versioned(backendOf())
      filled(store)
      stage()
      const writes = store.apply()
      store.put('a', 40, 40)
      store.discard()
      expect(text(store.versions('a'))).toBe('10@[10, 30) 30@[30, 50) 50@[50, Infinity)')
      await backendOf().write(writes)
      store.applied()
      expect(text(store.versions('a'))).toBe('10@[10, 30) 30@[30, 50) 50@[50, Infinity)')
    })

    it('hands out whole segments to clear once no time in them is looked up; latest versions stay', async () => {
      const harness = StoreHarness.versioned(backendOf())
      const { store } = harness
      filled(store)
      await harness.commit()
      // Two versions that have ended, in two segments, the latest, and the greatest time.
      expect(await harness.rawCount()).toBe(4)
      store.put('b', 1, 500)
      await harness.commit()
      for (const range of store.expired!()) await backendOf().clear(range)
      expect(await harness.rawCount()).toBe(3)
      expect(await harness.list()).toEqual(['a@50=50', 'b@500=1'])
    })

    it('lists the latest versions in the order of key bytes, what is not committed laid over what is', async () => {
      const harness = StoreHarness.versioned(backendOf())
      const { store } = harness
      for (const key of ['b', 'd', 'é', 'a']) store.put(key, 1, 10)
      await harness.commit()
      store.put('d', undefined, 20)
      store.put('c', 2, 20)
      store.put('b', 3, 20)
      store.put('a', 4, 5)
      expect(await harness.list()).toEqual(['a@10=1', 'b@20=3', 'c@20=2', 'é@10=1'])
    })

    it('never loses a pending version to the bound of the cache', async () => {
      const harness = StoreHarness.versioned(backendOf(), { residentEntriesMax: 1 })
      for (let n = 0; n < 20; n++) for (const time of [n, n + 30]) harness.store.put(`k${n}`, time, time)
      for (let n = 0; n < 20; n++) expect(harness.store.get(`k${n}`, n + 29)).toBe(n)
      await harness.commit()
      for (let n = 0; n < 20; n++) expect(harness.store.get(`k${n}`, n + 29)).toBe(n)
    })

    it('refuses segments of another length than it was written with (MR-4101, V3)', async () => {
      const harness = StoreHarness.versioned(backendOf())
      filled(harness.store)
      await harness.commit()
      expect(() => StoreHarness.versioned(backendOf(), { segmentIntervalMs: 50 })).toThrow(
        expect.objectContaining({ code: 'MR-4101' }),
      )
    })
  })
}
