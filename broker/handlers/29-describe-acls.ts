/**
 * DescribeAcls (key 29): the rules of access control that a filter means, by the resources that they are about.
 *
 * Behaviour. Without an authorizer SECURITY_DISABLED; a filter with numbers that mean nothing is INVALID_REQUEST.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  DescribeAcls,
  type AclDescription,
  type DescribeAclsRequest,
  type DescribeAclsResource,
  type DescribeAclsResponse,
} from '../../src/protocol/messages/29-describe-acls.ts'
import { BrokerError } from '../broker-error.ts'
import { filterFault, matchesFilter } from '../security/acl.ts'
import { apiHandler, type ApiHandler, type BrokerContext, type RequestContext } from './handler.ts'

export const describeAcls: ApiHandler<DescribeAclsRequest, DescribeAclsResponse> = apiHandler(DescribeAcls, {
  versions: [1, 3],
  handle,
  refuse: (_request, errorCode, errorMessage) => ({
    throttleTimeMs: 0,
    errorCode,
    errorMessage,
    resources: [],
  }),
})

function handle(broker: BrokerContext, context: RequestContext<DescribeAclsRequest>): DescribeAclsResponse {
  demandAuthorizer(broker)
  const { request } = context
  const fault = filterFault(request)
  if (fault !== undefined) throw new BrokerError(kafkaErrors.INVALID_REQUEST.code, fault)
  const resources = new Map<string, DescribeAclsResource & { readonly acls: AclDescription[] }>()
  for (const acl of broker.authorizer.rules.all()) {
    if (!matchesFilter(request, acl)) continue
    const { resourceType, resourceName, patternType, ...description } = acl
    const key = `${resourceType}/${patternType}/${resourceName}`
    const resource = resources.get(key) ?? { resourceType, resourceName, patternType, acls: [] }
    resource.acls.push(description)
    resources.set(key, resource)
  }
  return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, resources: [...resources.values()] }
}

/** Refuses what has no meaning where access is not controlled. */
export function demandAuthorizer({ authorizer }: BrokerContext): void {
  if (authorizer.isOn) return
  throw new BrokerError(kafkaErrors.SECURITY_DISABLED.code, 'No Authorizer is configured.')
}
