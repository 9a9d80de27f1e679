/**
 * ApiVersions (API key 18).
 */
import type { Api } from '../api.ts'
import {
  array,
  bool,
  ignorable,
  int16,
  int32,
  int64,
  message,
  nullable,
  since,
  string,
  struct,
  tagged,
  withDefault,
} from '../schema.ts'

/** ApiVersionsRequest */
export interface ApiVersionsRequest {
  /** clientSoftwareName */
  readonly clientSoftwareName: string
  /** clientSoftwareVersion */
  readonly clientSoftwareVersion: string
  /** clusterId */
  readonly clusterId: string | null
  /** nodeId */
  readonly nodeId: number
}

export const ApiVersionsRequest = message<ApiVersionsRequest>(
  'ApiVersionsRequest',
  { versions: [0, 5], flexibleSince: 3 },
  {
    clientSoftwareName: since(3, ignorable(string)),
    clientSoftwareVersion: since(3, ignorable(string)),
    clusterId: since(5, ignorable(withDefault(null, nullable(string)))),
    nodeId: since(5, ignorable(withDefault(-1, int32))),
  },
)

/** ApiVersionsResponse */
export interface ApiVersionsResponse {
  /** errorCode */
  readonly errorCode: number
  /** apiKeys */
  readonly apiKeys: readonly ApiVersion[]
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** supportedFeatures */
  readonly supportedFeatures: readonly SupportedFeatureKey[]
  /** finalizedFeaturesEpoch */
  readonly finalizedFeaturesEpoch: number
  /** finalizedFeatures */
  readonly finalizedFeatures: readonly FinalizedFeatureKey[]
  /** zkMigrationReady */
  readonly zkMigrationReady: boolean
}

/** ApiVersion */
export interface ApiVersion {
  /** apiKey */
  readonly apiKey: number
  /** minVersion */
  readonly minVersion: number
  /** maxVersion */
  readonly maxVersion: number
}

/** SupportedFeatureKey */
export interface SupportedFeatureKey {
  /** name */
  readonly name: string
  /** minVersion */
  readonly minVersion: number
  /** maxVersion */
  readonly maxVersion: number
}

/** FinalizedFeatureKey */
export interface FinalizedFeatureKey {
  /** name */
  readonly name: string
  /** maxVersionLevel */
  readonly maxVersionLevel: number
  /** minVersionLevel */
  readonly minVersionLevel: number
}

export const ApiVersion = struct<ApiVersion>('ApiVersion', {
  apiKey: int16,
  minVersion: int16,
  maxVersion: int16,
})

export const SupportedFeatureKey = struct<SupportedFeatureKey>('SupportedFeatureKey', {
  name: string,
  minVersion: int16,
  maxVersion: int16,
})

export const FinalizedFeatureKey = struct<FinalizedFeatureKey>('FinalizedFeatureKey', {
  name: string,
  maxVersionLevel: int16,
  minVersionLevel: int16,
})

export const ApiVersionsResponse = message<ApiVersionsResponse>(
  'ApiVersionsResponse',
  { versions: [0, 5], flexibleSince: 3 },
  {
    errorCode: int16,
    apiKeys: array(ApiVersion),
    throttleTimeMs: since(1, ignorable(int32)),
    supportedFeatures: since(3, ignorable(tagged(0, array(SupportedFeatureKey)))),
    finalizedFeaturesEpoch: since(3, ignorable(tagged(1, withDefault(-1, int64)))),
    finalizedFeatures: since(3, ignorable(tagged(2, array(FinalizedFeatureKey)))),
    zkMigrationReady: since(3, ignorable(tagged(3, bool))),
  },
)

export const ApiVersions: Api<ApiVersionsRequest, ApiVersionsResponse> = {
  key: 18,
  name: 'ApiVersions',
  request: ApiVersionsRequest,
  response: ApiVersionsResponse,
}
