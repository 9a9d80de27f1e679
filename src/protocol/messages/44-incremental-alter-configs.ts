/**
 * IncrementalAlterConfigs (API key 44): changes single keys of a configuration and leaves the others as they
 * are.
 */
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

/** The request of IncrementalAlterConfigs. */
export interface IncrementalAlterConfigsRequest {
  /** Whose configuration. */
  readonly resources: readonly AlterConfigsResource[]
  /** Whether to check only, and change nothing. */
  readonly validateOnly: boolean
}

/** The changes to one resource. */
export interface AlterConfigsResource {
  /** What it is: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
  readonly resourceType: number
  /** The topic, group or broker id. */
  readonly resourceName: string
  /** The changes. */
  readonly configs: readonly AlterableConfig[]
}

/** A change of one key. */
export interface AlterableConfig {
  /** The configuration key. */
  readonly name: string
  /** What to do: 0 set, 1 delete, 2 append to a list, 3 subtract from a list. */
  readonly configOperation: number
  /** The value to set, append or subtract; null to delete. */
  readonly value: string | null
}

export const AlterableConfig: StructType<AlterableConfig> = struct<AlterableConfig>('AlterableConfig', {
  name: string,
  configOperation: int8,
  value: nullable(string),
})

export const AlterConfigsResource: StructType<AlterConfigsResource> = struct<AlterConfigsResource>(
  'AlterConfigsResource',
  {
    resourceType: int8,
    resourceName: string,
    configs: array(AlterableConfig),
  },
)

export const IncrementalAlterConfigsRequest: MessageType<IncrementalAlterConfigsRequest> =
  message<IncrementalAlterConfigsRequest>(
    'IncrementalAlterConfigsRequest',
    { versions: [0, 1], flexibleSince: 1 },
    {
      resources: array(AlterConfigsResource),
      validateOnly: bool,
    },
  )

/** The response of IncrementalAlterConfigs. */
export interface IncrementalAlterConfigsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** What became of each resource. */
  readonly responses: readonly AlterConfigsResourceResponse[]
}

/** What became of one resource. */
export interface AlterConfigsResourceResponse {
  /** Error code of this resource; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** What it is: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
  readonly resourceType: number
  /** The topic, group or broker id. */
  readonly resourceName: string
}

export const AlterConfigsResourceResponse: StructType<AlterConfigsResourceResponse> =
  struct<AlterConfigsResourceResponse>('AlterConfigsResourceResponse', {
    errorCode: int16,
    errorMessage: nullable(string),
    resourceType: int8,
    resourceName: string,
  })

export const IncrementalAlterConfigsResponse: MessageType<IncrementalAlterConfigsResponse> =
  message<IncrementalAlterConfigsResponse>(
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
