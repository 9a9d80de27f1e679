/** Opens the stores of a task, each in the bytes that its definition asks for. */
import { StreamsError } from '../../src/base/errors.ts'
import { MemoryBytes } from '../../src/state/memory-bytes.ts'
import { openStore } from '../../src/state/open-store.ts'
import type { OrderedBytes } from '../../src/state/ordered-bytes.ts'
import type { StoreSupplier } from '../../src/state/store-supplier.ts'
import type { StoreDefinition } from '../../src/topology/node.ts'
import type { StateDirectory } from '../state/state-directory.ts'
import { TaskDatabase } from '../state/task-database.ts'
import type { PreparedSubtopology } from '../topics/prepare-topics.ts'
import type { TaskStore } from './stream-task.ts'

export interface OpenTaskStores {
  readonly applicationId: string
  readonly directory: StateDirectory
  readonly taskId: string
  readonly definitions: readonly StoreDefinition[]
  readonly changelogs: PreparedSubtopology['changelogs']
}

/** Those of one that fails to open are closed again. */
export async function openTaskStores(
  options: OpenTaskStores,
): Promise<{ readonly stores: readonly TaskStore[]; readonly databases: readonly TaskDatabase[] }> {
  const { directory, taskId, definitions, changelogs } = options
  const databases: TaskDatabase[] = []
  const stores: TaskStore[] = []
  try {
    if (definitions.some(({ backend }) => backend === 'persistent'))
      databases.push(await directory.openTask(taskId))
    for (const definition of definitions) {
      let database = databases[0]!
      if (definition.backend !== 'persistent') {
        const { backend, name } = definition
        const bytes = backend === 'memory' ? new MemoryBytes() : await openSupplied(backend, name, options)
        database = await openDatabase(bytes, `the bytes of store '${name}' of task ${taskId}`)
        databases.push(database)
      }
      const store = openStore(definition, database.bytes, await database.prefixOf(definition.name))
      const changelog = changelogs.get(definition.name)
      // A restore ends with this; without one it is due here.
      if (changelog === undefined) await store.restored?.()
      stores.push({ store, database, changelog })
    }
  } catch (error) {
    await Promise.allSettled(databases.map(database => database.close()))
    throw error
  }
  return { stores, databases }
}

async function openDatabase(bytes: OrderedBytes, where: string): Promise<TaskDatabase> {
  try {
    return await TaskDatabase.open(bytes, where)
  } catch (error) {
    await bytes.close()
    throw error
  }
}

const members = ['get', 'write', 'range', 'clear', 'close'] as const

async function openSupplied(
  supplier: StoreSupplier,
  store: string,
  { applicationId, directory, taskId }: OpenTaskStores,
): Promise<OrderedBytes> {
  const failed = (what: string, cause?: unknown): StreamsError =>
    new StreamsError('MR-4102', {
      what: `the supplier '${supplier.name}' ${what}`,
      where: `store '${store}' of task ${taskId}`,
      why: 'A store is kept in the bytes that its supplier opens.',
      fix: `answer an OrderedBytes: an object with ${members.join(', ')}`,
      cause,
    })
  let bytes: Partial<OrderedBytes> | undefined
  try {
    const stateDirectory = directory.filesOf(taskId)
    bytes = await supplier.open({ applicationId, taskId, store, stateDirectory })
  } catch (cause) {
    throw failed(`could not open it: ${String(cause)}`, cause)
  }
  for (const member of members)
    if (typeof bytes?.[member] !== 'function') throw failed(`answered something that has no ${member}`)
  return bytes as OrderedBytes
}
