/** ListPartitionReassignments (key 46): which partitions are being moved; on one broker none ever is. */
import {
  ListPartitionReassignments,
  type ListPartitionReassignmentsRequest,
  type ListPartitionReassignmentsResponse,
} from '../../src/protocol/messages/46-list-partition-reassignments.ts'
import { apiHandler, type ApiHandler } from './handler.ts'

export const listPartitionReassignments: ApiHandler<
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse
> = apiHandler(ListPartitionReassignments, {
  versions: [0, 0],
  handle: () => ({ throttleTimeMs: 0, errorCode: 0, errorMessage: null, topics: [] }),
  refuse: (_request, errorCode, errorMessage) => ({ throttleTimeMs: 0, errorCode, errorMessage, topics: [] }),
})
