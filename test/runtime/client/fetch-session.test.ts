/** Fetch sessions: what a request carries, and what is told anew. */
import { describe, expect, it } from 'vitest'
import { FetchSession, type FetchEntry } from '../../../runtime/client/fetch-session.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'

const entry = (more: Partial<FetchEntry> = {}): FetchEntry => {
  const numbers = { partition: 0, fetchOffset: 5, leaderEpoch: 0, bytesMax: 100 }
  return { topic: 't', topicId: zeroUuid, isNew: false, ...numbers, ...more }
}

describe('a fetch session', () => {
  it('carries what has changed', () => {
    const session = new FetchSession()
    expect(session.request([entry({ isNew: true })], false)).toMatchObject({ sessionEpoch: 0, topics: [{}] })
    session.answered(9)
    expect(session.request([entry()], false)).toMatchObject({ sessionId: 9, sessionEpoch: 1, topics: [] })
    session.answered(9)
    expect(session.request([entry({ fetchOffset: 6 })], false).topics).toHaveLength(1)
  })

  it('begins anew for a partition that was taken away and added: the broker would keep silent about it', () => {
    const session = new FetchSession()
    session.request([entry({ isNew: true })], false)
    session.answered(9)
    expect(session.request([entry({ isNew: true })], false)).toMatchObject({
      sessionId: 0,
      sessionEpoch: 0,
      topics: [{}],
    })
  })
})
