/** Fetch sessions: epochs, incremental partitions, slots (KIP-227, semantics G5). */
import { describe, expect, it } from 'vitest'
import { FetchSessions } from '../../../broker/net/fetch-sessions.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import { fetchRequest } from '../broker-fixture.ts'
import { VirtualClock } from '../virtual-clock.ts'

function arrange({ slots = 2 } = {}) {
  const clock = new VirtualClock()
  const sessions = new FetchSessions({ clock, random: seededRandom(7), slots })
  const plan = (partitions: readonly number[], rest: Parameters<typeof fetchRequest>[2] = {}) => {
    const asked = partitions.map(partition => ({ partition }))
    const planned = sessions.plan(fetchRequest('t', asked, rest), false)
    const fetched = planned.partitions.map(each => each.asked.partition)
    return { ...planned, fetched }
  }
  return { clock, sessions, plan }
}

describe('fetch sessions', () => {
  it('has none for a sessionless fetch', () => {
    const { sessions, plan } = arrange()
    expect(plan([0, 1])).toMatchObject({ sessionId: 0, incremental: false, fetched: [0, 1] })
    expect(sessions.count).toBe(0)
  })

  it('remembers partitions, adds and replaces those of a request, and forgets', () => {
    const { plan } = arrange()
    const { sessionId } = plan([0, 1], { sessionEpoch: 0 })
    expect(sessionId).not.toBe(0)
    expect(plan([], { sessionId, sessionEpoch: 1 })).toMatchObject({ incremental: true, fetched: [0, 1] })
    expect(plan([2], { sessionId, sessionEpoch: 2 }).fetched).toEqual([0, 1, 2])
    const forgottenTopicsData = [{ topic: 't', topicId: zeroUuid, partitions: [0, 2] }]
    expect(plan([], { sessionId, sessionEpoch: 3, forgottenTopicsData }).fetched).toEqual([1])
  })

  it('begins one without partitions, as Kafka does, which ends if it gets none', () => {
    const { sessions, plan } = arrange()
    const { sessionId } = plan([], { sessionEpoch: 0 })
    expect(plan([3], { sessionId, sessionEpoch: 1 })).toMatchObject({ incremental: true, fetched: [3] })
    const other = plan([], { sessionEpoch: 0 }).sessionId
    expect(plan([], { sessionId: other, sessionEpoch: 1 }).sessionId).toBe(0)
    expect(sessions.count).toBe(1)
  })

  it('refuses an unknown session and an epoch out of turn', () => {
    const { plan } = arrange()
    const { sessionId } = plan([0], { sessionEpoch: 0 })
    expect(() => plan([], { sessionId: sessionId + 1, sessionEpoch: 1 })).toThrow(
      expect.objectContaining({ kafkaCode: kafkaErrors.FETCH_SESSION_ID_NOT_FOUND.code }),
    )
    expect(() => plan([], { sessionId, sessionEpoch: 2 })).toThrow(
      expect.objectContaining({ kafkaCode: kafkaErrors.INVALID_FETCH_SESSION_EPOCH.code }),
    )
  })

  it('refuses a session that goes over from names to ids', () => {
    const { sessions, plan } = arrange()
    const { sessionId } = plan([0], { sessionEpoch: 0 })
    expect(() => sessions.plan(fetchRequest('', [], { sessionId, sessionEpoch: 1 }), true)).toThrow(
      expect.objectContaining({ kafkaCode: kafkaErrors.FETCH_SESSION_TOPIC_ID_ERROR.code }),
    )
  })

  it('ends a session by a final fetch, by a new one, and when nothing is left in it', () => {
    const { sessions, plan } = arrange()
    const first = plan([0], { sessionEpoch: 0 }).sessionId
    plan([0], { sessionId: first, sessionEpoch: -1 })
    expect(sessions.count).toBe(0)
    const second = plan([0], { sessionEpoch: 0 }).sessionId
    const third = plan([0], { sessionId: second, sessionEpoch: 0 }).sessionId
    expect(sessions.count).toBe(1)
    const forgottenTopicsData = [{ topic: 't', topicId: zeroUuid, partitions: [0] }]
    expect(plan([], { sessionId: third, sessionEpoch: 1, forgottenTopicsData }).sessionId).toBe(0)
    expect(sessions.count).toBe(0)
  })

  it('goes on without a session when the slots are taken, and takes one that has rested', async () => {
    const { clock, plan } = arrange({ slots: 2 })
    const first = plan([0], { sessionEpoch: 0 }).sessionId
    await clock.advance(60_000)
    const second = plan([0], { sessionEpoch: 0 }).sessionId
    expect(plan([0], { sessionEpoch: 0 }).sessionId).toBe(0)
    await clock.advance(60_000)
    expect(plan([0], { sessionEpoch: 0 }).sessionId).not.toBe(0)
    expect(() => plan([], { sessionId: first, sessionEpoch: 1 })).toThrow(/there is no fetch session/)
    expect(plan([], { sessionId: second, sessionEpoch: 1 }).sessionId).toBe(second)
  })

  it('puts a partition that was served behind the others', () => {
    const { plan } = arrange()
    const planned = plan([0, 1, 2], { sessionEpoch: 0 })
    planned.served(planned.partitions[0]!)
    expect(plan([], { sessionId: planned.sessionId, sessionEpoch: 1 }).fetched).toEqual([1, 2, 0])
  })
})
