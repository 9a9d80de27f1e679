/** Where the rows of a store are kept: on the disk, in memory, or in bytes that the application brings. */
import type { OrderedBytes } from './ordered-bytes.ts'

/** What a supplier is told of the store that it opens bytes for. */
export interface StoreSupplierContext {
  readonly applicationId: string
  /** `<subtopology>_<partition>`. */
  readonly taskId: string
  readonly store: string
  /** A folder of this task's own, which whoever writes there makes: see `ProcessContext.stateDirectory`. */
  readonly stateDirectory: string
}

/** Opens the bytes that stores are kept in; made by `storeSupplier`. */
export interface StoreSupplier {
  /** What messages call it. */
  readonly name: string
  readonly open: (context: StoreSupplierContext) => OrderedBytes | Promise<OrderedBytes>
}

/** `persistent`: in the state directory. `memory`: off the disk, restored from the changelog at every start. */
export type StoreBackend = 'persistent' | 'memory' | StoreSupplier

/** Whether a backend is one that there is. */
export function isStoreBackend(backend: unknown): backend is StoreBackend {
  if (backend === 'persistent' || backend === 'memory') return true
  const { name, open } = (backend ?? {}) as Partial<StoreSupplier>
  return typeof name === 'string' && typeof open === 'function'
}
