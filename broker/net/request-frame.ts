/**
 * One request as it came over the wire: taken apart, handed to dispatch, and its answer laid out as a frame.
 *
 * A request that cannot be read, or is of an API or version that is not spoken, ends its connection, as in Kafka. Only
 * ApiVersions of an unknown version is answered all the same, in version 0 (KIP-511): its body is not looked at.
 */
import { StreamsError } from '../../src/base/errors.ts'
import { apiByKey } from '../../src/protocol/api-keys.ts'
import type { Api } from '../../src/protocol/api.ts'
import { readMessage } from '../../src/protocol/decode.ts'
import { responseFrame } from '../../src/protocol/envelope.ts'
import { readRequestHeader } from '../../src/protocol/header.ts'
import type { ProduceRequest } from '../../src/protocol/messages/00-produce.ts'
import { Reader } from '../../src/protocol/reader.ts'
import type { Peer } from '../handlers/handler.ts'
import { charge } from './charge.ts'
import type { Dispatch } from './dispatch.ts'

const produceKey = 0
const apiVersionsKey = 18

/** A request that was read, and how to answer it. */
export interface WireRequest {
  readonly api: Api<unknown, unknown>
  readonly version: number
  readonly clientId: string | null
  readonly request: unknown
  readonly requestBytes: number
  readonly isUnanswered: boolean
  /** The frame that carries `response`, in chunks that belong together; `undefined` where none is sent (semantics G4). */
  readonly frame: (response: unknown) => readonly Uint8Array[] | undefined
}

/**
 * Takes a frame apart. Throws MR-5010 for what is no request or would take more than `memoryMax` bytes as objects,
 * MR-5020 for one that the broker does not speak.
 */
export function readRequest(dispatch: Dispatch, bytes: Uint8Array, memoryMax: number): WireRequest {
  const reader = new Reader(bytes)
  reader.memoryLeft = memoryMax
  const { apiKey, apiVersion: version, correlationId, clientId } = readRequestHeader(reader)
  const api = apiByKey(apiKey)
  const spoken = api === undefined ? undefined : dispatch.versions(api)
  if (api === undefined || spoken === undefined) throw unspoken(`API key ${apiKey}`, version)
  const isSpoken = version >= spoken.min && version <= spoken.max
  if (!isSpoken && apiKey !== apiVersionsKey) throw unspoken(api.name, version)
  const request = isSpoken ? readMessage(reader, api.request, version) : api.request.create({})
  const isUnanswered = apiKey === produceKey && (request as ProduceRequest).acks === 0
  return {
    api,
    version,
    clientId,
    request,
    requestBytes: bytes.length,
    isUnanswered,
    frame: response =>
      isUnanswered ? undefined : responseFrame(api, isSpoken ? version : 0, response, correlationId),
  }
}

/** What goes out for a request. */
export interface WireAnswer {
  /** The frame; `undefined` where none is sent. */
  readonly frame: readonly Uint8Array[] | undefined
  /** For how long nothing more of the client is to be read, because it is over a quota. */
  readonly throttleMs: number
}

/** Has the request answered, perhaps by promise. Throws what ends the connection. */
export function answerRequest(
  dispatch: Dispatch,
  { api, version, request, requestBytes, isUnanswered, frame }: WireRequest,
  peer: Peer,
): WireAnswer | Promise<WireAnswer> {
  const { quotas, clock } = dispatch
  const beganMs = quotas.countsRequests ? clock.monotonic() : 0
  const outcome = dispatch.handle(api, version, request, peer)
  const busyMs = quotas.countsRequests ? clock.monotonic() - beganMs : 0
  const answer = (response: unknown): WireAnswer => {
    const charged = charge(quotas, peer, response, {
      apiKey: api.key,
      requestBytes,
      busyMs,
      isUnanswered,
    })
    return { frame: frame(charged.response), throttleMs: charged.throttleMs }
  }
  return outcome instanceof Promise ? outcome.then(answer) : answer(outcome)
}

function unspoken(what: string, version: number): StreamsError {
  return new StreamsError('MR-5020', {
    what: `the broker does not answer ${what} in version ${version}`,
    fix: 'ask ApiVersions first and use a version of both ends',
  })
}
