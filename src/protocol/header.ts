/**
 * The headers before every request and response body.
 *
 *     request   apiKey int16 | apiVersion int16 | correlationId int32 | clientId string? | tagged fields (v2 only)
 *     response  correlationId int32 | tagged fields (v1 only)
 *
 * Two rules trip implementations up (semantics G1): the client id keeps its int16 length even in the flexible
 * header v2, and the response to ApiVersions always has header v0, because a client that asks for versions
 * cannot know yet which header the broker writes.
 */
import { apiByKey } from './api-keys.ts'
import type { Api } from './api.ts'
import { malformed } from './decode.ts'
import type { Reader } from './reader.ts'
import { WireFault } from './wire-fault.ts'
import type { Writer } from './writer.ts'

/** The key of ApiVersions, whose response never has a flexible header. */
const apiVersionsKey = 18

export interface RequestHeader {
  /** Which API the request is of; may be one that Millrace does not speak. */
  readonly apiKey: number
  /** The version of the body; may be one that Millrace does not speak. */
  readonly apiVersion: number
  /** Chosen by the client, repeated in the response. */
  readonly correlationId: number
  /** What the client calls itself, for quotas and logs. */
  readonly clientId: string | null
}

/** 2 where the request's version is flexible, else 1. Answers too for versions past those spoken. */
export function requestHeaderVersion(api: Api<unknown, unknown>, version: number): 1 | 2 {
  return isFlexible(api, version) ? 2 : 1
}

/** 1 where the response's version is flexible, else 0; always 0 for ApiVersions. */
export function responseHeaderVersion(api: Api<unknown, unknown>, version: number): 0 | 1 {
  return api.key !== apiVersionsKey && isFlexible(api, version) ? 1 : 0
}

export function writeRequestHeader(writer: Writer, header: RequestHeader, headerVersion: 1 | 2): void {
  writer.int16(header.apiKey)
  writer.int16(header.apiVersion)
  writer.int32(header.correlationId)
  if (header.clientId === null) writer.nullString(false)
  else writer.string(header.clientId, false)
  if (headerVersion === 2) writer.unsignedVarint(0)
}

/**
 * Reads a request's header and leaves the reader at the body. Of an API that Millrace does not speak the
 * header's end is not known, and so the body is not to be read. Throws MR-5010.
 */
export function readRequestHeader(reader: Reader): RequestHeader {
  try {
    const apiKey = reader.int16()
    const apiVersion = reader.int16()
    const correlationId = reader.int32()
    const length = reader.stringLength(false)
    const clientId = length < 0 ? null : reader.utf8(length)
    const api = apiByKey(apiKey)
    if (api !== undefined && requestHeaderVersion(api, apiVersion) === 2) reader.skipTaggedFields()
    return { apiKey, apiVersion, correlationId, clientId }
  } catch (error) {
    throw error instanceof WireFault ? malformed('request header', error, reader) : error
  }
}

export function writeResponseHeader(writer: Writer, correlationId: number, headerVersion: 0 | 1): void {
  writer.int32(correlationId)
  if (headerVersion === 1) writer.unsignedVarint(0)
}

/** Reads the correlation id of a response, by which the client finds its API and version. Throws MR-5010. */
export function readCorrelationId(reader: Reader): number {
  try {
    return reader.int32()
  } catch (error) {
    throw error instanceof WireFault ? malformed('response header', error, reader) : error
  }
}

/** Reads what follows the correlation id, up to the body. Throws MR-5010. */
export function skipResponseHeaderRest(reader: Reader, headerVersion: 0 | 1): void {
  try {
    if (headerVersion === 1) reader.skipTaggedFields()
  } catch (error) {
    throw error instanceof WireFault ? malformed('response header', error, reader) : error
  }
}

function isFlexible({ request }: Api<unknown, unknown>, version: number): boolean {
  return request.flexibleSince !== undefined && version >= request.flexibleSince
}
