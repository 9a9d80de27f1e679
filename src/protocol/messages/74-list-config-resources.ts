/**
 * ListConfigResources (API key 74): tells which things have a configuration (KIP-1142).
 */
import type { Api } from '../api.ts'
import {
  array,
  ignorable,
  int16,
  int32,
  int8,
  message,
  since,
  string,
  struct,
  withDefault,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** A thing that has a configuration. */
export interface ConfigResource {
  /** Its name. */
  readonly resourceName: string
  /** Its type: 2 topic, 4 broker, 8 logger of a broker, 16 client metrics, 32 group. */
  readonly resourceType: number
}

export const ConfigResource: StructType<ConfigResource> = struct<ConfigResource>('ConfigResource', {
  resourceName: string,
  resourceType: since(1, ignorable(withDefault(16, int8))),
})

/** The request of ListConfigResources. */
export interface ListConfigResourcesRequest {
  /** The types; none for all. */
  readonly resourceTypes: readonly number[]
}

export const ListConfigResourcesRequest: MessageType<ListConfigResourcesRequest> =
  message<ListConfigResourcesRequest>(
    'ListConfigResourcesRequest',
    { versions: [0, 1], flexibleSince: 0 },
    { resourceTypes: since(1, array(int8)) },
  )

/** The response of ListConfigResources. */
export interface ListConfigResourcesResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code of the request as a whole; 0 for none. */
  readonly errorCode: number
  /** The resources. */
  readonly configResources: readonly ConfigResource[]
}

export const ListConfigResourcesResponse: MessageType<ListConfigResourcesResponse> =
  message<ListConfigResourcesResponse>(
    'ListConfigResourcesResponse',
    { versions: [0, 1], flexibleSince: 0 },
    { throttleTimeMs: int32, errorCode: int16, configResources: array(ConfigResource) },
  )

export const ListConfigResources: Api<ListConfigResourcesRequest, ListConfigResourcesResponse> = {
  key: 74,
  name: 'ListConfigResources',
  request: ListConfigResourcesRequest,
  response: ListConfigResourcesResponse,
}
