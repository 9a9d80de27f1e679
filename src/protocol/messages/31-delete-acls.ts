/**
 * DeleteAcls (API key 31): removes the rules of access control that filters match. Sent to the controller.
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

/** The request of DeleteAcls. */
export interface DeleteAclsRequest {
  /** What to remove: every rule that one of them matches. */
  readonly filters: readonly DeleteAclsFilter[]
}

/** What to remove. */
export interface DeleteAclsFilter {
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

export const DeleteAclsFilter: StructType<DeleteAclsFilter> = struct<DeleteAclsFilter>('DeleteAclsFilter', {
  resourceTypeFilter: int8,
  resourceNameFilter: nullable(string),
  patternTypeFilter: withDefault(3, int8),
  principalFilter: nullable(string),
  hostFilter: nullable(string),
  operation: int8,
  permissionType: int8,
})

export const DeleteAclsRequest: MessageType<DeleteAclsRequest> = message<DeleteAclsRequest>(
  'DeleteAclsRequest',
  { versions: [1, 3], flexibleSince: 2 },
  {
    filters: array(DeleteAclsFilter),
  },
)

/** The response of DeleteAcls. */
export interface DeleteAclsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** One result for each filter, in their order. */
  readonly filterResults: readonly DeleteAclsFilterResult[]
}

/** What one filter removed. */
export interface DeleteAclsFilterResult {
  /** Error code; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The rules that the filter matched. */
  readonly matchingAcls: readonly DeleteAclsMatchingAcl[]
}

/** A rule that was removed. */
export interface DeleteAclsMatchingAcl {
  /** Error code; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The type of the resource. */
  readonly resourceType: number
  /** The name of the resource, or what it begins with; "*" for every one. */
  readonly resourceName: string
  /** 3 for the name itself, 4 for what it begins with. */
  readonly patternType: number
  /** Whom the rule is about: "User:name", or "User:*" for everyone. */
  readonly principal: string
  /** The address that the rule is about; "*" for every one. */
  readonly host: string
  /** The number of the operation; 1 is any in a filter. */
  readonly operation: number
  /** 2 for deny, 3 for allow; 1 is any in a filter. */
  readonly permissionType: number
}

export const DeleteAclsMatchingAcl: StructType<DeleteAclsMatchingAcl> = struct<DeleteAclsMatchingAcl>(
  'DeleteAclsMatchingAcl',
  {
    errorCode: int16,
    errorMessage: nullable(string),
    resourceType: int8,
    resourceName: string,
    patternType: withDefault(3, int8),
    principal: string,
    host: string,
    operation: int8,
    permissionType: int8,
  },
)

export const DeleteAclsFilterResult: StructType<DeleteAclsFilterResult> = struct<DeleteAclsFilterResult>(
  'DeleteAclsFilterResult',
  {
    errorCode: int16,
    errorMessage: nullable(string),
    matchingAcls: array(DeleteAclsMatchingAcl),
  },
)

export const DeleteAclsResponse: MessageType<DeleteAclsResponse> = message<DeleteAclsResponse>(
  'DeleteAclsResponse',
  { versions: [1, 3], flexibleSince: 2 },
  {
    throttleTimeMs: int32,
    filterResults: array(DeleteAclsFilterResult),
  },
)

export const DeleteAcls: Api<DeleteAclsRequest, DeleteAclsResponse> = {
  key: 31,
  name: 'DeleteAcls',
  request: DeleteAclsRequest,
  response: DeleteAclsResponse,
}
