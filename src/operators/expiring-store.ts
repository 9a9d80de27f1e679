/** A processor's store whose rows expire: whatever is done with it, what is over by then is gone first. */
import type { UsedStore } from '../state/processor-store.ts'
import type { KeyRange, KeyValueStore, ValueAndTimestamp } from '../state/store.ts'
import type { RowExpiry } from './row-expiry.ts'

export class ExpiringStore implements UsedStore<unknown, unknown> {
  private readonly store: KeyValueStore<unknown, unknown>
  private readonly expiry: RowExpiry

  constructor(store: KeyValueStore<unknown, unknown>, expiry: RowExpiry) {
    this.store = store
    this.expiry = expiry
  }

  get(key: unknown): unknown {
    this.expiry.advance()
    return this.store.get(key)
  }

  getWithTimestamp(key: unknown): ValueAndTimestamp<unknown> | undefined {
    this.expiry.advance()
    return this.store.getWithTimestamp(key)
  }

  put(key: unknown, value: unknown, timestamp: number): void {
    this.expiry.advance()
    this.store.put(key, value, timestamp)
    if (value !== undefined && value !== null) this.expiry.touched(key, timestamp)
  }

  delete(key: unknown, timestamp: number): unknown {
    this.expiry.advance()
    return this.store.delete(key, timestamp)
  }

  walk(range?: KeyRange<unknown>): Iterable<readonly [unknown, unknown]> {
    this.expiry.advance()
    return this.store.walk(range)
  }

  approximateCount(): number {
    this.expiry.advance()
    return this.store.approximateCount()
  }
}
