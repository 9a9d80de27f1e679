/** AlterConfigs (API key 33): replaces the whole configuration of a resource; see IncrementalAlterConfigs, its successor. */
import type { Api } from '../api.ts'
import {
  array,
  bool,
  int16,
  int32,
  int8,
  message,
  nullable,
  string,
  struct,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of AlterConfigs. */
export interface AlterConfigsRequest {
  /** Whose configuration. */
  readonly resources: readonly LegacyAlterConfigsResource[]
  /** Whether to check only, and change nothing. */
  readonly validateOnly: boolean
}

/** The configuration of one resource. */
export interface LegacyAlterConfigsResource {
  /** What it is: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
  readonly resourceType: number
  /** The topic, group or broker id. */
  readonly resourceName: string
  /** The keys that are not to have their defaults. */
  readonly configs: readonly AlterableConfig[]
}

/** One key. */
export interface AlterableConfig {
  /** The configuration key. */
  readonly name: string
  /** The value. */
  readonly value: string | null
}

export const AlterableConfig: StructType<AlterableConfig> = struct<AlterableConfig>('AlterableConfig', {
  name: string,
  value: nullable(string),
})

export const LegacyAlterConfigsResource: StructType<LegacyAlterConfigsResource> =
  struct<LegacyAlterConfigsResource>('LegacyAlterConfigsResource', {
    resourceType: int8,
    resourceName: string,
    configs: array(AlterableConfig),
  })

export const AlterConfigsRequest: MessageType<AlterConfigsRequest> = message<AlterConfigsRequest>(
  'AlterConfigsRequest',
  { versions: [0, 2], flexibleSince: 2 },
  {
    resources: array(LegacyAlterConfigsResource),
    validateOnly: bool,
  },
)

/** The response of AlterConfigs. */
export interface AlterConfigsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** What became of each resource. */
  readonly responses: readonly LegacyAlterConfigsResourceResponse[]
}

/** What became of one resource. */
export interface LegacyAlterConfigsResourceResponse {
  /** Error code of this resource; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** What it is: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
  readonly resourceType: number
  /** The topic, group or broker id. */
  readonly resourceName: string
}

export const LegacyAlterConfigsResourceResponse: StructType<LegacyAlterConfigsResourceResponse> =
  struct<LegacyAlterConfigsResourceResponse>('LegacyAlterConfigsResourceResponse', {
    errorCode: int16,
    errorMessage: nullable(string),
    resourceType: int8,
    resourceName: string,
  })

export const AlterConfigsResponse: MessageType<AlterConfigsResponse> = message<AlterConfigsResponse>(
  'AlterConfigsResponse',
  { versions: [0, 2], flexibleSince: 2 },
  {
    throttleTimeMs: int32,
    responses: array(LegacyAlterConfigsResourceResponse),
  },
)

export const AlterConfigs: Api<AlterConfigsRequest, AlterConfigsResponse> = {
  key: 33,
  name: 'AlterConfigs',
  request: AlterConfigsRequest,
  response: AlterConfigsResponse,
}
