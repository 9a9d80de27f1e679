/**
 * DescribeAcls (API key 29): tells the rules of access control that a filter matches.
 */
import type { Api } from '../api.ts'
import {
  array,
  int16,
  int32,
  int8,
  message,
  nullable,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of DescribeAcls. */
export interface DescribeAclsRequest {
  /** The type of the resource; 1 for any. */
  readonly resourceTypeFilter: number
  /** The name of the resource; null for any. */
  readonly resourceNameFilter: string | null
  /** The type of the pattern: 1 for any, 2 for all that match the name, 3 literal, 4 prefixed. */
  readonly patternTypeFilter: number
  /** The principal; null for any. */
  readonly principalFilter: string | null
  /** The host; null for any. */
  readonly hostFilter: string | null
  /** The number of the operation; 1 is any in a filter. */
  readonly operation: number
  /** 2 for deny, 3 for allow; 1 is any in a filter. */
  readonly permissionType: number
}

export const DescribeAclsRequest: MessageType<DescribeAclsRequest> = message<DescribeAclsRequest>(
  'DescribeAclsRequest',
  { versions: [1, 3], flexibleSince: 2 },
  {
    resourceTypeFilter: int8,
    resourceNameFilter: nullable(string),
    patternTypeFilter: withDefault(3, int8),
    principalFilter: nullable(string),
    hostFilter: nullable(string),
    operation: int8,
    permissionType: int8,
  },
)

/** The response of DescribeAcls. */
export interface DescribeAclsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The resources that rules are about. */
  readonly resources: readonly DescribeAclsResource[]
}

/** A resource and its rules. */
export interface DescribeAclsResource {
  /** The type of the resource. */
  readonly resourceType: number
  /** The name of the resource, or what it begins with; "*" for every one. */
  readonly resourceName: string
  /** 3 for the name itself, 4 for what it begins with. */
  readonly patternType: number
  /** The rules. */
  readonly acls: readonly AclDescription[]
}

/** A rule. */
export interface AclDescription {
  /** Whom the rule is about: "User:name", or "User:*" for everyone. */
  readonly principal: string
  /** The address that the rule is about; "*" for every one. */
  readonly host: string
  /** The number of the operation; 1 is any in a filter. */
  readonly operation: number
  /** 2 for deny, 3 for allow; 1 is any in a filter. */
  readonly permissionType: number
}

export const AclDescription: StructType<AclDescription> = struct<AclDescription>('AclDescription', {
  principal: string,
  host: string,
  operation: int8,
  permissionType: int8,
})

export const DescribeAclsResource: StructType<DescribeAclsResource> = struct<DescribeAclsResource>(
  'DescribeAclsResource',
  {
    resourceType: int8,
    resourceName: string,
    patternType: withDefault(3, int8),
    acls: array(AclDescription),
  },
)

export const DescribeAclsResponse: MessageType<DescribeAclsResponse> = message<DescribeAclsResponse>(
  'DescribeAclsResponse',
  { versions: [1, 3], flexibleSince: 2 },
  {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullable(string),
    resources: array(DescribeAclsResource),
  },
)

export const DescribeAcls: Api<DescribeAclsRequest, DescribeAclsResponse> = {
  key: 29,
  name: 'DescribeAcls',
  request: DescribeAclsRequest,
  response: DescribeAclsResponse,
}
