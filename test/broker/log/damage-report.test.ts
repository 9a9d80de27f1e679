/** A broker that starts over damaged files says so, answers CORRUPT_MESSAGE for what is gone, and the rest as ever. */
import { expect, it } from 'vitest'
import type { StreamsError } from '../../../src/base/errors.ts'
import {
  batch,
  createTopic,
  fetchedOf,
  fetchFrom,
  produce,
  startFixture,
  valuesOf,
} from '../broker-fixture.ts'
import { commitOffset } from '../coordinator/group-requests.ts'
import { initProducer } from '../coordinator/transaction-requests.ts'
import { errorName } from '../coordinator/world.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { segmentFileName } from '../../../broker/log/segment-names.ts'

const path = `/data/orders-0/${segmentFileName(0, 'log')}`

it.each(['kill', 'stop in order'])('a flipped bit found after a %s is told and stepped over', async how => {
  const first = await startFixture()
  await createTopic(first.connection, 'orders')
  for (const value of ['a', 'b', 'c']) await produce(first.connection, 'orders', batch([[null, value]]))
  if (how === 'kill') first.files.crash('kept')
  else await first.broker.close()
  // The middle batch after a kill; the last one, of which nothing else tells, after a stop.
  const size = batch([[null, 'a']]).length
  const damaged = how === 'kill' ? 1 : 2
  const file = first.files.open(path, 'write')
  file.write(Uint8Array.of(0x7f), damaged * size + (how === 'kill' ? 65 : 7))
  const { connection, faults } = await startFixture({ files: first.files })
  expect(faults.map(fault => (fault as StreamsError).code)).toEqual(['MR-4002'])
  expect((faults[0] as StreamsError).where).toBe(`${path}, byte ${damaged * size}`)
  await produce(connection, 'orders', batch([[null, 'd']]))
  const answers: string[] = []
  for (let offset = 0; offset < 4; offset++) {
    const { errorCode, records } = fetchedOf(await fetchFrom(connection, 'orders', offset, { maxBytes: 1 }))
    answers.push(errorCode === 0 ? valuesOf(records)[0]! : errorName(errorCode))
  }
  expect(answers).toEqual(['a', 'b', 'c', 'd'].with(damaged, 'CORRUPT_MESSAGE'))
})

it('damage in the registry ends the start, which says where and what to do and leaves no timer behind', async () => {
  const first = await startFixture()
  await createTopic(first.connection, 'orders')
  await initProducer(first.connection, 'app')
  await commitOffset(first.connection, 1, { topic: 'orders' })
  await first.broker.close()
  const directory = '/data/__millrace_metadata-0'
  const file = first.files.open(`${directory}/${segmentFileName(0, 'log')}`, 'write')
  file.write(Uint8Array.of(0x7f), 65)
  const clock = new VirtualClock()
  const started = startFixture({ files: first.files, clock })
  const error = (await started.catch((thrown: unknown) => thrown)) as StreamsError
  expect([error.name, error.code, error.where?.startsWith(directory)]).toEqual([
    'StreamsError',
    'MR-4002',
    true,
  ])
  expect(clock.timerCount).toBe(0)
})

it('a partition whose topic id was damaged is told of and moved aside, its records with it', async () => {
  const first = await startFixture()
  await createTopic(first.connection, 'orders')
  await produce(first.connection, 'orders', batch([[null, 'a']]))
  await first.broker.close()
  const id = '/data/orders-0/partition.metadata'
  const size = first.files.stat(id)!.sizeInBytes
  // One letter of the id is another: it is a topic id still.
  const changed = first.files.contents(id)[size - 10] === 0x62 ? 0x63 : 0x62
  first.files.open(id, 'write').write(Uint8Array.of(changed), size - 10)
  const { faults } = await startFixture({ files: first.files })
  expect(faults.map(fault => (fault as StreamsError).code)).toEqual(['MR-5024'])
  const aside = (faults[0] as StreamsError).where!
  expect(first.files.stat(`${aside}/${segmentFileName(0, 'log')}`)?.sizeInBytes).toBeGreaterThan(60)
})
