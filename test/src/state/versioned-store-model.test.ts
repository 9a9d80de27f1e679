/**
 * The versioned store against a model, under random versions, commits, aborts, expiry, restarts and restores.
 *
 * The model keeps every version ever put, by key and time, and works out from the times alone what was valid when. Values
 * have even times and deletes odd ones: a delete at the very time of a value is the one case that times do not decide.
 */
import { describe, expect, it } from 'vitest'
import { randomIndex, seededRandom, type Random } from '../../../src/base/random.ts'
import { MemoryBytes } from '../../../src/state/memory-bytes.ts'
import type { BytesWrite } from '../../../src/state/ordered-bytes.ts'
import type { ChangelogRecord, VersionedStore } from '../../../src/state/store.ts'
import { StoreHarness } from '../../conformance/store-harness.ts'

const historyMs = 100
const keys = ['a', 'b', 'c', 'd']

/** What is known at some moment. */
class Known {
  latestTime = -1
  readonly versions = new Map<string, Map<number, number | undefined>>()

  clone(): Known {
    const copy = new Known()
    copy.latestTime = this.latestTime
    for (const [key, times] of this.versions) copy.versions.set(key, new Map(times))
    return copy
  }

  put(key: string, value: number | undefined, time: number): number | undefined {
    if (time < this.latestTime - historyMs) return undefined
    this.latestTime = Math.max(this.latestTime, time)
    const times = this.versions.get(key) ?? new Map<number, number | undefined>()
    this.versions.set(key, times.set(time, value))
    return this.endOf(key, time)
  }

  at(key: string, time: number): number | undefined {
    const found = this.timesOf(key).findLast(each => each <= time)
    if (found === undefined) return undefined
    const isKnown = time >= this.latestTime - historyMs || this.endOf(key, found) === Infinity
    return isKnown ? this.versions.get(key)!.get(found) : undefined
  }

  list(key: string): readonly string[] {
    const first = this.latestTime - historyMs
    return this.timesOf(key).flatMap(time => {
      const value = this.versions.get(key)!.get(time)
      const end = this.endOf(key, time)
      return value === undefined || end <= first ? [] : [`${value}@[${time}, ${end})`]
    })
  }

  private endOf(key: string, time: number): number {
    return this.timesOf(key).find(each => each > time) ?? Infinity
  }

  private timesOf(key: string): readonly number[] {
    return [...(this.versions.get(key)?.keys() ?? [])].sort((a, b) => a - b)
  }
}

class Run {
  private readonly random: Random
  private backend = new MemoryBytes()
  private store: VersionedStore<string, number>
  private live = new Known()
  private staged = new Known()
  private committed = new Known()
  /** Records of the transaction that is open, and of those that were committed. */
  private sent: ChangelogRecord[] = []
  private changelog: ChangelogRecord[] = []
  private writes: readonly BytesWrite[] | undefined
  private now = 0

  constructor(seed: number) {
    this.random = seededRandom(seed)
    this.store = this.open()
  }

  step(): void {
    const dice = this.random.next()
    if (dice < 0.6) this.put()
    else if (dice < 0.7) this.stage()
    else if (dice < 0.8) this.apply()
    else if (dice < 0.87) this.applied()
    else if (dice < 0.92) this.discard()
    else if (dice < 0.96) this.reopen()
    else this.restore()
    this.check()
  }

  private put(): void {
    this.now += randomIndex(this.random, 10) * (this.random.next() < 0.03 ? 40 : 1)
    const time = Math.max(0, this.now - (this.random.next() < 0.4 ? randomIndex(this.random, 140) : 0))
    const isDelete = this.random.next() < 0.3
    const key = keys[randomIndex(this.random, keys.length)]!
    const at = isDelete ? time - (time % 2) + 1 : time - (time % 2)
    const value = isDelete ? undefined : randomIndex(this.random, 1000)
    expect(this.store.put(key, value, at)).toBe(this.live.put(key, value, at))
  }

  private stage(): void {
    this.store.stage({
      append: (key, value, timestamp) =>
        void this.sent.push({ key: key.slice(), value: value?.slice() ?? null, timestamp, offset: -1 }),
    })
    this.staged = this.live.clone()
  }

  private apply(): void {
    this.applied()
    this.stage()
    this.writes = this.store.apply()
    this.committed = this.staged.clone()
    this.changelog.push(...this.sent)
    this.sent = []
  }

  private applied(): void {
    if (this.writes === undefined) return
    this.backend.writeNow(this.writes)
    this.store.applied()
    for (const range of this.store.expired!()) this.backend.clearNow(range)
    this.writes = undefined
  }

  private discard(): void {
    this.store.discard()
    this.sent = []
    this.live = this.committed.clone()
    this.staged = this.committed.clone()
  }

  private reopen(): void {
    this.applied()
    this.discard()
    this.store = this.open()
  }

  /** The disk is lost. */
  private restore(): void {
    this.reopen()
    this.backend = new MemoryBytes()
    this.store = this.open()
    for (let from = 0; from < this.changelog.length; from += 7)
      this.backend.writeNow(this.store.restore(this.changelog.slice(from, from + 7)))
  }

  private check(): void {
    for (const key of keys) {
      const listed = this.store.versions(key)
      expect(listed.map(({ value, timestamp, validTo }) => `${value}@[${timestamp}, ${validTo})`)).toEqual(
        this.live.list(key),
      )
      const time = Math.max(0, this.now - randomIndex(this.random, 150))
      expect(this.store.get(key, time)).toBe(this.live.at(key, time))
      expect(this.store.get(key)).toBe(this.live.at(key, Infinity))
    }
  }

  private open(): VersionedStore<string, number> {
    return StoreHarness.versioned(this.backend, { residentEntriesMax: 1 }).store
  }
}

describe('versioned store', () => {
  for (let seed = 1; seed <= 16; seed++) {
    it(`does what the model does: seed ${seed}`, () => {
      const run = new Run(seed)
      for (let step = 0; step < 250; step++) run.step()
    })
  }
})
