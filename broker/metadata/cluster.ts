/**
 * Who this broker is: cluster id and node id, kept in `meta.properties` of the data directory as Kafka does.
 *
 * A cluster id is made when a data directory is first used and stays with it. A node id that changes under the same
 * directory is refused: clients and tools would take the broker for another one.
 */
import { StreamsError } from '../../src/base/errors.ts'
import type { Random } from '../../src/base/random.ts'
import { isUuid, randomUuid } from '../../src/base/uuid.ts'
import type { BrokerConfig } from '../config.ts'

export interface ClusterIdentity {
  readonly clusterId: string
  readonly nodeId: number
  /** The address that clients are told. */
  readonly host: string
  readonly port: number
}

/** Where the identity is kept: a few named values of the data directory. */
export interface PropertyStore {
  /** `undefined` in a new directory. */
  readProperties(): ReadonlyMap<string, string> | undefined
  writeProperties(properties: ReadonlyMap<string, string>): void
}

const formatVersion = '1'

interface ClusterParts {
  readonly store: PropertyStore
  readonly random: Random
  readonly config: BrokerConfig
}

/** Reads the identity, or makes it in a directory that has none. */
export function loadClusterIdentity({ store, random, config }: ClusterParts): ClusterIdentity {
  const nodeId = config['node.id']
  const address = { host: config['advertised.host'], port: config['advertised.port'] }
  const properties = store.readProperties()
  if (properties === undefined) {
    const clusterId = randomUuid(random)
    const identity = { version: formatVersion, 'cluster.id': clusterId, 'node.id': String(nodeId) }
    store.writeProperties(new Map(Object.entries(identity)))
    return { clusterId, nodeId, ...address }
  }
  const clusterId = properties.get('cluster.id')
  if (properties.get('version') !== formatVersion || clusterId === undefined || !isUuid(clusterId)) {
    throw new StreamsError('MR-5024', {
      what: `meta.properties is not one of version ${formatVersion} with a cluster id`,
      fix: 'restore the file, or use another data directory',
    })
  }
  if (properties.get('node.id') !== String(nodeId)) {
    throw new StreamsError('MR-5024', {
      what: `the data directory belongs to node ${properties.get('node.id')}, not to node ${nodeId}`,
      where: 'meta.properties',
      fix: 'set node.id to the directory’s, or use another data directory',
    })
  }
  return { clusterId, nodeId, ...address }
}
