/** A store wherever it is in a tested application: in each task that has it. */
import { partitionForKey } from '../base/murmur2.ts'
import { isWindowedSerde } from '../serdes/windowed.ts'
import type { StateStore } from '../state/store.ts'
import type { DriverStore, DriverTask } from './driver-task.ts'

/** A store in one task, or the one of all where it is global. */
export interface Place {
  readonly task: Pick<DriverTask, 'settle' | 'backend'>
  readonly store: DriverStore
}

/** Windows follow the inner key with eight bytes; records are partitioned without them (semantics O6). */
const windowSuffixBytes = 8

export class StoreParts<S extends StateStore> {
  private readonly find: () => readonly Place[]
  private readonly commit: () => void

  /** `find` answers where the store is now, by partition; `commit` is called when it was written to. */
  constructor(find: () => readonly Place[], commit: () => void) {
    this.find = find
    this.commit = commit
  }

  /** By partition. Refused while the application does not run. */
  places(): readonly Place[] {
    return this.find()
  }

  /** By partition. */
  stores(): readonly S[] {
    return this.find().map(({ store }) => store.store as S)
  }

  /** The first that has something. */
  first<T>(read: (store: S) => T | undefined): T | undefined {
    for (const store of this.stores()) {
      const found = read(store)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Writes to the part that `holds` what is replaced, else to the one where records of the key are processed. */
  write<T>(key: unknown, holds: (store: S) => boolean, write: (store: S) => T): T {
    const stores = this.stores()
    const result = write(stores.find(holds) ?? stores[this.partitionOf(key, stores.length)]!)
    this.commit()
    return result
  }

  private partitionOf(key: unknown, count: number): number {
    const { keySerde } = this.find()[0]!.store.definition
    const bytes = keySerde.serialize(key)
    const suffix = isWindowedSerde(keySerde) ? windowSuffixBytes : 0
    return partitionForKey(bytes.subarray(0, bytes.length - suffix), count)
  }
}
