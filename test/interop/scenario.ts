/** The scenario that every client is led through: one list of steps, each with what must be seen. */
import { expect } from 'vitest'
import { codecs, type AdminClient, type Client, type CodecName, type Message } from './client.ts'
import type { Judge } from './judge.ts'

/** What a step is given. Topics and groups are named after the step, so that steps do not meet. */
export interface Stage {
  readonly client: Client
  readonly judge: Judge
  readonly name: string
  /** Of the broker. */
  readonly address: string
}

export interface Step {
  readonly name: string
  readonly run: (stage: Stage) => Promise<void>
}

/** Records with values `prefix0`, `prefix1`, …, whose keys spread them over partitions. */
export function messages(prefix: string, count: number): Message[] {
  return Array.from({ length: count }, (_, at) => ({ key: `k${at % 37}`, value: `${prefix}${at}` }))
}

const valuesOf = (records: readonly { readonly value: string }[]) => records.map(({ value }) => value)
const sorted = (values: Iterable<string>) => [...new Set(values)].sort()

/** Asks until the answer fits; fails with the last answer after a minute: members are processes, which start slowly on a busy machine. */
export async function until<T>(
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
  what: string,
): Promise<T> {
  const end = Date.now() + 60_000
  for (;;) {
    const answer = await ask()
    if (fits(answer)) return answer
    if (Date.now() > end) throw new Error(`${what}: still ${JSON.stringify(answer)} after a minute`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

async function producesAndConsumes({ client, judge, name }: Stage, codec: CodecName): Promise<void> {
  await judge.createTopic(name, 3)
  const sent = messages(`${'abcdefgh'.repeat(8)}-`, 200)
  await client.produce(name, sent, codec)
  const read = await client.read(name, { count: 200 })
  expect(sorted(valuesOf(read))).toEqual(sorted(valuesOf(sent)))
  expect(new Set(read.map(({ partition }) => partition)).size).toBeGreaterThan(1)
}

async function consumesFromATime({ client, judge, name }: Stage): Promise<void> {
  await judge.createTopic(name, 2)
  await client.produce(name, messages('early', 20), 'none')
  const before = await client.read(name, { count: 20 })
  const time = Math.max(...before.map(({ timestamp }) => timestamp)) + 1
  await until(
    async () => Date.now(),
    now => now > time,
    'the clock',
  )
  await client.produce(name, messages('late', 20), 'none')
  const after = await client.read(name, { count: 20, fromTime: time })
  expect(sorted(valuesOf(after))).toEqual(sorted(valuesOf(messages('late', 20))))
}

/** Three members, of which the second joins later and the third crashes: nothing is missed, and all is committed. */
async function sharesAndTakesOver({ client, judge, name }: Stage): Promise<void> {
  await judge.createTopic(name, 6)
  const first = await client.join(name, name)
  await client.produce(name, messages('a', 60), 'none')
  await until(
    () => first.seen(),
    seen => new Set(seen).size === 60,
    'the only member sees all',
  )
  const second = await client.join(name, name)
  const third = await client.join(name, name)
  const members = [first, second, third]
  const seenByAll = async () => new Set((await Promise.all(members.map(member => member.seen()))).flat()).size
  await until(
    // A member that has ended says why as it is asked what it has seen.
    async () => ({ ...(await judge.describeGroup(name)), seen: await seenByAll() }),
    ({ members, state }) => members === 3 && state === 'Stable',
    'three members',
  )
  await client.produce(name, messages('b', 60), 'none')
  await until(seenByAll, count => count === 120, 'three members see all')
  for (const member of members) expect((await member.seen()).length).toBeGreaterThan(0)
  await third.crash()
  await client.produce(name, messages('c', 60), 'none')
  await until(seenByAll, count => count === 180, 'two members see what the third one would have')
  await first.leave()
  await second.leave()
  const committed = await judge.committed(name, name)
  expect(Object.values(committed).reduce((sum, offset) => sum + offset, 0)).toBe(180)
}

async function resumes({ client, judge, name }: Stage): Promise<void> {
  await judge.createTopic(name, 2)
  await client.produce(name, messages('a', 30), 'none')
  const first = await client.join(name, name)
  await until(
    () => first.seen(),
    seen => seen.length === 30,
    'all from the start',
  )
  await first.leave()
  await client.produce(name, messages('b', 30), 'none')
  const second = await client.join(name, name)
  const seen = await until(
    () => second.seen(),
    seen => seen.length >= 30,
    'what came after the commit',
  )
  await second.leave()
  expect(sorted(seen)).toEqual(sorted(valuesOf(messages('b', 30))))
}

async function commitsAndAborts({ client, judge, name }: Stage): Promise<void> {
  await judge.createTopic(name, 1)
  const producer = await client.transactional!(name)
  await producer.send(name, messages('kept', 3))
  await producer.commit()
  await producer.send(name, messages('dropped', 3))
  await producer.abort()
  await producer.send(name, messages('last', 1))
  await producer.commit()
  await producer.close()
  const kept = valuesOf(messages('kept', 3))
  const dropped = valuesOf(messages('dropped', 3))
  const committed = await client.read(name, { count: 4, committedOnly: true })
  expect(valuesOf(committed)).toEqual([...kept, 'last0'])
  const all = await client.read(name, { count: 7, committedOnly: false })
  expect(valuesOf(all)).toEqual([...kept, ...dropped, 'last0'])
}

async function sendsOffsets({ client, judge, name }: Stage): Promise<void> {
  await judge.createTopic(name, 1)
  const producer = await client.transactional!(name)
  await producer.send(name, messages('a', 2))
  await producer.sendOffsets!(name, { topic: name, partition: 0, offset: 7 })
  await producer.abort()
  expect((await judge.committed(name, name))[0] ?? -1).toBe(-1)
  await producer.send(name, messages('b', 2))
  await producer.sendOffsets!(name, { topic: name, partition: 0, offset: 9 })
  await producer.commit()
  await producer.close()
  await until(
    () => judge.committed(name, name),
    offsets => offsets[0] === 9,
    'the committed offset',
  )
}

/** Of two producers with one transactional id the older is refused, and nothing of its transaction is seen. */
async function fences({ client, judge, name }: Stage): Promise<void> {
  await judge.createTopic(name, 1)
  const zombie = await client.transactional!(name)
  await zombie.send(name, messages('zombie', 2))
  const successor = await client.transactional!(name)
  await successor.send(name, messages('successor', 2))
  await successor.commit()
  await expect(zombie.commit()).rejects.toThrow(
    /fence|newer (epoch|instance)|old epoch|INVALID_PRODUCER_EPOCH/i,
  )
  await zombie.close()
  await successor.close()
  const read = await client.read(name, { count: 2, committedOnly: true })
  expect(valuesOf(read)).toEqual(['successor0', 'successor1'])
}

/** A step of administrators. */
function byAdmin(run: (admin: AdminClient, stage: Stage) => Promise<void>): (stage: Stage) => Promise<void> {
  return async stage => run(stage.client.admin!, stage)
}

const changesATopic = byAdmin(async (admin, { name }) => {
  await admin.createTopic(name, 2, { 'retention.ms': '7200000' })
  expect(await admin.listTopics()).toContain(name)
  expect(await admin.partitionCount(name)).toBe(2)
  expect(await admin.topicConfig(name, 'retention.ms')).toBe('7200000')
  await admin.alterTopicConfig(name, 'retention.ms', '3600000')
  expect(await admin.topicConfig(name, 'retention.ms')).toBe('3600000')
  await admin.addPartitions(name, 5)
  expect(await admin.partitionCount(name)).toBe(5)
  await expect(admin.createTopic(name, 2, {})).rejects.toThrow(/exist/i)
  await admin.deleteTopic(name)
  await until(
    () => admin.listTopics(),
    topics => !topics.includes(name),
    'the topic is gone',
  )
})

const deletesRecords = byAdmin(async (admin, { client, judge, name }) => {
  await judge.createTopic(name, 1)
  await client.produce(name, messages('a', 10), 'none')
  await admin.deleteRecords(name, 0, 6)
  expect(await admin.offsets(name, 0)).toEqual({ start: 6, end: 10 })
  const read = await client.read(name, { count: 4 })
  expect(valuesOf(read)).toEqual(['a6', 'a7', 'a8', 'a9'])
})

const administersGroups = byAdmin(async (admin, { client, judge, name }) => {
  await judge.createTopic(name, 2)
  await client.produce(name, messages('a', 20), 'none')
  const member = await client.join(name, name)
  await until(
    () => member.seen(),
    seen => seen.length === 20,
    'all from the start',
  )
  expect(await admin.listGroups()).toContain(name)
  const described = await until(
    () => admin.describeGroup(name),
    ({ state }) => state === 'Stable',
    'a member',
  )
  expect(described.members).toBe(1)
  await member.leave()
  expect(await admin.describeGroup(name)).toEqual({ state: 'Empty', members: 0 })
  const committed = await admin.committed(name, name)
  expect(Object.values(committed).reduce((sum, offset) => sum + offset, 0)).toBe(20)
  await admin.resetToStart(name, name)
  const again = await client.join(name, name)
  await until(
    () => again.seen(),
    seen => new Set(seen).size === 20,
    'all again',
  )
  await again.leave()
  await admin.deleteGroup(name)
  expect(await admin.listGroups()).not.toContain(name)
})

export const steps: readonly Step[] = [
  ...codecs.map(codec => ({
    name: `produces and consumes: ${codec}`,
    run: (stage: Stage) => producesAndConsumes(stage, codec),
  })),
  { name: 'consumes from a time', run: consumesFromATime },
  { name: 'a group of three, one joins late, one crashes', run: sharesAndTakesOver },
  { name: 'commits and resumes', run: resumes },
  { name: 'transactions, read both ways', run: commitsAndAborts },
  { name: 'offsets in transactions', run: sendsOffsets },
  { name: 'a zombie producer is fenced', run: fences },
  { name: 'creates, describes, alters, extends and deletes a topic', run: changesATopic },
  { name: 'deletes records', run: deletesRecords },
  { name: 'lists, describes, resets and deletes groups', run: administersGroups },
]
