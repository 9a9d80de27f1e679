/**
 * A session store as processors see it (semantics B7): aggregates by key, first and last time.
 *
 * All bounds are included. Sessions of one key come by end, then start; those of several keys by segment of their end
 * (half the retention, at least a minute), then by the key's bytes, as Kafka's store on disk has them.
 */
import type { SessionEntry, SessionRange, SessionStore } from './store.ts'

/** A row of a session store. */
export interface SessionRow<out K, out V> extends SessionEntry<V> {
  readonly key: K
}

/** The first and the last time of a session, both included. */
export interface SessionSpan {
  readonly start: number
  readonly end: number
}

/** A session store that can only be read. */
export interface ReadableSessionStore<K, V> {
  /** The aggregate of the session of `key` from `start` to `end`, or `undefined`. */
  fetchSession(key: K, start: number, end: number): V | undefined
  /** Sessions of `key` that end at or after `earliestEnd` and start at or before `latestStart`. */
  findSessions(key: K, earliestEnd: number, latestStart: number): readonly SessionEntry<V>[]
  /** Like `findSessions`, last first. */
  backwardFindSessions(key: K, earliestEnd: number, latestStart: number): readonly SessionEntry<V>[]
  /** All sessions of `key`. */
  fetch(key: K): readonly SessionEntry<V>[]
  /** Like `fetch`, last first. */
  backwardFetch(key: K): readonly SessionEntry<V>[]
  /**
   * Sessions of many keys: from one key to another in the order of their bytes, by their end and start; absent bounds are
   * open. Refused with an error where the store is not `walkable`.
   */
  sessions(range?: SessionRange<K>): Iterable<SessionRow<K, V>>
}

/** A session store of a processor. */
export interface ProcessorSessionStore<K, V> extends ReadableSessionStore<K, V> {
  /**
   * Writes a session, or removes it when `value` is `undefined`; answers false for one that has expired, which is not
   * written. Sessions that overlap are kept side by side: merging them is the processor's business.
   */
  put(key: K, session: SessionSpan, value: V | undefined): boolean
  /** Removes a session. */
  remove(key: K, session: SessionSpan): void
}

/** `store` for a processor; `now` is the time of what it is processing. */
export function processorSessionStore<K, V>(
  store: SessionStore<K, V>,
  now: () => number,
): ProcessorSessionStore<K, V> {
  return {
    ...readableSessionStore(store),
    put: (key, session, value) => store.put(key, session, value, now()),
    remove: (key, session) => void store.put(key, session, undefined, now()),
  }
}

/** `store` for whoever must not write to it. */
export function readableSessionStore<K, V>(store: SessionStore<K, V>): ReadableSessionStore<K, V> {
  const find = (key: K, earliestEnd = 0, latestStart = Infinity): readonly SessionEntry<V>[] =>
    store.findSessions(key, earliestEnd, latestStart)
  return {
    fetchSession: (key, start, end) => store.fetchSession(key, start, end),
    findSessions: find,
    backwardFindSessions: (key, earliestEnd, latestStart) =>
      [...find(key, earliestEnd, latestStart)].reverse(),
    fetch: key => find(key),
    backwardFetch: key => [...find(key)].reverse(),
    sessions: range => rowsOf(store.walk(range)),
  }
}

function* rowsOf<K, V>(
  entries: Iterable<readonly [K, SessionEntry<V>]>,
): Generator<SessionRow<K, V>, void, undefined> {
  for (const [key, entry] of entries) yield { key, ...entry }
}
