/** Requests and responses as whole frames, and what is refused in one. */
import { describe, expect, it } from 'vitest'
import { readMessage } from '../../../src/protocol/decode.ts'
import { CreatePartitions } from '../../../src/protocol/messages/37-create-partitions.ts'
import { readResponse, requestFrame, responseFrame } from '../../../src/protocol/envelope.ts'
import { FrameSplitter } from '../../../src/protocol/frame.ts'
import { readCorrelationId, readRequestHeader } from '../../../src/protocol/header.ts'
import { Produce } from '../../../src/protocol/messages/00-produce.ts'
import { ApiVersions } from '../../../src/protocol/messages/18-api-versions.ts'
import { Reader } from '../../../src/protocol/reader.ts'

/** The one frame in `chunks`, which arrive one by one. */
function onlyFrame(chunks: readonly Uint8Array[]): Reader {
  const frames: Uint8Array[] = []
  const splitter = new FrameSplitter(1 << 24)
  for (const chunk of chunks) splitter.push(chunk, frame => frames.push(frame))
  expect(frames).toHaveLength(1)
  expect(splitter.pendingBytes).toBe(0)
  return new Reader(frames[0]!)
}

describe('frames', () => {
  it.each([8, 9, 13])('carry a request of version %d', version => {
    const records = new Uint8Array(50_000).fill(3)
    const name = version < 13 ? 't' : ''
    const topicData = [{ name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitionData: [{ index: 4, records }] }]
    const request = Produce.request.create({ acks: 1, timeoutMs: 30_000, topicData })
    const reader = onlyFrame(requestFrame(Produce, version, request, { correlationId: 9, clientId: 'me' }))
    const header = readRequestHeader(reader)
    expect(header).toEqual({ apiKey: 0, apiVersion: version, correlationId: 9, clientId: 'me' })
    expect(readMessage(reader, Produce.request, version)).toEqual(request)
    expect(reader.remaining).toBe(0)
  })

  it.each([0, 2, 3, 4])('carry a response of version %d, ApiVersions with its old header', version => {
    const response = ApiVersions.response.create({ apiKeys: [{ apiKey: 0, minVersion: 3, maxVersion: 13 }] })
    const reader = onlyFrame(responseFrame(ApiVersions, version, response, 77))
    expect(readCorrelationId(reader)).toBe(77)
    expect(readResponse(reader, ApiVersions, version)).toEqual(response)
    expect(reader.remaining).toBe(0)
  })

  it('carry a response with a flexible header', () => {
    const response = Produce.response.create({ throttleTimeMs: 12 })
    const reader = onlyFrame(responseFrame(Produce, 9, response, -1))
    expect(readCorrelationId(reader)).toBe(-1)
    expect(readResponse(reader, Produce, 9)).toEqual(response)
  })

  it.each([1, 2])('cut what a response of version %d says at greater length than a string has', version => {
    const text = '\u{1F980}'.repeat(20_000)
    const results = [{ name: 'n', errorCode: 37, errorMessage: text }]
    const response = CreatePartitions.response.create({ results })
    const reader = onlyFrame(responseFrame(CreatePartitions, version, response, 1))
    readCorrelationId(reader)
    const { errorMessage } = readResponse(reader, CreatePartitions, version).results[0]!
    expect(text.startsWith(errorMessage!.slice(0, 10_000))).toBe(true)
    expect(errorMessage!.length).toBeLessThan(32_768 / 3)
  })

  it.each([1, 2])('refuse a request of version %d that says something at such length', version => {
    const topics = [{ name: 'n'.repeat(32_768), count: 1, assignments: null }]
    const request = CreatePartitions.request.create({ topics })
    const sender = { correlationId: 9, clientId: 'me' }
    expect(() => requestFrame(CreatePartitions, version, request, sender)).toThrow(/32768 bytes/)
  })
})
