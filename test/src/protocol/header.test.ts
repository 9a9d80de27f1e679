/** Request and response headers in each of their versions. */
import { describe, expect, it } from 'vitest'
import { apiByKey } from '../../../src/protocol/api-keys.ts'
import {
  readCorrelationId,
  readRequestHeader,
  requestHeaderVersion,
  responseHeaderVersion,
  skipResponseHeaderRest,
  writeRequestHeader,
  writeResponseHeader,
} from '../../../src/protocol/header.ts'
import { Produce } from '../../../src/protocol/messages/00-produce.ts'
import { SaslHandshake } from '../../../src/protocol/messages/17-sasl-handshake.ts'
import { ApiVersions } from '../../../src/protocol/messages/18-api-versions.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import { Writer } from '../../../src/protocol/writer.ts'

describe('headers (semantics G1)', () => {
  it('has flexible headers where the body is flexible', () => {
    expect([8, 9].map(version => requestHeaderVersion(Produce, version))).toEqual([1, 2])
    expect([8, 9].map(version => responseHeaderVersion(Produce, version))).toEqual([0, 1])
    expect(requestHeaderVersion(SaslHandshake, 1)).toBe(1)
  })

  it('never has a flexible response header for ApiVersions', () => {
    expect(requestHeaderVersion(ApiVersions, 4)).toBe(2)
    expect(responseHeaderVersion(ApiVersions, 4)).toBe(0)
  })

  it.each([
    [1, [0, 0, 0, 8, 0, 0, 0, 5, 0, 2, 0x6d, 0x65]],
    [2, [0, 0, 0, 9, 0, 0, 0, 5, 0, 2, 0x6d, 0x65, 0]],
  ] as const)('keeps the old-style client id in header version %d', (headerVersion, bytes) => {
    const header = { apiKey: 0, apiVersion: 7 + headerVersion, correlationId: 5, clientId: 'me' }
    const writer = new Writer()
    writeRequestHeader(writer, header, headerVersion)
    expect([...writer.toBytes()]).toEqual(bytes)
    const reader = new Reader(writer.toBytes())
    expect(readRequestHeader(reader)).toEqual(header)
    expect(reader.remaining).toBe(0)
  })

  it('reads a client without a name, and tagged fields that it does not know', () => {
    const bytes = new Uint8Array([0, 0, 0, 9, 0, 0, 0, 5, 0xff, 0xff, 1, 33, 2, 1, 1, 0x77])
    const reader = new Reader(bytes)
    expect(readRequestHeader(reader).clientId).toBeNull()
    expect(reader.remaining).toBe(1)
  })

  it('reads the flexible header of a version that is not spoken yet', () => {
    const reader = new Reader(new Uint8Array([0, 18, 0, 99, 0, 0, 0, 1, 0xff, 0xff, 0]))
    expect(readRequestHeader(reader)).toMatchObject({ apiKey: 18, apiVersion: 99 })
    expect(reader.remaining).toBe(0)
  })

  it('reads the header of an API that is not spoken', () => {
    expect(apiByKey(71)).toBeUndefined()
    const reader = new Reader(new Uint8Array([0, 71, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0]))
    expect(readRequestHeader(reader)).toEqual({ apiKey: 71, apiVersion: 0, correlationId: 1, clientId: null })
  })

  it('refuses a header that is cut off', () => {
    const header = new Uint8Array([0, 0, 0, 9, 0, 0, 0, 5, 0, 1, 0x6d, 0])
    for (let end = 0; end < header.length; end++) {
      const read = (): unknown => readRequestHeader(new Reader(header.subarray(0, end)))
      expect(read).toThrow(expect.objectContaining({ code: 'MR-5010' }))
    }
    expect(() => readCorrelationId(new Reader(new Uint8Array(3)))).toThrow(/MR-5010 {2}response header/)
  })

  it.each([0, 1] as const)('writes and reads response header version %d', headerVersion => {
    const writer = new Writer()
    writeResponseHeader(writer, -7, headerVersion)
    const reader = new Reader(writer.toBytes())
    expect(readCorrelationId(reader)).toBe(-7)
    skipResponseHeaderRest(reader, headerVersion)
    expect(reader.remaining).toBe(0)
  })
})
