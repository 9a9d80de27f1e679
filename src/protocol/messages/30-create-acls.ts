/**
 * CreateAcls (API key 30): adds rules of access control. Sent to the controller.
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

/** The request of CreateAcls. */
export interface CreateAclsRequest {
  /** The rules to add. */
  readonly creations: readonly AclCreation[]
}

/** A rule to add. */
export interface AclCreation {
  /** The type of the resource. */
  readonly resourceType: number
  /** The name of the resource, or what it begins with; "*" for every one. */
  readonly resourceName: string
  /** 3 for the name itself, 4 for what it begins with. */
  readonly resourcePatternType: number
  /** Whom the rule is about: "User:name", or "User:*" for everyone. */
  readonly principal: string
  /** The address that the rule is about; "*" for every one. */
  readonly host: string
  /** The number of the operation; 1 is any in a filter. */
  readonly operation: number
  /** 2 for deny, 3 for allow; 1 is any in a filter. */
  readonly permissionType: number
}

export const AclCreation: StructType<AclCreation> = struct<AclCreation>('AclCreation', {
  resourceType: int8,
  resourceName: string,
  resourcePatternType: withDefault(3, int8),
  principal: string,
  host: string,
  operation: int8,
  permissionType: int8,
})

export const CreateAclsRequest: MessageType<CreateAclsRequest> = message<CreateAclsRequest>(
  'CreateAclsRequest',
  { versions: [1, 3], flexibleSince: 2 },
  {
    creations: array(AclCreation),
  },
)

/** The response of CreateAcls. */
export interface CreateAclsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** One result for each, in their order. */
  readonly results: readonly AclCreationResult[]
}

/** What became of one. */
export interface AclCreationResult {
  /** Error code; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
}

export const AclCreationResult: StructType<AclCreationResult> = struct<AclCreationResult>(
  'AclCreationResult',
  {
    errorCode: int16,
    errorMessage: nullable(string),
  },
)

export const CreateAclsResponse: MessageType<CreateAclsResponse> = message<CreateAclsResponse>(
  'CreateAclsResponse',
  { versions: [1, 3], flexibleSince: 2 },
  {
    throttleTimeMs: int32,
    results: array(AclCreationResult),
  },
)

export const CreateAcls: Api<CreateAclsRequest, CreateAclsResponse> = {
  key: 30,
  name: 'CreateAcls',
  request: CreateAclsRequest,
  response: CreateAclsResponse,
}
