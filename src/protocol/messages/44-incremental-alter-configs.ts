/**
 * IncrementalAlterConfigs (API key 44).
 */
import type { Api } from '../api.ts'
import { array, bool, int16, int32, int8, message, nullable, string, struct } from '../schema.ts'

/** IncrementalAlterConfigsRequest */
export interface IncrementalAlterConfigsRequest {
  /** resources */
  readonly resources: readonly AlterConfigsResource[]
  /** validateOnly */
  readonly validateOnly: boolean
}

/** AlterConfigsResource */
export interface AlterConfigsResource {
  /** resourceType */
  readonly resourceType: number
  /** resourceName */
  readonly resourceName: string
  /** configs */
  readonly configs: readonly AlterableConfig[]
}

/** AlterableConfig */
export interface AlterableConfig {
  /** name */
  readonly name: string
  /** configOperation */
  readonly configOperation: number
  /** value */
  readonly value: string | null
}

export const AlterableConfig = struct<AlterableConfig>('AlterableConfig', {
  name: string,
  configOperation: int8,
  value: nullable(string),
})

export const AlterConfigsResource = struct<AlterConfigsResource>('AlterConfigsResource', {
  resourceType: int8,
  resourceName: string,
  configs: array(AlterableConfig),
})

export const IncrementalAlterConfigsRequest = message<IncrementalAlterConfigsRequest>(
  'IncrementalAlterConfigsRequest',
  { versions: [0, 1], flexibleSince: 1 },
  {
    resources: array(AlterConfigsResource),
    validateOnly: bool,
  },
)

/** IncrementalAlterConfigsResponse */
export interface IncrementalAlterConfigsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** responses */
  readonly responses: readonly AlterConfigsResourceResponse[]
}

/** AlterConfigsResourceResponse */
export interface AlterConfigsResourceResponse {
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
  /** resourceType */
  readonly resourceType: number
  /** resourceName */
  readonly resourceName: string
}

export const AlterConfigsResourceResponse = struct<AlterConfigsResourceResponse>(
  'AlterConfigsResourceResponse',
  {
    errorCode: int16,
    errorMessage: nullable(string),
    resourceType: int8,
    resourceName: string,
  },
)

export const IncrementalAlterConfigsResponse = message<IncrementalAlterConfigsResponse>(
  'IncrementalAlterConfigsResponse',
  { versions: [0, 1], flexibleSince: 1 },
  {
    throttleTimeMs: int32,
    responses: array(AlterConfigsResourceResponse),
  },
)

export const IncrementalAlterConfigs: Api<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> = {
  key: 44,
  name: 'IncrementalAlterConfigs',
  request: IncrementalAlterConfigsRequest,
  response: IncrementalAlterConfigsResponse,
}
