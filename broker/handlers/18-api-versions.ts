/**
 * ApiVersions (key 18): which APIs the broker answers, in which versions.
 *
 * Behaviour. A version that the broker does not know is answered, alone among all APIs, with a body of version 0 that
 * carries UNSUPPORTED_VERSION and the range of ApiVersions itself, so that a newer client can fall back (KIP-511).
 * Produce is listed from version 0 although 0-2 are refused: librdkafka before 2.x takes a higher minimum for a broker
 * that cannot produce at all (KAFKA-18659). Before a login it is answered once.
 *
 * Version notes. 3: client software name and version; features, but for those whose lowest level is 0, which Java clients of
 * that time take for nonsense and close the connection over (KAFKA-17011). 4: all features. 5: cluster id and node id that the client expects, so
 * that one which was led to a wrong broker is told (KIP-1242).
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  ApiVersions,
  type ApiVersionsRequest,
  type ApiVersionsResponse,
} from '../../src/protocol/messages/18-api-versions.ts'
import { finalizedFeatures, supportedFeatures } from './features.ts'
import { apiHandler, type BrokerContext, type RequestContext, type ApiHandler } from './handler.ts'

const produceKey = 0
const legalSoftware = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

const spoken = [0, 5] as const
const levelZeroSince = 4

export const apiVersions: ApiHandler<ApiVersionsRequest, ApiVersionsResponse> = apiHandler(ApiVersions, {
  versions: spoken,
  handle,
  refuse: (_request, errorCode) => respond(errorCode),
})

function handle(broker: BrokerContext, { request, version, session }: RequestContext<ApiVersionsRequest>) {
  const [min, max] = spoken
  if (version < min || version > max) {
    const own = { apiKey: ApiVersions.key, minVersion: min, maxVersion: max }
    return respond(kafkaErrors.UNSUPPORTED_VERSION.code, { apiKeys: [own] })
  }
  if (version >= 3 && !softwareIsNamed(request)) return respond(kafkaErrors.INVALID_REQUEST.code)
  if (version >= 5 && !isExpectedBroker(broker, request)) {
    return respond(kafkaErrors.REBOOTSTRAP_REQUIRED.code)
  }
  session.login?.versionsTold()
  const apiKeys = [...broker.apis.values()]
    .sort((one, other) => one.api.key - other.api.key)
    .map(({ api, versions: [first, last] }) => ({
      apiKey: api.key,
      minVersion: api.key === produceKey ? 0 : first,
      maxVersion: last,
    }))
  return respond(0, {
    apiKeys,
    supportedFeatures: supportedFeatures.filter(
      ({ minVersion }) => minVersion > 0 || version >= levelZeroSince,
    ),
    finalizedFeaturesEpoch: 0,
    finalizedFeatures,
  })
}

function softwareIsNamed({ clientSoftwareName, clientSoftwareVersion }: ApiVersionsRequest): boolean {
  return legalSoftware.test(clientSoftwareName) && legalSoftware.test(clientSoftwareVersion)
}

function isExpectedBroker({ identity }: BrokerContext, { clusterId, nodeId }: ApiVersionsRequest): boolean {
  if (clusterId !== null && clusterId !== identity.clusterId) return false
  return nodeId === -1 || nodeId === identity.nodeId
}

function respond(errorCode: number, told: Partial<ApiVersionsResponse> = {}): ApiVersionsResponse {
  return {
    errorCode,
    apiKeys: [],
    throttleTimeMs: 0,
    supportedFeatures: [],
    finalizedFeaturesEpoch: -1,
    finalizedFeatures: [],
    zkMigrationReady: false,
    ...told,
  }
}
