/**
 * OffsetDelete (key 47): forgets what a group committed of some partitions.
 *
 * Behaviour. Not of topics that a member subscribes to (GROUP_SUBSCRIBED_TO_TOPIC), and not at all where the broker cannot
 * tell what members subscribe to (NON_EMPTY_GROUP). An offset that was never committed is not an error.
 */
import {
  OffsetDelete,
  type OffsetDeleteRequest,
  type OffsetDeleteResponse,
} from '../../src/protocol/messages/47-offset-delete.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

export const offsetDelete: ApiHandler<OffsetDeleteRequest, OffsetDeleteResponse> = apiHandler(OffsetDelete, {
  versions: [0, 0],
  handle,
  refuse: (_request, errorCode) => ({ errorCode, throttleTimeMs: 0, topics: [] }),
})

function handle(
  { groups }: BrokerContext,
  { request: { groupId, topics } }: RequestContext<OffsetDeleteRequest>,
): OffsetDeleteResponse {
  const result = groups.deleteOffsets(groupId, topics)
  if ('errorCode' in result) return { errorCode: result.errorCode, throttleTimeMs: 0, topics: [] }
  return {
    errorCode: 0,
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }, topic) => ({
      name,
      partitions: partitions.map(({ partitionIndex }, index) => ({
        partitionIndex,
        errorCode: result.partitionCodes[topic]![index]!,
      })),
    })),
  }
}
