/**
 * UpdateFeatures (API key 57): changes the levels of features of the cluster (KIP-584).
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
  bool,
  ignorable,
  int16,
  int32,
  int8,
  message,
  nullable,
  since,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** A feature and its new level. */
export interface FeatureUpdateKey {
  /** The name of the feature. */
  readonly feature: string
  /** The level; below 1 takes the feature away. */
  readonly maxVersionLevel: number
  /** Whether a lower level is meant. */
  readonly allowDowngrade: boolean
  /** 1 upgrade, 2 safe downgrade, 3 unsafe downgrade. */
  readonly upgradeType: number
}

export const FeatureUpdateKey: StructType<FeatureUpdateKey> = struct<FeatureUpdateKey>('FeatureUpdateKey', {
  feature: string,
  maxVersionLevel: int16,
  allowDowngrade: between(0, 0, bool),
  upgradeType: since(1, withDefault(1, int8)),
})

/** What became of a feature. */
export interface UpdatableFeatureResult {
  /** The name of the feature. */
  readonly feature: string
  /** Error code of this one; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
}

export const UpdatableFeatureResult: StructType<UpdatableFeatureResult> = struct<UpdatableFeatureResult>(
  'UpdatableFeatureResult',
  { feature: string, errorCode: int16, errorMessage: nullable(string) },
)

/** The request of UpdateFeatures. */
export interface UpdateFeaturesRequest {
  /** How long to wait for the end of it, in milliseconds. */
  readonly timeoutMs: number
  /** The features. */
  readonly featureUpdates: readonly FeatureUpdateKey[]
  /** Whether to say only what would happen. */
  readonly validateOnly: boolean
}

export const UpdateFeaturesRequest: MessageType<UpdateFeaturesRequest> = message<UpdateFeaturesRequest>(
  'UpdateFeaturesRequest',
  { versions: [0, 2], flexibleSince: 0 },
  {
    timeoutMs: withDefault(60_000, int32),
    featureUpdates: array(FeatureUpdateKey),
    validateOnly: since(1, bool),
  },
)

/** The response of UpdateFeatures. */
export interface UpdateFeaturesResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The results, by feature. */
  readonly results: readonly UpdatableFeatureResult[]
}

export const UpdateFeaturesResponse: MessageType<UpdateFeaturesResponse> = message<UpdateFeaturesResponse>(
  'UpdateFeaturesResponse',
  { versions: [0, 2], flexibleSince: 0 },
  {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullable(string),
    results: between(0, 1, ignorable(array(UpdatableFeatureResult))),
  },
)

export const UpdateFeatures: Api<UpdateFeaturesRequest, UpdateFeaturesResponse> = {
  key: 57,
  name: 'UpdateFeatures',
  request: UpdateFeaturesRequest,
  response: UpdateFeaturesResponse,
}
