/**
 * Stores that keep values with headers (semantics B3, B6, B8): like those without, but for their changelogs.
 *
 * There the record has the headers, and the plain value as its own (H7), so that what is staged is taken apart and what is
 * restored put together. The record of a delete has the headers of the record whose processing has deleted.
 */
import { latin1Slice } from '../base/text.ts'
import { noHeaders, type Headers } from '../record/record.ts'
import {
  changelogKey,
  sessionSuffixBytes,
  setChangelogSession,
  setChangelogStart,
  windowSuffixBytes,
} from './key-layout.ts'
import { OverlayKeyValueStore } from './key-value-store.ts'
import type { BytesWrite } from './ordered-bytes.ts'
import { OverlaySessionStore } from './session-store.ts'
import type { ChangelogRecord, ChangelogSink } from './store.ts'
import { joinHeaders, ownHeaders, splitHeaders, type ValueWithHeaders } from './value-headers.ts'
import { OverlayWindowStore } from './window-store.ts'

/** What all of them have beside what other stores have. */
export interface HeaderStore {
  readonly restoresHeaders: true
  /** The headers of the record that is being processed: those of deletes. */
  headersNow: () => Headers
}

/** The headers of deletes since the last `stage`, by their changelog keys. */
class Deletes {
  private readonly headers = new Map<string, Headers>()

  add(key: Uint8Array, headers: Headers): void {
    this.headers.set(latin1Slice(key), ownHeaders(headers))
  }

  clear(): void {
    this.headers.clear()
  }

  /** `changelog`, for values with headers. */
  apart(changelog: ChangelogSink): ChangelogSink {
    return {
      append: (key, bytes, timestamp) => {
        if (bytes === null)
          return changelog.append(key, null, timestamp, this.headers.get(latin1Slice(key)) ?? noHeaders)
        const { headers, value } = splitHeaders(bytes)
        changelog.append(key, value, timestamp, headers)
      },
    }
  }
}

function together(records: readonly ChangelogRecord[]): readonly ChangelogRecord[] {
  return records.map(record => {
    const { value, headers = noHeaders } = record
    return value === null ? record : { ...record, value: joinHeaders(headers, value) }
  })
}

function owned<V>({ value, headers }: ValueWithHeaders<V>): ValueWithHeaders<V> {
  return { value, headers: ownHeaders(headers) }
}

type Kept<V> = ValueWithHeaders<V>
type Given<V> = ValueWithHeaders<V> | undefined | null

export class HeaderKeyValueStore<K, V> extends OverlayKeyValueStore<K, Kept<V>> implements HeaderStore {
  readonly restoresHeaders = true
  headersNow: () => Headers = () => noHeaders
  private readonly deletes = new Deletes()

  override put(key: K, value: Given<V>, timestamp: number): void {
    if (value !== undefined && value !== null) return super.put(key, owned(value), timestamp)
    this.deletes.add(this.definition.keySerde.serialize(key), this.headersNow())
    super.put(key, undefined, timestamp)
  }

  override stage(changelog: ChangelogSink): void {
    super.stage(this.deletes.apart(changelog))
    this.deletes.clear()
  }

  override discard(): void {
    super.discard()
    this.deletes.clear()
  }

  override restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    return super.restore(together(records))
  }
}

export class HeaderWindowStore<K, V> extends OverlayWindowStore<K, Kept<V>> implements HeaderStore {
  readonly restoresHeaders = true
  headersNow: () => Headers = () => noHeaders
  private readonly deletes = new Deletes()

  override put(key: K, value: Given<V>, windowStart: number, timestamp: number): boolean {
    if (value !== undefined && value !== null) return super.put(key, owned(value), windowStart, timestamp)
    const logged = changelogKey(this.definition.keySerde.serialize(key), windowSuffixBytes)
    setChangelogStart(logged, windowStart, 0)
    this.deletes.add(logged, this.headersNow())
    return super.put(key, undefined, windowStart, timestamp)
  }

  override stage(changelog: ChangelogSink): void {
    super.stage(this.deletes.apart(changelog))
    this.deletes.clear()
  }

  override discard(): void {
    super.discard()
    this.deletes.clear()
  }

  override restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    return super.restore(together(records))
  }
}

export class HeaderSessionStore<K, V> extends OverlaySessionStore<K, Kept<V>> implements HeaderStore {
  readonly restoresHeaders = true
  headersNow: () => Headers = () => noHeaders
  private readonly deletes = new Deletes()

  override put(
    key: K,
    session: { readonly start: number; readonly end: number },
    value: Given<V>,
    timestamp: number,
  ): boolean {
    if (value !== undefined && value !== null) return super.put(key, session, owned(value), timestamp)
    const logged = changelogKey(this.definition.keySerde.serialize(key), sessionSuffixBytes)
    setChangelogSession(logged, session.start, session.end)
    this.deletes.add(logged, this.headersNow())
    return super.put(key, session, undefined, timestamp)
  }

  override stage(changelog: ChangelogSink): void {
    super.stage(this.deletes.apart(changelog))
    this.deletes.clear()
  }

  override discard(): void {
    super.discard()
    this.deletes.clear()
  }

  override restore(records: readonly ChangelogRecord[]): readonly BytesWrite[] {
    return super.restore(together(records))
  }
}
