/** Whatever a version can carry comes back as it was, for every message and version. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apis } from '../../../src/protocol/api-keys.ts'
import { readMessage } from '../../../src/protocol/decode.ts'
import { messageBytes } from '../../../src/protocol/encode.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import { OffsetCommitValue } from '../../../src/protocol/messages/offset-commit-record.ts'
import { GroupMetadataValue } from '../../../src/protocol/messages/group-metadata-record.ts'
import { TransactionLogValue } from '../../../src/protocol/messages/transaction-record.ts'
import type { MessageType } from '../../../src/protocol/schema.ts'
import { arbitraryStruct } from './arbitrary-message.ts'

const types: readonly MessageType<unknown>[] = [
  ...apis.flatMap(api => [api.request, api.response]),
  OffsetCommitValue,
  GroupMetadataValue,
  TransactionLogValue,
]

describe('round trip', () => {
  it.each(types.map(type => [type.name, type] as const))('%s', (_, type) => {
    const [min, max] = type.versions
    for (let version = min; version <= max; version++) {
      fc.assert(
        fc.property(arbitraryStruct(type, version), message => {
          const bytes = messageBytes(type, version, message)
          const reader = new Reader(bytes)
          expect(readMessage(reader, type, version)).toEqual(message)
          expect(reader.remaining).toBe(0)
        }),
        { numRuns: 12 },
      )
    }
  })

  it.each(types.map(type => [type.name, type] as const))('%s of nothing but defaults', (_, type) => {
    const [min, max] = type.versions
    for (let version = min; version <= max; version++) {
      const reader = new Reader(messageBytes(type, version, type.create()))
      expect(readMessage(reader, type, version)).toEqual(type.create())
      expect(reader.remaining).toBe(0)
    }
  })
})
