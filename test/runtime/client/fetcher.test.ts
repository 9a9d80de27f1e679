/** The fetcher: what it hands out, where it goes on, and how far it reads ahead. */
import { describe, expect, it } from 'vitest'
import { kafkaErrors } from '../../../src/protocol/errors.ts'
import type { FetchRequest, FetchResponse } from '../../../src/protocol/messages/01-fetch.ts'
import type { MetadataResponse } from '../../../src/protocol/messages/03-metadata.ts'
import { Fetcher, type FetcherOptions } from '../../../runtime/client/fetcher.ts'
import { PositionLost } from '../../../runtime/client/positions.ts'
import { Producer } from '../../../runtime/client/producer.ts'
import { batch, createTopic, produce } from '../../broker/broker-fixture.ts'
import { appendAll, pollValues, startClient, valuesIn } from './client-fixture.ts'

async function start(options: Partial<FetcherOptions> = {}) {
  const client = await startClient()
  await createTopic(client.connection, 'orders', { partitions: 3 })
  const fetcher = new Fetcher({ cluster: client.cluster, ...options })
  const write = async (partition: number, ...values: readonly string[]): Promise<void> => {
    for (const value of values) {
      await produce(client.connection, 'orders', batch([[null, value]]), { partition })
    }
  }
  const values = (count: number) => pollValues(client, fetcher, count)
  return { ...client, client, fetcher, write, values }
}

function at(partition: number, offset?: number) {
  return { topic: 'orders', partition, offset }
}

describe('a fetcher', () => {
  it('hands out records in order and knows where it stands', async () => {
    const { fetcher, write, values } = await start()
    await write(0, 'a', 'b', 'c')
    fetcher.assign([at(0, 1)])
    expect(fetcher.position('orders', 0)).toBe(1)
    expect(await values(2)).toEqual(['b', 'c'])
    expect(fetcher.position('orders', 0)).toBe(3)
    expect(fetcher.endOffset('orders', 0)).toBe(3)
    await write(0, 'd')
    expect(await values(1)).toEqual(['d'])
    expect(fetcher.position('orders', 1)).toBeUndefined()
  })

  it('answers a poll at once when a record arrives, and with nothing when its wait is over', async () => {
    const { fetcher, write, clock, until } = await start()
    fetcher.assign([at(0, 0)])
    expect(await until(fetcher.poll(50))).toEqual([])
    const polled = fetcher.poll(10_000)
    await clock.advance(0)
    const before = clock.monotonic()
    await write(0, 'a')
    expect(valuesIn(await polled)).toEqual(['a'])
    expect(clock.monotonic()).toBe(before)
    const waiting = fetcher.poll(10_000)
    await clock.advance(0)
    fetcher.wakeUp()
    expect(await waiting).toEqual([])
  })

  it('does not let a busy partition wait with idle ones', async () => {
    const { fetcher, write, clock } = await start({ fetchWaitMs: 60_000 })
    fetcher.assign([at(0, 0), at(1, 0)])
    await fetcher.poll(0)
    await clock.advance(100)
    fetcher.add([at(2, 0)])
    const before = clock.monotonic()
    for (let round = 0; round < 5; round++) {
      await write(2, `r${round}`)
      const polled = fetcher.poll(1_000)
      await clock.advance(0)
      expect(valuesIn(await polled)).toEqual([`r${round}`])
    }
    expect(clock.monotonic()).toBe(before)
  })

  it('neither fetches nor hands out what is paused, and keeps what it has', async () => {
    const { fetcher, write, until, network, clock } = await start()
    await write(0, 'a')
    fetcher.assign([at(0, 0)])
    await fetcher.poll(0)
    await clock.advance(0)
    fetcher.pause([at(0)])
    expect(await until(fetcher.poll(50))).toEqual([])
    await clock.advance(600)
    const requests = network.of('Fetch').length
    await clock.advance(5_000)
    expect(network.of('Fetch').length).toBe(requests)
    fetcher.resume([at(0)])
    expect(valuesIn(await until(fetcher.poll(50)))).toEqual(['a'])
  })

  it('reads ahead, but no further than its bounds', async () => {
    const { fetcher, write, clock, values } = await start({ partitionBytesMax: 300, bufferBytesMax: 100_000 })
    const written = Array.from({ length: 60 }, (_, index) => `value-${index}`)
    await write(0, ...written)
    fetcher.assign([at(0, 0)])
    await fetcher.poll(0)
    await clock.advance(10_000)
    const [first] = await fetcher.poll(0)
    expect(first!.nextOffset).toBeLessThan(10)
    let buffered = first!.sizeInBytes
    // What can be had without another request is what was read ahead.
    for (const { sizeInBytes } of await fetcher.poll(0)) buffered += sizeInBytes
    expect(buffered).toBeLessThan(1_200)
    const rest = await values(60)
    expect(rest.at(-1)).toBe('value-59')
  })

  it('drops answers from before the position was set, or the partition taken away', async () => {
    const { fetcher, write, network, clock, until } = await start()
    await write(0, 'a', 'b')
    await write(1, 'x')
    network.fate = () => 'pass'
    fetcher.assign([at(0, 0), at(1, 0)])
    await fetcher.poll(0)
    fetcher.setPosition('orders', 0, 1)
    fetcher.remove([at(1)])
    await clock.advance(0)
    const fetched = await until(fetcher.poll(100))
    expect(valuesIn(fetched)).toEqual(['b'])
    expect(() => fetcher.setPosition('orders', 1, 0)).toThrow(RangeError)
  })

  it('keeps the position of partitions that stay in the assignment', async () => {
    const { fetcher, write, values } = await start()
    await write(0, 'a', 'b')
    fetcher.assign([at(0, 0)])
    expect(await values(2)).toEqual(['a', 'b'])
    await write(0, 'c')
    await write(1, 'x')
    fetcher.assign([at(0), at(1, 0)])
    expect(new Set(await values(2))).toEqual(new Set(['c', 'x']))
  })

  it('goes on after lost connections, without loss or repetition', async () => {
    const { fetcher, write, network, values } = await start({ partitionBytesMax: 100 })
    const written = Array.from({ length: 30 }, (_, index) => `v${index}`)
    await write(0, ...written)
    let turn = 0
    network.fate = ({ api }) => (api === 'Fetch' && turn++ % 3 === 0 ? 'lost-after' : 'pass')
    fetcher.assign([at(0, 0)])
    expect(await values(30)).toEqual(written)
  })

  it('tells the broker only what has changed, once they have a session', async () => {
    const { fetcher, write, network, values } = await start({ fetchWaitMs: 10 })
    fetcher.assign([at(0, 0), at(1, 0), at(2, 0)])
    expect(await values(1)).toEqual([])
    await write(0, 'a')
    expect(await values(1)).toEqual(['a'])
    expect(await values(1)).toEqual([])
    fetcher.remove([at(2)])
    expect(await values(1)).toEqual([])
    const requests = network.of<FetchRequest>('Fetch').map(({ request }) => request)
    const epochs = requests.map(({ sessionEpoch }) => sessionEpoch)
    expect(epochs).toEqual(epochs.map((_, index) => index))
    const counts = requests.map(({ topics }) =>
      topics.reduce((sum, { partitions }) => sum + partitions.length, 0),
    )
    expect(counts[0]).toBe(3)
    expect(counts.slice(1).reduce((sum, count) => sum + count, 0)).toBe(1)
    expect(
      requests.flatMap(({ forgottenTopicsData }) => forgottenTopicsData.map(topic => topic.partitions)),
    ).toEqual([[2]])
  })

  it('begins a new session when the broker has forgotten the old one', async () => {
    const { fetcher, write, network, values } = await start({ fetchWaitMs: 10 })
    fetcher.assign([at(0, 0)])
    await write(0, 'a')
    expect(await values(1)).toEqual(['a'])
    let forgotten = false
    network.answers.set('Fetch', answer => {
      if (forgotten) return answer
      forgotten = true
      const errorCode = kafkaErrors.FETCH_SESSION_ID_NOT_FOUND.code
      return { ...(answer as FetchResponse), errorCode, responses: [], sessionId: 0 }
    })
    await write(0, 'b')
    expect(await values(1)).toEqual(['b'])
  })
})

describe('positions', () => {
  it.each([
    ['earliest', ['a', 'b']],
    ['latest', ['c']],
  ] as const)('begin at the %s record where there is none', async (offsetReset, expected) => {
    const { fetcher, write, values, until } = await start({ offsetReset: () => offsetReset })
    await write(0, 'a', 'b')
    fetcher.assign([at(0)])
    if (offsetReset === 'latest') {
      await until(fetcher.poll(50))
      await write(0, 'c')
    }
    expect(await values(expected.length)).toEqual(expected)
  })

  it('begin at a time, or at the end if nothing is as young', async () => {
    const { fetcher, connection, values, until } = await start({
      offsetReset: topic => ({ fromTimestamp: topic === 'orders' ? 2_000 : 0 }),
    })
    for (const timestamp of [1_000, 2_000, 3_000]) {
      await produce(connection, 'orders', batch([[null, `${timestamp}`]], { timestamp }))
    }
    await produce(connection, 'orders', batch([[null, 'old']], { timestamp: 1 }), { partition: 1 })
    fetcher.assign([at(0), at(1)])
    expect(await values(2)).toEqual(['2000', '3000'])
    await until(fetcher.poll(10))
    expect(fetcher.position('orders', 1)).toBe(1)
  })

  it('go by the rule of the topic when the log no longer has them', async () => {
    const { fetcher, write, admin, values, until } = await start()
    await write(0, 'a', 'b', 'c')
    await until(admin.deleteRecords([{ topic: 'orders', partition: 0, offset: 2 }]))
    fetcher.assign([at(0, 0)])
    expect(await values(1)).toEqual(['c'])
  })

  it('are reported as lost under "none", with the partition, and the others go on', async () => {
    const { fetcher, write, admin, values, until } = await start({ offsetReset: () => 'none' })
    await write(0, 'a', 'b')
    await write(1, 'x')
    await until(admin.deleteRecords([{ topic: 'orders', partition: 0, offset: 2 }]))
    fetcher.assign([at(0, 0), at(1, 0)])
    const seen: (string | null)[] = []
    const error = await (async () => {
      for (;;) seen.push(...valuesIn(await until(fetcher.poll(100))))
    })().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(PositionLost)
    expect(error).toMatchObject({ code: 'MR-5050', topic: 'orders', partition: 0 })
    fetcher.setPosition('orders', 0, 2)
    await write(0, 'c')
    expect(new Set([...seen, ...(await values(2 - seen.length))])).toEqual(new Set(['c', 'x']))
  })

  it('are held against the log of a new leader, and go back to where it was cut', async () => {
    const { fetcher, write, network, until, values } = await start()
    await write(0, 'a', 'b')
    // The record before offset 5 came from a leader of epoch 0; the new one's log of that epoch ends at 2.
    network.answers.set('Metadata', answer => newLeader(answer as MetadataResponse))
    network.answers.set('Fetch', answer => answer)
    const plain = network.fate
    network.fate = sent => {
      if (sent.api !== 'OffsetForLeaderEpoch') return plain(sent)
      const partitions = [{ errorCode: 0, partition: 0, leaderEpoch: 0, endOffset: 1 }]
      return { answer: { throttleTimeMs: 0, topics: [{ topic: 'orders', partitions }] } }
    }
    fetcher.assign([{ ...at(0, 5), leaderEpoch: 0 }])
    const fetchesOf = () => network.of<FetchRequest>('Fetch').map(({ request }) => request)
    await until(fetcher.poll(20))
    expect(network.of('OffsetForLeaderEpoch')).toHaveLength(1)
    expect(fetchesOf()[0]!.topics[0]!.partitions[0]).toMatchObject({ fetchOffset: 1, currentLeaderEpoch: 1 })
    expect(fetcher.position('orders', 0)).toBe(1)
    network.answers.delete('Metadata')
    expect(await values(0)).toEqual([])
  })

  it('report a topic that is gone', async () => {
    const { fetcher, until } = await start()
    fetcher.assign([{ topic: 'nowhere', partition: 0, offset: 0 }])
    await expect(until(fetcher.poll(1_000))).rejects.toMatchObject({ code: 'MR-2001' })
  })
})

describe('read_committed', () => {
  it.each([90, 1 << 20])(
    'shows only what was committed, by %i bytes at a time, and moves past the rest',
    async bytesMax => {
      const { client, fetcher, cluster, until, values } = await start({ partitionBytesMax: bytesMax })
      const one = new Producer({ cluster, transactionalId: 'one', batchBytesMax: 80 })
      const two = new Producer({ cluster, transactionalId: 'two', batchBytesMax: 80 })
      await until(Promise.all([one.initTransactions(), two.initTransactions()]))
      const send = async (producer: Producer, value: string): Promise<void> => {
        appendAll(producer, 'orders', 0, [value])
        await until(producer.flush())
      }
      one.beginTransaction()
      two.beginTransaction()
      for (let round = 0; round < 4; round++) {
        await send(one, `aborted-${round}`)
        await send(two, `kept-${round}`)
      }
      await until(one.abortTransaction())
      one.beginTransaction()
      await send(one, 'kept-one')
      await until(two.commitTransaction())
      await until(one.commitTransaction())
      fetcher.assign([at(0, 0)])
      expect(await values(5)).toEqual(['kept-0', 'kept-1', 'kept-2', 'kept-3', 'kept-one'])
      for (let idle = 0; idle < 5; idle++) await until(fetcher.poll(20))
      const end = fetcher.endOffset('orders', 0)
      expect(end).toBe(12)
      expect(fetcher.position('orders', 0)).toBe(end)
      const uncommitted = new Fetcher({ cluster: client.cluster, isolation: 'read_uncommitted' })
      uncommitted.assign([at(0, 0)])
      expect(await pollValues(client, uncommitted, 9)).toHaveLength(9)
    },
  )

  it('stops before a transaction that is open', async () => {
    const { fetcher, cluster, until, values, write } = await start()
    const producer = new Producer({ cluster, transactionalId: 'one' })
    await until(producer.initTransactions())
    await write(0, 'before')
    producer.beginTransaction()
    appendAll(producer, 'orders', 0, ['open'])
    await until(producer.flush())
    await write(0, 'after')
    fetcher.assign([at(0, 0)])
    expect(await values(3)).toEqual(['before'])
    await until(producer.commitTransaction())
    expect(await values(2)).toEqual(['open', 'after'])
  })
})

function newLeader(answer: MetadataResponse): MetadataResponse {
  return {
    ...answer,
    topics: answer.topics.map(topic => ({
      ...topic,
      partitions: topic.partitions.map(partition => ({ ...partition, leaderEpoch: 1 })),
    })),
  }
}
