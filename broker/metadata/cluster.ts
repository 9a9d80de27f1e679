/**
 * Who this broker is: cluster id and node id, kept in `meta.properties` of the data directory as Kafka does.
 *
 * A cluster id is made when a data directory is first used and stays with it. A node id that changes under the same
 * directory is refused: clients and tools would take the broker for another one.
 */
import { StreamsError } from '../../src/base/errors.ts'
import type { Random } from '../../src/base/random.ts'
import { utf8Bytes, utf8Slice } from '../../src/base/text.ts'
import { isUuid, randomUuid } from '../../src/base/uuid.ts'
import type { BrokerConfig } from '../config.ts'
import { joinPath, readWholeFile, replaceFile, type FileSystem } from '../log/files.ts'

export interface ClusterIdentity {
  readonly clusterId: string
  readonly nodeId: number
  /** The address that clients are told. */
  readonly host: string
  readonly port: number
}

const fileName = 'meta.properties'
const formatVersion = '1'

interface ClusterParts {
  readonly files: FileSystem
  readonly directory: string
  readonly random: Random
  readonly config: BrokerConfig
}

/** Reads the identity, or makes it in a directory that has none. */
export function loadClusterIdentity({ files, directory, random, config }: ClusterParts): ClusterIdentity {
  const nodeId = config['node.id']
  const address = { host: config['advertised.host'], port: config['advertised.port'] }
  const path = joinPath(directory, fileName)
  const bytes = readWholeFile(files, path)
  if (bytes === undefined) {
    const clusterId = randomUuid(random)
    const lines = [`version=${formatVersion}`, `cluster.id=${clusterId}`, `node.id=${nodeId}`, '']
    replaceFile(files, path, utf8Bytes(lines.join('\n')))
    return { clusterId, nodeId, ...address }
  }
  const properties = readProperties(utf8Slice(bytes, 0, bytes.length))
  const clusterId = properties.get('cluster.id')
  if (properties.get('version') !== formatVersion || clusterId === undefined || !isUuid(clusterId)) {
    throw new StreamsError('MR-5024', {
      what: `${fileName} is not one of version ${formatVersion} with a cluster id`,
      where: path,
      fix: 'restore the file, or use another data directory',
    })
  }
  if (properties.get('node.id') !== String(nodeId)) {
    throw new StreamsError('MR-5024', {
      what: `the data directory belongs to node ${properties.get('node.id')}, not to node ${nodeId}`,
      where: path,
      fix: 'set node.id to the directory’s, or use another data directory',
    })
  }
  return { clusterId, nodeId, ...address }
}

function readProperties(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>()
  for (const line of text.split('\n')) {
    const at = line.indexOf('=')
    if (at > 0 && !line.startsWith('#')) properties.set(line.slice(0, at).trim(), line.slice(at + 1).trim())
  }
  return properties
}
