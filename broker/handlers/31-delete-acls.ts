/**
 * DeleteAcls (key 31): removes the rules of access control that filters mean, and tells which those were.
 *
 * Behaviour. Each filter is decided on its own; one that means no rule is no error.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  DeleteAcls,
  type DeleteAclsFilter,
  type DeleteAclsFilterResult,
  type DeleteAclsRequest,
  type DeleteAclsResponse,
} from '../../src/protocol/messages/31-delete-acls.ts'
import { filterFault, matchesFilter } from '../security/acl.ts'
import { demandAuthorizer } from './29-describe-acls.ts'
import { durably } from './durably.ts'
import { apiHandler, type ApiHandler, type BrokerContext, type RequestContext } from './handler.ts'
import { eachInSteps, sliced } from './sliced.ts'

export const deleteAcls: ApiHandler<DeleteAclsRequest, DeleteAclsResponse> = apiHandler(DeleteAcls, {
  versions: [1, 3],
  handle,
  refuse: ({ filters }, errorCode, errorMessage) => ({
    throttleTimeMs: 0,
    filterResults: filters.map(() => ({ errorCode, errorMessage, matchingAcls: [] })),
  }),
})

function handle(
  broker: BrokerContext,
  context: RequestContext<DeleteAclsRequest>,
): DeleteAclsResponse | Promise<DeleteAclsResponse> {
  demandAuthorizer(broker)
  return durably(broker, sliced(broker, removeAll(broker, context)))
}

function* removeAll(
  broker: BrokerContext,
  { request: { filters } }: RequestContext<DeleteAclsRequest>,
): Generator<void, DeleteAclsResponse, void> {
  const filterResults = yield* eachInSteps(filters, filter => remove(broker, filter))
  broker.topics.rightsChanged()
  return { throttleTimeMs: 0, filterResults }
}

function remove({ authorizer: { rules } }: BrokerContext, filter: DeleteAclsFilter): DeleteAclsFilterResult {
  const fault = filterFault(filter)
  if (fault !== undefined) {
    return { errorCode: kafkaErrors.INVALID_REQUEST.code, errorMessage: fault, matchingAcls: [] }
  }
  const found = [...rules.all()].filter(acl => matchesFilter(filter, acl))
  for (const acl of found) rules.remove(acl)
  const matchingAcls = found.map(acl => ({ errorCode: 0, errorMessage: null, ...acl }))
  return { errorCode: 0, errorMessage: null, matchingAcls }
}
