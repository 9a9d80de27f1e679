/** Whole frames: a request or response with its length and header, in both directions. */
import type { Api } from './api.ts'
import { readMessage } from './decode.ts'
import { writeMessage } from './encode.ts'
import {
  requestHeaderVersion,
  responseHeaderVersion,
  skipResponseHeaderRest,
  writeRequestHeader,
  writeResponseHeader,
} from './header.ts'
import type { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** Whose request it is. */
export interface Sender {
  readonly correlationId: number
  readonly clientId: string | null
}

/**
 * A request as it goes to the socket, its length in front. The chunks belong together in this order; large
 * byte strings in them are those of the request, not copies. Throws as `writeMessage` does.
 */
export function requestFrame<Request>(
  api: Api<Request, unknown>,
  version: number,
  request: Request,
  { correlationId, clientId }: Sender,
): Uint8Array[] {
  const writer = new Writer()
  writer.int32(0)
  const header = { apiKey: api.key, apiVersion: version, correlationId, clientId }
  writeRequestHeader(writer, header, requestHeaderVersion(api, version))
  writeMessage(writer, api.request, version, request)
  writer.int32At(0, writer.size - 4)
  return writer.chunks()
}

/** A response as it goes to the socket, its length in front; chunks as in `requestFrame`. What its version lacks is left out. */
export function responseFrame<Response>(
  api: Api<unknown, Response>,
  version: number,
  response: Response,
  correlationId: number,
): Uint8Array[] {
  const writer = new Writer()
  writer.dropsUnsayable = true
  writer.int32(0)
  writeResponseHeader(writer, correlationId, responseHeaderVersion(api, version))
  writeMessage(writer, api.response, version, response)
  writer.int32At(0, writer.size - 4)
  return writer.chunks()
}

/** Reads the rest of a response whose correlation id was read. Throws MR-5010. */
export function readResponse<Response>(
  reader: Reader,
  api: Api<unknown, Response>,
  version: number,
): Response {
  skipResponseHeaderRest(reader, responseHeaderVersion(api, version))
  return readMessage(reader, api.response, version)
}
