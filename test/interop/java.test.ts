/** Apache Kafka's Java client is led through the scenario, and shows what it alone can. */
import { expect } from 'vitest'
import { JavaClient } from './java-client.ts'
import { findJava } from './java-host.ts'
import { messages, until } from './scenario.ts'
import { toolsSteps } from './tools-steps.ts'
import { leadThroughScenario, type FurtherStep } from './suite.ts'

const found = findJava()

/** How members share a topic: assigned by one of them, or (KIP-848) by the broker. */
const sharing: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ...['Range', 'RoundRobin', 'Sticky', 'CooperativeSticky'].map(
    name =>
      [
        `assigned by ${name}`,
        { 'partition.assignment.strategy': `org.apache.kafka.clients.consumer.${name}Assignor` },
      ] as const,
  ),
  ...['uniform', 'range'].map(
    name =>
      [
        `of a consumer group, ${name}`,
        { 'group.protocol': 'consumer', 'group.remote.assignor': name },
      ] as const,
  ),
]

/** In which the second member crashes instead of leaving; each costs a session time-out. */
const crashing = new Set(['assigned by CooperativeSticky', 'of a consumer group, uniform'])

const shares: readonly FurtherStep<JavaClient>[] = sharing.map(([how, settings]) => ({
  name: `two members of one topic, ${how}`,
  run: async ({ client, judge, name }) => {
    await judge.createTopic(name, 4)
    await client.produce(name, messages('a', 40), 'none')
    const first = await client.join(name, name, settings)
    await until(
      () => first.assigned(),
      partitions => partitions.length === 4,
      'the only member has all',
    )
    const second = await client.join(name, name, settings)
    const counts = async () => [(await first.assigned()).length, (await second.assigned()).length]
    await until(counts, ([a, b]) => a === 2 && b === 2, 'two each')
    await (crashing.has(how) ? second.crash() : second.leave())
    await until(
      () => first.assigned(),
      partitions => partitions.length === 4,
      'all again',
    )
    await client.produce(name, messages('b', 40), 'none')
    const seen = async () => new Set([...(await first.seen()), ...(await second.seen())]).size
    await until(seen, count => count === 80, 'all is seen')
    await first.leave()
    const committed = await client.admin.committed(name, name)
    expect(Object.values(committed).reduce((sum, offset) => sum + offset, 0)).toBe(80)
  },
}))

const further: readonly FurtherStep<JavaClient>[] = [
  ...shares,
  ...toolsSteps,
  {
    name: 'a static member comes back to its partitions without a rebalance',
    run: async ({ client, judge, name }) => {
      await judge.createTopic(name, 4)
      const instance = (id: string) => ({
        'group.instance.id': id,
        'session.timeout.ms': '20000',
        'heartbeat.interval.ms': '500',
      })
      const stays = await client.join(name, name, instance('stays'))
      const restarts = await client.join(name, name, instance('restarts'))
      const counts = async () => [(await stays.assigned()).length, (await restarts.assigned()).length]
      await until(counts, ([a, b]) => a === 2 && b === 2, 'two each')
      const before = { had: await restarts.assigned(), rebalances: await stays.rebalances() }
      await restarts.crash()
      const back = await client.join(name, name, instance('restarts'))
      const has = await until(
        () => back.assigned(),
        partitions => partitions.length === 2,
        'its partitions',
      )
      expect(has).toEqual(before.had)
      expect(await stays.rebalances()).toBe(before.rebalances)
      await back.crash()
      await client.host.ask('removeInstance', { group: name, instance: 'restarts' })
      await until(
        () => stays.assigned(),
        partitions => partitions.length === 4,
        'all, since it was removed',
      )
      await stays.leave()
    },
  },
  {
    name: 'administrators see transactions, and fence their producers',
    run: async ({ client, judge, name }) => {
      await judge.createTopic(name, 1)
      const producer = await client.transactional(name)
      await producer.send(name, messages('a', 3))
      expect(await client.host.ask('listTransactions')).toContain(name)
      expect(await client.host.ask('transactionState', { id: name })).toBe('Ongoing')
      expect(await client.host.ask('activeProducers', { topic: name })).toMatchObject([{ open: true }])
      await client.host.ask('fenceProducer', { id: name })
      await expect(producer.commit()).rejects.toThrow(/Fenced|InvalidProducerEpoch/)
      await until(
        () => client.host.ask<readonly { open: boolean }[]>('activeProducers', { topic: name }),
        producers => producers.every(({ open }) => !open),
        'the transaction is ended',
      )
    },
  },
  {
    name: 'offsets of a group are deleted, the latest timestamp is found, sizes are told',
    run: async ({ client, judge, name }) => {
      await judge.createTopic(name, 1)
      await client.produce(name, messages('a', 10), 'none')
      const member = await client.join(name, name)
      await until(
        () => member.seen(),
        seen => seen.length === 10,
        'all',
      )
      await member.leave()
      expect(await client.admin.committed(name, name)).toEqual({ 0: 10 })
      await client.host.ask('deleteOffset', { group: name, topic: name })
      expect(await client.admin.committed(name, name)).toEqual({})
      expect(await client.host.ask('offsetOfMaxTimestamp', { topic: name })).toBeGreaterThanOrEqual(0)
      expect(await client.host.ask('nodes')).toBe(1)
      expect(await client.host.ask('logBytes', { broker: 1, topic: name })).toBeGreaterThan(0)
    },
  },
]

/** With exactly once there is a second run. It has no local state: it restores its store from the changelog, and counts on from there. */
const streams: readonly FurtherStep<JavaClient>[] = ['at_least_once', 'exactly_once_v2'].map(guarantee => ({
  name: `Kafka Streams, ${guarantee}`,
  run: async ({ client, judge, name }) => {
    await judge.createTopic(name, 2)
    await judge.createTopic(`${name}-counts`, 2)
    const run = (sum: number) =>
      client.host.ask('streams', { application: name, input: name, output: `${name}-counts`, guarantee, sum })
    await client.produce(name, [...messages('a', 300), ...messages('b', 200)], 'none')
    expect(await run(500)).toEqual({ a: 300, b: 200 })
    if (guarantee === 'at_least_once') return
    await client.produce(name, messages('a', 100), 'none')
    expect(await run(600)).toEqual({ a: 400, b: 200 })
  },
}))

leadThroughScenario({
  name: 'the Java client',
  found:
    'missing' in found ? found : { ...found, client: async address => new JavaClient(found.client(address)) },
  further: [...further, ...streams],
})
