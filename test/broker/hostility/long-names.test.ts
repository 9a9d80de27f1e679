/**
 * Names of more than 16,383 letters, which V8 hashes by their length alone: a map of many such is a list, and each look-up compares
 * with all of them. 3,000 of them with one beginning took 40 s to put into a map, and 27 ms each to look up.
 */
import { describe, expect, it } from 'vitest'
import { hashedLettersMax } from '../../../src/base/text.ts'
import { messageBytes } from '../../../src/protocol/encode.ts'
import { readMessage } from '../../../src/protocol/decode.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import { Metadata, MetadataRequest } from '../../../src/protocol/messages/03-metadata.ts'
import { InitProducerId, InitProducerIdRequest } from '../../../src/protocol/messages/22-init-producer-id.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { commitOffset, join } from '../coordinator/group-requests.ts'
import { consumerHeartbeat } from '../coordinator/consumer/consumer-member.ts'
import { errorName, startWorld } from '../coordinator/world.ts'

const longest = 'x'.repeat(hashedLettersMax)
const longer = `${longest}x`

describe('a request', () => {
  const mebibyte = 1024 * 1024
  const read = (count: number) => {
    const topics = Array.from({ length: count }, (_, index) => ({
      topicId: zeroUuid,
      name: longer + String(index).padStart(4, '0'),
    }))
    const request = MetadataRequest.create({ topics, allowAutoTopicCreation: false })
    const reader = new Reader(messageBytes(Metadata.request, 12, request))
    reader.memoryLeft = 32 * mebibyte
    return readMessage(reader, Metadata.request, 12)
  }

  it('may have some of them', () => expect(read(50).topics).toHaveLength(50))

  it('is refused where it has many', () => expect(() => read(100)).toThrow('more memory than a message may'))
})

describe('nothing is remembered by such a name', () => {
  it('no classic group', async () => {
    const { connection } = await startWorld()
    expect(errorName((await join(connection, { group: longest, protocols: ['range'] })).errorCode)).toBe(
      'MEMBER_ID_REQUIRED',
    )
    expect(errorName((await join(connection, { group: longer })).errorCode)).toBe('INVALID_GROUP_ID')
    const asStatic = { group: 'group', instanceId: longer }
    expect(errorName((await join(connection, asStatic)).errorCode)).toBe('INVALID_REQUEST')
  })

  it('no offsets', async () => {
    const { connection } = await startWorld()
    expect(await commitOffset(connection, 1, { group: longest })).toBe('NONE')
    expect(await commitOffset(connection, 1, { group: longer })).toBe('INVALID_GROUP_ID')
  })

  it('no consumer group, and no member of one', async () => {
    const { connection } = await startWorld()
    const joining = {
      memberId: 'member',
      memberEpoch: 0,
      rebalanceTimeoutMs: 1000,
      topicPartitions: [],
      subscribedTopicNames: [],
    }
    const beat = async (more: object) =>
      errorName((await consumerHeartbeat(connection, { ...joining, ...more })).errorCode)
    expect(await beat({ groupId: longest, memberId: longest, instanceId: longest })).toBe('NONE')
    expect(await beat({ groupId: longer })).toBe('INVALID_GROUP_ID')
    expect(await beat({ memberId: longer })).toBe('INVALID_REQUEST')
    expect(await beat({ instanceId: longer })).toBe('INVALID_REQUEST')
  })

  it('no transactional id', async () => {
    const { connection } = await startWorld()
    const init = async (transactionalId: string) => {
      const request = InitProducerIdRequest.create({ transactionalId, transactionTimeoutMs: 1000 })
      return errorName((await connection.send(InitProducerId, 4, request)).errorCode)
    }
    expect(await init(longest)).toBe('NONE')
    expect(await init(longer)).toBe('INVALID_REQUEST')
  })
})
