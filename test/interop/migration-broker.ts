/** A broker in another process, asked over a connection of each question's own: it may have been killed in between. */
import { zeroUuid } from '../../src/base/uuid.ts'
import type { Connection } from '../../src/protocol/connection.ts'
import { OffsetFetch, OffsetFetchRequest } from '../../src/protocol/messages/09-offset-fetch.ts'
import { TcpNetwork } from '../../runtime/client/tcp-network.ts'
import { batch, createTopic, producedTo, produce } from '../broker/broker-fixture.ts'
import { describeConsumers } from '../broker/coordinator/consumer/consumer-member.ts'
import { errorName } from '../broker/coordinator/world.ts'

const network = new TcpNetwork({ software: { name: 'millrace-test', version: '1' } })

export class RemoteBroker {
  readonly #port: number

  constructor(port: number) {
    this.#port = port
  }

  createTopic(name: string, partitions: number): Promise<unknown> {
    return this.#with(connection => createTopic(connection, name, { partitions }))
  }

  /** One value into each partition. */
  produce(topic: string, values: readonly string[]): Promise<void> {
    return this.#with(async connection => {
      for (const [partition, value] of values.entries()) {
        const records = batch([[null, value]], { timestamp: Date.now() })
        const { errorCode } = producedTo(await produce(connection, topic, records, { partition }))
        if (errorCode !== 0) throw new Error(errorName(errorCode))
      }
    })
  }

  /** What a group has committed of each partition of a topic; -1 where nothing. */
  committed(group: string, topic: string, partitions: number): Promise<readonly number[]> {
    const partitionIndexes = Array.from({ length: partitions }, (_, index) => index)
    const topics = [{ name: topic, topicId: zeroUuid, partitionIndexes }]
    const groups = [{ groupId: group, memberId: null, memberEpoch: -1, topics }]
    return this.#with(async connection => {
      const request = OffsetFetchRequest.create({ groups, requireStable: true })
      const response = await connection.send(OffsetFetch, 9, request)
      return response.groups[0]!.topics[0]!.partitions.map(({ committedOffset }) => committedOffset)
    })
  }

  /** The protocol of each member of a group of the consumer protocol, sorted; rejects for one of another kind. */
  memberTypes(group: string): Promise<readonly string[]> {
    return this.#with(async connection => {
      const { errorCode, members } = await describeConsumers(connection, group)
      if (errorCode !== 0) throw new Error(errorName(errorCode))
      return members.map(({ memberType }) => ['classic', 'consumer'][memberType]!).sort()
    })
  }

  async #with<T>(ask: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await network.connect('127.0.0.1', this.#port)
    try {
      return await ask(connection)
    } finally {
      await connection.close()
    }
  }
}
