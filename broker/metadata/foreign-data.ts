/**
 * Refuses a data directory whose logs were not written by this broker, before anything in it is touched.
 *
 * Logs that no registry names would be taken for those of deleted topics. Where the registry itself is missing, all of them
 * are unknown: the directory is Apache Kafka's, or one that has folders called like partitions, or its registry was lost.
 */
import { StreamsError } from '../../src/base/errors.ts'
import { partitionKey } from '../../src/base/topic-partition.ts'
import { joinPath, type FileSystem } from '../log/files.ts'
import { partitionDirectory } from '../log/segment-names.ts'
import { metadataLogName } from './topic-name.ts'

/** MR-5024 if there are partitions in the directory, and no registry of topics. */
export function refuseForeignData(files: FileSystem, directory: string): void {
  if (files.stat(directory) === undefined) return
  const partitions = files.list(directory).filter(name => partitionDirectory.test(name))
  const [first] = partitions
  if (first === undefined || partitions.includes(`${partitionKey(metadataLogName, 0)}/`)) return
  const isKafka = partitions.includes('__cluster_metadata-0/')
  throw new StreamsError('MR-5024', {
    what: isKafka
      ? `the data directory is one of Apache Kafka: it has the log ${first.slice(0, -1)} and others`
      : `the data directory has ${first.slice(0, -1)}, and no registry of topics that names it`,
    where: joinPath(directory, first.slice(0, -1)),
    why: 'What is in it was not written by this broker, and would be in its way. Nothing was changed.',
    fix: isKafka
      ? 'give a directory of its own with --data or log.dirs; records are brought over through clients'
      : `give an empty directory, or restore ${partitionKey(metadataLogName, 0)}`,
  })
}
