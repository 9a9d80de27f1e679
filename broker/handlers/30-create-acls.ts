/**
 * CreateAcls (key 30): adds rules of access control.
 *
 * Behaviour. Each rule is decided on its own; one that is there already is no error. The rules are in force when they are
 * answered.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  CreateAcls,
  type CreateAclsRequest,
  type CreateAclsResponse,
} from '../../src/protocol/messages/30-create-acls.ts'
import { aclFault } from '../security/acl.ts'
import { demandAuthorizer } from './29-describe-acls.ts'
import { durably } from './durably.ts'
import { apiHandler, type ApiHandler, type BrokerContext, type RequestContext } from './handler.ts'
import { eachInSteps, sliced } from './sliced.ts'

export const createAcls: ApiHandler<CreateAclsRequest, CreateAclsResponse> = apiHandler(CreateAcls, {
  versions: [1, 3],
  handle,
  refuse: ({ creations }, errorCode, errorMessage) => ({
    throttleTimeMs: 0,
    results: creations.map(() => ({ errorCode, errorMessage })),
  }),
})

function handle(
  broker: BrokerContext,
  context: RequestContext<CreateAclsRequest>,
): CreateAclsResponse | Promise<CreateAclsResponse> {
  demandAuthorizer(broker)
  return durably(broker, sliced(broker, addAll(broker, context)))
}

function* addAll(
  { authorizer, topics }: BrokerContext,
  { request: { creations } }: RequestContext<CreateAclsRequest>,
): Generator<void, CreateAclsResponse, void> {
  const results = yield* eachInSteps(creations, ({ resourcePatternType, ...rest }) => {
    const acl = { ...rest, patternType: resourcePatternType }
    const fault = aclFault(acl)
    if (fault !== undefined) return { errorCode: kafkaErrors.INVALID_REQUEST.code, errorMessage: fault }
    authorizer.rules.add(acl)
    return { errorCode: 0, errorMessage: null }
  })
  topics.rightsChanged()
  return { throttleTimeMs: 0, results }
}
