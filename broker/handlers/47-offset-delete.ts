/**
 * OffsetDelete (key 47): forgets what a group committed of some partitions.
 *
 * Behaviour. Not of topics that a member subscribes to (GROUP_SUBSCRIBED_TO_TOPIC), and not at all where the broker cannot
 * tell what members subscribe to (NON_EMPTY_GROUP). An offset that was never committed is not an error.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  OffsetDelete,
  type OffsetDeleteRequest,
  type OffsetDeleteResponse,
} from '../../src/protocol/messages/47-offset-delete.ts'
import { may } from './authorize.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

export const offsetDelete: ApiHandler<OffsetDeleteRequest, OffsetDeleteResponse> = apiHandler(OffsetDelete, {
  versions: [0, 0],
  handle,
  refuse: (_request, errorCode) => ({ errorCode, throttleTimeMs: 0, topics: [] }),
})

async function handle(
  broker: BrokerContext,
  context: RequestContext<OffsetDeleteRequest>,
): Promise<OffsetDeleteResponse> {
  const { groupId, topics } = context.request
  const isAllowed = topics.map(({ name }) => may(broker, context, 'READ', 'TOPIC', name))
  const allowed = topics.filter((_topic, index) => isAllowed[index])
  const result = await broker.groups.deleteOffsets(groupId, allowed)
  if ('errorCode' in result) return { errorCode: result.errorCode, throttleTimeMs: 0, topics: [] }
  let found = 0
  const answered = topics.map(({ name, partitions }, topic) => {
    const codes = isAllowed[topic] === true ? result.partitionCodes[found++]! : undefined
    return {
      name,
      partitions: partitions.map(({ partitionIndex }, index) => ({
        partitionIndex,
        errorCode: codes === undefined ? kafkaErrors.TOPIC_AUTHORIZATION_FAILED.code : codes[index]!,
      })),
    }
  })
  return { errorCode: 0, throttleTimeMs: 0, topics: answered }
}
