/**
 * Sequences of heartbeats that Apache Kafka 4.3.1 was sent, each decided by a seed, are answered here as there: epochs, refusals and
 * assignments, partition for partition. Members join, leave, go and come back, change what they subscribe to, are slow to give up
 * and behind by an answer, while topics grow.
 *
 * `test/golden/consumer-groups.jsonl` has a sequence in each line. It was made with `group.consumer.assignment.interval.ms=0`, member ids
 * whose order in Java's hash maps is that of the alphabet, and topics of which the same is true of name, id and hash.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CreatePartitions } from '../../../../src/protocol/messages/37-create-partitions.ts'
import type { ConsumerGroupHeartbeatRequest } from '../../../../src/protocol/messages/68-consumer-group-heartbeat.ts'
import { createTopic } from '../../broker-fixture.ts'
import { errorName, startWorld } from '../world.ts'
import { consumerHeartbeat } from './consumer-member.ts'

type Owned = Readonly<Record<string, readonly number[]>>

interface Beat {
  readonly id: string
  readonly epoch: number
  readonly instance?: string
  readonly topics?: readonly string[]
  readonly assignor?: string
  /** Whether it says all that there is to say. */
  readonly whole?: true
  readonly has?: Owned
  /** The error's name where it is refused. */
  readonly answer: string | { readonly epoch: number; readonly gets?: Owned }
}

interface Growth {
  readonly grows: string
  readonly to: number
}

interface Sequence {
  /** Their partitions. */
  readonly topics: Readonly<Record<string, number>>
  readonly steps: readonly (Beat | Growth)[]
}

const golden = new URL('../../../golden/consumer-groups.jsonl', import.meta.url)
const sequences = readFileSync(golden, 'utf8')
  .trim()
  .split('\n')
  .map((line, index) => ({ index, sequence: JSON.parse(line) as Sequence }))

it.each(sequences)('sequence $index', async ({ sequence: { topics, steps } }) => {
  const { connection } = await startWorld()
  const ids = new Map<string, string>()
  for (const [name, partitions] of Object.entries(topics)) {
    const { topics: created } = await createTopic(connection, name, { partitions })
    ids.set(name, created[0]!.topicId)
  }
  const names = new Map(Array.from(ids, ([name, id]) => [id, name]))
  const answerTo = async (step: Beat): Promise<Beat['answer']> => {
    const { errorCode, memberEpoch, assignment } = await consumerHeartbeat(connection, request(step, ids))
    if (errorCode !== 0) return errorName(errorCode)
    if (assignment === null) return { epoch: memberEpoch }
    const gets = assignment.topicPartitions.map(each => [names.get(each.topicId), each.partitions] as const)
    return { epoch: memberEpoch, gets: Object.fromEntries(gets) as Owned }
  }
  const [expected, seen]: Beat['answer'][][] = [[], []]
  for (const step of steps) {
    if ('grows' in step) {
      const grown = { name: step.grows, count: step.to, assignments: null }
      await connection.send(CreatePartitions, 3, { topics: [grown], timeoutMs: 1000, validateOnly: false })
      continue
    }
    expected!.push(step.answer)
    seen!.push(await answerTo(step))
  }
  expect(expected!.length).toBeGreaterThan(50)
  expect(seen).toEqual(expected)
})

function request(
  { id, epoch, instance, topics, assignor, whole, has }: Beat,
  ids: ReadonlyMap<string, string>,
): Partial<ConsumerGroupHeartbeatRequest> {
  const owned = has === undefined ? null : Object.entries(has)
  const topicPartitions = owned?.map(([name, partitions]) => ({ topicId: ids.get(name)!, partitions }))
  return {
    memberId: id,
    memberEpoch: epoch,
    instanceId: instance ?? null,
    rebalanceTimeoutMs: epoch === 0 || whole === true ? 60_000 : -1,
    subscribedTopicNames: topics ?? null,
    serverAssignor: assignor ?? null,
    topicPartitions: epoch === 0 ? [] : (topicPartitions ?? null),
  }
}
