/** `group.consumer.assignment.interval.ms`: who is to have what is computed no sooner than so long after it was last. */
import { expect, it } from 'vitest'
import { IncrementalAlterConfigs } from '../../../../src/protocol/messages/44-incremental-alter-configs.ts'
import { startWorld } from '../world.ts'
import { describeConsumers, TestConsumer } from './consumer-member.ts'

const interval = { 'group.consumer.assignment.interval.ms': 1000 }

it('lets a member that joins too soon wait for partitions, in the epoch of the last assignment', async () => {
  const { connection, clock } = await startWorld(interval)
  const [first, second] = [new TestConsumer(connection, 'm1'), new TestConsumer(connection, 'm2')]
  await first.beat()
  expect([first.epoch, first.count]).toEqual([2, 2])
  await clock.advance(999)
  await second.beat()
  expect([second.epoch, second.count]).toEqual([2, 0])
  const group = await describeConsumers(connection)
  expect([group.groupState, group.groupEpoch, group.assignmentEpoch]).toEqual(['Assigning', 3, 2])
  await first.beat()
  expect([first.epoch, first.count]).toEqual([2, 2])
  await clock.advance(1)
  await second.beat()
  expect([second.epoch, second.count]).toEqual([3, 0])
  await first.beat()
  await first.beat()
  await second.beat()
  expect([first.count, second.count]).toEqual([1, 1])
})

it('counts from the last assignment, also after a restart', async () => {
  const world = await startWorld(interval)
  const first = new TestConsumer(world.connection, 'm1')
  await first.beat()
  await world.clock.advance(500)
  await world.restart()
  const second = new TestConsumer(world.connection, 'm2')
  await second.beat()
  expect(second.epoch).toBe(2)
  await world.clock.advance(500)
  await second.beat()
  expect(second.epoch).toBe(3)
})

it('is that of the group where one is set', async () => {
  const { connection, clock } = await startWorld(interval)
  const config = { name: 'consumer.assignment.interval.ms', value: '2000', configOperation: 0 }
  const resources = [{ resourceType: 32, resourceName: 'group', configs: [config] }]
  await connection.send(IncrementalAlterConfigs, 1, { resources, validateOnly: false })
  const [first, second] = [new TestConsumer(connection, 'm1'), new TestConsumer(connection, 'm2')]
  await first.beat()
  await clock.advance(1999)
  await second.beat()
  expect(second.epoch).toBe(2)
  await clock.advance(1)
  await second.beat()
  expect(second.epoch).toBe(3)
})

it('computes at once where nothing is said', async () => {
  const { connection } = await startWorld()
  const [first, second] = [new TestConsumer(connection, 'm1'), new TestConsumer(connection, 'm2')]
  await first.beat()
  await second.beat()
  expect(second.epoch).toBe(3)
})
