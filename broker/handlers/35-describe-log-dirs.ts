/**
 * DescribeLogDirs (key 35): how large the partitions are on disk.
 *
 * Behaviour. `topics` null asks for all. There is one directory; partitions that do not exist are left out. Sizes of
 * the volume are not known (-1).
 */
import {
  DescribeLogDirs,
  type DescribeLogDirsPartition,
  type DescribeLogDirsRequest,
  type DescribeLogDirsResponse,
  type DescribeLogDirsTopic,
} from '../../src/protocol/messages/35-describe-log-dirs.ts'
import type { Topic } from '../metadata/topics.ts'
import { distinct } from './duplicates.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'
import { sliced } from './sliced.ts'

export const describeLogDirs: ApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponse> = apiHandler(
  DescribeLogDirs,
  {
    versions: [1, 5],
    handle,
    refuse: (_request, errorCode) => ({ throttleTimeMs: 0, errorCode, results: [] }),
  },
)

function handle(
  broker: BrokerContext,
  context: RequestContext<DescribeLogDirsRequest>,
): DescribeLogDirsResponse | Promise<DescribeLogDirsResponse> {
  return sliced(broker, describeAll(broker, context))
}

function* describeAll(
  { topics, directory }: BrokerContext,
  { request }: RequestContext<DescribeLogDirsRequest>,
): Generator<void, DescribeLogDirsResponse, void> {
  const described: DescribeLogDirsTopic[] = []
  const describe = (topic: Topic, wanted?: ReadonlySet<number>) => {
    const partitions = sizes(topic, wanted)
    if (partitions.length > 0) described.push({ name: topic.name, partitions })
  }
  if (request.topics === null) {
    for (const topic of topics.all()) {
      describe(topic)
      yield
    }
  } else {
    for (const { topic: name, partitions } of distinct(request.topics, ({ topic }) => topic)) {
      const topic = topics.get(name)
      if (topic !== undefined) describe(topic, new Set(partitions))
      yield
    }
  }
  const result = {
    errorCode: 0,
    logDir: directory,
    topics: described,
    totalBytes: -1,
    usableBytes: -1,
    isCordoned: false,
  }
  return { throttleTimeMs: 0, errorCode: 0, results: [result] }
}

function sizes({ logs }: Topic, wanted: ReadonlySet<number> | undefined): DescribeLogDirsPartition[] {
  const partitions: DescribeLogDirsPartition[] = []
  for (const [partitionIndex, log] of logs.entries()) {
    if (wanted !== undefined && !wanted.has(partitionIndex)) continue
    partitions.push({ partitionIndex, partitionSize: log.sizeInBytes, offsetLag: 0, isFutureKey: false })
  }
  return partitions
}
