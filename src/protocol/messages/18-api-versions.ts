/**
 * ApiVersions (API key 18): tells which versions of which APIs a broker speaks. The first request on a
 * connection.
 *
 * The response always has header version 0. A broker that does not know the version asked for answers
 * UNSUPPORTED_VERSION in version 0, with its own range of ApiVersions. Feature levels up to version 3 leave
 * out features whose lowest level is 0.
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of ApiVersions. */
export interface ApiVersionsRequest {
  /** The name of the client library, for the broker's metrics. */
  readonly clientSoftwareName: string
  /** The version of the client library, for the broker's metrics. */
  readonly clientSoftwareVersion: string
  /** The cluster that the client means to talk to; null to talk to any. */
  readonly clusterId: string | null
  /** The broker that the client means to talk to; -1 to talk to any. */
  readonly nodeId: number
}

export const ApiVersionsRequest: MessageType<ApiVersionsRequest> = message<ApiVersionsRequest>(
  'ApiVersionsRequest',
  { versions: [0, 5], flexibleSince: 3 },
  {
    clientSoftwareName: since(3, ignorable(string)),
    clientSoftwareVersion: since(3, ignorable(string)),
    clusterId: since(5, ignorable(withDefault(null, nullable(string)))),
    nodeId: since(5, ignorable(withDefault(-1, int32))),
  },
)

/** The response of ApiVersions. */
export interface ApiVersionsResponse {
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** The APIs that the broker speaks. */
  readonly apiKeys: readonly ApiVersion[]
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The features that this broker could support. */
  readonly supportedFeatures: readonly SupportedFeatureKey[]
  /** Grows with every change of the agreed features; -1 if unknown. */
  readonly finalizedFeaturesEpoch: number
  /** The features that the cluster has agreed on. */
  readonly finalizedFeatures: readonly FinalizedFeatureKey[]
  /** Whether a controller can take over from ZooKeeper; of no use today. */
  readonly zkMigrationReady: boolean
}

/** The versions of one API. */
export interface ApiVersion {
  /** The number of the API. */
  readonly apiKey: number
  /** The first version spoken. */
  readonly minVersion: number
  /** The last version spoken. */
  readonly maxVersion: number
}

/** A feature that the broker could support. */
export interface SupportedFeatureKey {
  /** The name of the feature. */
  readonly name: string
  /** The lowest level that the broker supports. */
  readonly minVersion: number
  /** The highest level that the broker supports. */
  readonly maxVersion: number
}

/** A feature that the cluster has agreed on. */
export interface FinalizedFeatureKey {
  /** The name of the feature. */
  readonly name: string
  /** The highest level agreed on. */
  readonly maxVersionLevel: number
  /** The lowest level agreed on. */
  readonly minVersionLevel: number
}

export const ApiVersion: StructType<ApiVersion> = struct<ApiVersion>('ApiVersion', {
  apiKey: int16,
  minVersion: int16,
  maxVersion: int16,
})

export const SupportedFeatureKey: StructType<SupportedFeatureKey> = struct<SupportedFeatureKey>(
  'SupportedFeatureKey',
  {
    name: string,
    minVersion: int16,
    maxVersion: int16,
  },
)

export const FinalizedFeatureKey: StructType<FinalizedFeatureKey> = struct<FinalizedFeatureKey>(
  'FinalizedFeatureKey',
  {
    name: string,
    maxVersionLevel: int16,
    minVersionLevel: int16,
  },
)

export const ApiVersionsResponse: MessageType<ApiVersionsResponse> = message<ApiVersionsResponse>(
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
