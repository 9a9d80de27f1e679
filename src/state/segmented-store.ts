/** What stores have in common that keep their rows in buckets by key and segment of time: the ways to the disk and back. */
import type { BytesWrite } from './ordered-bytes.ts'
import { SegmentedBuckets, type Bucket, type SegmentedBucketsOptions } from './segmented-buckets.ts'
import type { ChangelogRecord, ChangelogSink, KeyIdentity, StateStore } from './store.ts'

export abstract class SegmentedStore<K, B extends Bucket> implements StateStore {
  readonly name: string
  readonly identity: (key: K) => KeyIdentity
  protected readonly buckets: SegmentedBuckets<K, B>

  constructor(options: SegmentedBucketsOptions<K, B>) {
    this.name = options.name
    this.buckets = new SegmentedBuckets(options)
    this.identity = this.buckets.identity
  }

  abstract stage(changelog: ChangelogSink): void

  apply(): readonly BytesWrite[] {
    return this.buckets.apply()
  }

  applied(): void {
    this.buckets.applied()
  }

  discard(): void {
    this.buckets.discard()
  }

  abstract restore(records: readonly ChangelogRecord[]): readonly BytesWrite[]

  restored(): Promise<void> {
    return this.buckets.restored()
  }

  expired(): readonly { readonly from: Uint8Array; readonly to: Uint8Array }[] {
    return this.buckets.expired()
  }

  close(): void {
    this.buckets.close()
  }
}
