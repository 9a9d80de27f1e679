/**
 * AlterReplicaLogDirs (key 34): moves replicas to other log directories.
 *
 * Behaviour. There is one directory: what is in it already stays there, and any other is LOG_DIR_NOT_FOUND.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  AlterReplicaLogDirs,
  type AlterReplicaLogDirsRequest,
  type AlterReplicaLogDirsResponse,
} from '../../src/protocol/messages/34-alter-replica-log-dirs.ts'
import { apiHandler, type ApiHandler } from './handler.ts'

export const alterReplicaLogDirs: ApiHandler<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse> =
  apiHandler(AlterReplicaLogDirs, {
    versions: [1, 2],
    handle({ topics, directory }, { request }) {
      const { NONE, UNKNOWN_TOPIC_OR_PARTITION, LOG_DIR_NOT_FOUND } = kafkaErrors
      return respond(request, (path, topic, partition) => {
        if (path !== directory) return LOG_DIR_NOT_FOUND.code
        return topics.log(topic, partition) === undefined ? UNKNOWN_TOPIC_OR_PARTITION.code : NONE.code
      })
    },
    refuse: (request, errorCode) => respond(request, () => errorCode),
  })

function respond(
  { dirs }: AlterReplicaLogDirsRequest,
  codeOf: (path: string, topic: string, partition: number) => number,
): AlterReplicaLogDirsResponse {
  const results = dirs.flatMap(({ path, topics }) =>
    topics.map(({ name, partitions }) => ({
      topicName: name,
      partitions: partitions.map(partitionIndex => ({
        partitionIndex,
        errorCode: codeOf(path, name, partitionIndex),
      })),
    })),
  )
  return { throttleTimeMs: 0, results }
}
