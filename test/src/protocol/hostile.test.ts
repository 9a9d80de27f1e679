/** Bytes of a stranger: each is a message or MR-5010, and never costs more than its own length. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StreamsError } from '../../../src/base/errors.ts'
import { apis } from '../../../src/protocol/api-keys.ts'
import { messageOf } from '../../../src/protocol/decode.ts'
import { messageBytes } from '../../../src/protocol/encode.ts'
import { readRequestHeader } from '../../../src/protocol/header.ts'
import { FetchRequest } from '../../../src/protocol/messages/01-fetch.ts'
import { ListGroupsRequest } from '../../../src/protocol/messages/16-list-groups.ts'
import { HeartbeatRequest } from '../../../src/protocol/messages/12-heartbeat.ts'
import { MetadataRequest } from '../../../src/protocol/messages/03-metadata.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import type { MessageType } from '../../../src/protocol/schema.ts'
import { Writer } from '../../../src/protocol/writer.ts'
import { arbitraryStruct } from './arbitrary-message.ts'

const types = apis.flatMap(api => [api.request, api.response])

/** The refusal of `bytes`; fails if they are read, or refused otherwise than by MR-5010. */
function refusal(read: () => unknown): StreamsError {
  try {
    read()
  } catch (error) {
    if (error instanceof StreamsError && error.code === 'MR-5010') return error
    throw error
  }
  throw new Error('the bytes were accepted')
}

function written(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer()
  write(writer)
  return writer.toBytes()
}

describe('hostile input', () => {
  it('refuses every message that is cut off anywhere', () => {
    for (const type of types) {
      const version = type.versions[1]
      const [message] = fc.sample(arbitraryStruct(type, version), { numRuns: 1, seed: 7 })
      const bytes = messageBytes(type, version, message)
      for (let end = 0; end < bytes.length; end++) {
        refusal(() => messageOf(type, version, bytes.subarray(0, end)))
      }
    }
  })

  it('answers damaged messages with MR-5010 or another message', () => {
    const accepts = (type: MessageType<unknown>, version: number, bytes: Uint8Array): boolean => {
      try {
        messageOf(type, version, bytes)
        return true
      } catch (error) {
        expect(error).toMatchObject({ code: 'MR-5010' })
        return false
      }
    }
    for (const type of types) {
      const version = type.versions[1]
      const damaged = fc.record({
        message: arbitraryStruct(type, version),
        at: fc.nat(),
        byte: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff),
      })
      fc.assert(
        fc.property(damaged, ({ message, at, byte }) => {
          const bytes = messageBytes(type, version, message)
          if (bytes.length > 0) bytes[at % bytes.length] = byte
          accepts(type, version, bytes)
        }),
        { numRuns: 40 },
      )
    }
  })

  it('names the message, the field and the place', () => {
    const message = HeartbeatRequest.create({ groupId: 'g', memberId: 'member' })
    const bytes = messageBytes(HeartbeatRequest, 4, message)
    const error = refusal(() => messageOf(HeartbeatRequest, 4, bytes.subarray(0, 9)))
    expect(error.message).toContain('HeartbeatRequest version 4 cannot be read: a string of length 6')
    expect(error.where).toBe('memberId, byte 7 of 9')
    expect(error.retriable).toBe(false)
  })

  it('names the position in a list', () => {
    const topics = [{ name: 'a', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }]
    const bytes = messageBytes(MetadataRequest, 1, MetadataRequest.create({ topics }))
    expect(refusal(() => messageOf(MetadataRequest, 1, bytes.subarray(0, 5))).where).toContain('topics')
    bytes[5] = 9
    expect(refusal(() => messageOf(MetadataRequest, 1, bytes)).where).toBe('topics[0].name, byte 6 of 7')
  })

  it('refuses a list that claims more elements than its bytes could hold (CVE-2026-111108)', () => {
    const plain = written(writer => writer.int32(0x7fffffff))
    expect(refusal(() => messageOf(MetadataRequest, 1, plain)).message).toContain(
      'length 2147483647 cannot fit',
    )
    const compact = written(writer => writer.unsignedVarint(0xffffffff))
    expect(refusal(() => messageOf(ListGroupsRequest, 4, compact)).message).toContain('length 4294967294')
    // 1000 bytes may hold 500 strings of two bytes at least, and no more.
    const padded = new Uint8Array(1004)
    padded.set(written(writer => writer.int32(501)))
    expect(refusal(() => messageOf(MetadataRequest, 1, padded)).where).toBe('topics, byte 4 of 1004')
  })

  it('refuses more tagged fields than an honest peer sends, in the header too (CVE-2026-111115)', () => {
    const fields = new Uint8Array(4_000_010)
    const claim = (count: number, before: (writer: Writer) => void): Uint8Array => {
      const start = written(writer => {
        before(writer)
        writer.unsignedVarint(count)
      })
      fields.set(start)
      return fields
    }
    const header = (writer: Writer): void => {
      writer.int16(18)
      writer.int16(4)
      writer.int32(1)
      writer.nullString(false)
    }
    const refused = refusal(() => readRequestHeader(new Reader(claim(2_000_000, header))))
    expect(refused.message).toContain('2000000 tagged fields exceed 1000')
    const body = claim(2_000_000, writer => writer.unsignedVarint(1))
    expect(refusal(() => messageOf(ListGroupsRequest, 3, body.subarray(1))).message).toContain(
      'tagged fields',
    )
  })

  it('skips unknown tagged fields and keeps nothing of them', () => {
    const bytes = written(writer => {
      writer.unsignedVarint(1)
      writer.unsignedVarint(1000)
      for (let tag = 0; tag < 1000; tag++) {
        writer.unsignedVarint(tag + 50)
        writer.unsignedVarint(3)
        writer.raw(new Uint8Array(3))
      }
    })
    expect(messageOf(ListGroupsRequest, 4, bytes)).toEqual(ListGroupsRequest.create())
  })

  it.each([
    ['a negative list length', written(writer => writer.int32(-2)), 'a list has the length -2'],
    ['a list cut off in its length', new Uint8Array(3), '4 bytes are needed where 3 are left'],
  ])('refuses %s', (_, bytes, complaint) => {
    expect(refusal(() => messageOf(MetadataRequest, 1, bytes)).message).toContain(complaint)
  })

  it('refuses null where there is none', () => {
    const bytes = written(writer => writer.nullString(false))
    expect(refusal(() => messageOf(HeartbeatRequest, 0, bytes)).message).toContain('null is not allowed')
  })

  it('refuses a varint of more than 32 bits', () => {
    const bytes = new Uint8Array(6).fill(0xff)
    expect(refusal(() => messageOf(HeartbeatRequest, 4, bytes)).message).toContain('does not fit 32 bits')
  })

  it('refuses a tagged field that is not as long as it says', () => {
    const message = FetchRequest.create({ clusterId: 'abc' })
    const bytes = messageBytes(FetchRequest, 12, message)
    // | count 1 | tag 0 | size 4 | compact string of 3 |
    const size = bytes.length - 5
    expect(bytes[size]).toBe(4)
    expect(messageOf(FetchRequest, 12, bytes)).toEqual(message)
    bytes[size] = 3
    expect(refusal(() => messageOf(FetchRequest, 12, bytes)).where).toContain('clusterId')
    bytes[size + 1] = 2
    expect(refusal(() => messageOf(FetchRequest, 12, bytes)).message).toContain('1 of its 3 bytes are spare')
  })
})
