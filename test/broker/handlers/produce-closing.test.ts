/** A Produce that waits for the disk while its log is closed under it, by the end of the topic or of the broker. */
import { expect, it } from 'vitest'
import { DeleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts'
import { Produce } from '../../../src/protocol/messages/00-produce.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { batch, createTopic, startFixture } from '../broker-fixture.ts'
import { VirtualClock } from '../virtual-clock.ts'

/** Once told to, takes so long at every look that each step of a request is a slice of its own. */
class SlowClock extends VirtualClock {
  lookMs = 0
  #elapsedMs = 0

  override monotonic(): number {
    return super.monotonic() + (this.#elapsedMs += this.lookMs)
  }
}

it('is answered, and no fault of the broker, when its topic is deleted between two of its partitions', async () => {
  const clock = new SlowClock()
  const { connection, broker, faults } = await startFixture({ clock, config: { durability: 'power' } })
  await createTopic(connection, 'orders', { partitions: 8 })
  clock.lookMs = 30
  const partitionData = Array.from({ length: 8 }, (_, index) => ({ index, records: batch([['k', 'v']]) }))
  const request = Produce.request.create({
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: 'orders', topicId: zeroUuid, partitionData }],
  })
  const producing = connection.send(Produce, 12, request)
  const deleting = broker
    .connect()
    .send(DeleteTopics, 5, DeleteTopics.request.create({ topicNames: ['orders'], timeoutMs: 1000 }))
  for (let turn = 0; turn < 20; turn++) await clock.advance(1)
  await deleting
  const codes = (await producing).responses[0]!.partitionResponses.map(({ errorCode }) => errorCode)
  expect([codes[0], codes.at(-1)]).toEqual([0, 3])
  expect(faults).toEqual([])
})
