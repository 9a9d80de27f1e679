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

const kindsSince = 1

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
  for (const update of request.featureUpdates) {
    const fault = faultOf(update, version)
    if (fault === null) continue
    const errorMessage = `The update failed for all features since the following feature had an error: ${fault}`
    const errorCode = kafkaErrors.INVALID_UPDATE_VERSION.code
    return { throttleTimeMs: 0, errorCode, errorMessage, results: [] }
  }
  const results = request.featureUpdates.map(({ feature }) => ({ feature, errorCode: 0, errorMessage: null }))
  return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, results }
}

function faultOf(
  { feature: name, maxVersionLevel, upgradeType }: FeatureUpdateKey,
  version: number,
): string | null {
  const feature = features.find(each => each.name === name)
  const invalid = `Invalid update version ${maxVersionLevel} for feature ${name}.`
  if (version >= kindsSince && (upgradeType < 1 || upgradeType > 3)) {
    return `${invalid} There is no upgrade of type ${upgradeType}.`
  }
  if (feature === undefined) return `${invalid} This broker does not support this feature.`
  const { min, max, level } = feature
  if (maxVersionLevel < min || maxVersionLevel > max) {
    return `${invalid} This broker only supports versions ${min}-${max}.`
  }
  return maxVersionLevel === level ? null : `${invalid} This broker is always at version ${level} of it.`
}
