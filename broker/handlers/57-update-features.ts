/**
 * UpdateFeatures (key 57): changes the levels of features (KIP-584).
 *
 * Behaviour. Levels are fixed (`features.ts`): setting the one that is in force changes nothing and succeeds, any other is
 * INVALID_UPDATE_VERSION.
 *
 * Version notes. 1: kinds of upgrades, dry runs. 2: one error for the request instead of one for each feature.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  UpdateFeatures,
  type FeatureUpdateKey,
  type UpdateFeaturesRequest,
  type UpdateFeaturesResponse,
} from '../../src/protocol/messages/57-update-features.ts'
import { features } from './features.ts'
import { apiHandler, type RequestContext, type ApiHandler } from './handler.ts'

const oneErrorSince = 2

export const updateFeatures: ApiHandler<UpdateFeaturesRequest, UpdateFeaturesResponse> = apiHandler(
  UpdateFeatures,
  {
    versions: [0, 2],
    handle: (_broker, context) => handle(context),
    refuse: (_request, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      errorCode,
      errorMessage,
      results: [],
    }),
  },
)

function handle({ request, version }: RequestContext<UpdateFeaturesRequest>): UpdateFeaturesResponse {
  const errorCode = kafkaErrors.INVALID_UPDATE_VERSION.code
  const results = request.featureUpdates.map(update => {
    const errorMessage = faultOf(update)
    return { feature: update.feature, errorCode: errorMessage === null ? 0 : errorCode, errorMessage }
  })
  const failed = results.find(result => result.errorCode !== 0)
  if (version < oneErrorSince || failed === undefined) {
    return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, results }
  }
  const errorMessage = `The update failed for all features since the following feature had an error: ${failed.errorMessage}`
  return { throttleTimeMs: 0, errorCode, errorMessage, results: [] }
}

function faultOf({ feature: name, maxVersionLevel }: FeatureUpdateKey): string | null {
  const feature = features.find(each => each.name === name)
  const invalid = `Invalid update version ${maxVersionLevel} for feature ${name}.`
  if (feature === undefined) return `${invalid} This broker does not support this feature.`
  const { min, max, level } = feature
  if (maxVersionLevel < min || maxVersionLevel > max) {
    return `${invalid} This broker only supports versions ${min}-${max}.`
  }
  return maxVersionLevel === level ? null : `${invalid} This broker is always at version ${level} of it.`
}
