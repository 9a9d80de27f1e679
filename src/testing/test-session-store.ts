/** A session store of an application as a test reads it: all partitions together. */
import { SessionBucket } from '../state/session-bucket.ts'
import type { SessionEntry, SessionStore } from '../state/store.ts'
import type { StoreParts } from './store-parts.ts'
import { rawEntries } from './test-store.ts'

/** A session of a key, as `toArray` lists it. */
export interface TestSession<out K, out V> extends SessionEntry<V> {
  readonly key: K
}

export class TestSessionStore<K, V> {
  private readonly parts: StoreParts<SessionStore<K, V>>

  constructor(parts: StoreParts<SessionStore<K, V>>) {
    this.parts = parts
  }

  /** The sessions of `key` that have not expired, by end, then start. */
  fetch(key: K): readonly SessionEntry<V>[] {
    return (
      this.parts.first(store => {
        const entries = store.findSessions(key, 0, Infinity)
        return entries.length === 0 ? undefined : entries
      }) ?? []
    )
  }

  /**
   * Writes a session of `key`, or removes it with `undefined`, in the partition that has it, else in the one where records
   * of the key are processed. False when it has expired, and nothing was written.
   */
  put(
    key: K,
    session: { readonly start: number; readonly end: number },
    value: V | undefined,
    timestamp: number = session.end,
  ): boolean {
    return this.parts.write(
      key,
      store => store.fetchSession(key, session.start, session.end) !== undefined,
      store => store.put(key, session, value, timestamp),
    )
  }

  /** All sessions that have not expired, by end, then start; of equal times, in the order of the key's bytes. */
  toArray(): readonly TestSession<K, V>[] {
    const sessions: TestSession<K, V>[] = []
    for (const { task, store } of this.parts.places()) {
      task.settle()
      const { keySerde, valueSerde } = store.definition
      const sessionStore = store.store as SessionStore<K, V>
      for (const [bytes, bucket] of rawEntries(task, store)) {
        // The store's own entry, its latest end, has no segment.
        if (bytes.length === store.prefix.length) continue
        const key = keySerde.deserialize(bytes.subarray(store.prefix.length + 8)) as K
        const entries: SessionEntry<unknown>[] = []
        SessionBucket.decode<unknown>(bucket).collect(0, Infinity, valueSerde, entries)
        for (const entry of entries as SessionEntry<V>[]) {
          if (sessionStore.fetchSession(key, entry.start, entry.end) !== undefined)
            sessions.push({ key, ...entry })
        }
      }
    }
    return sessions.sort((a, b) => a.end - b.end || a.start - b.start)
  }
}
