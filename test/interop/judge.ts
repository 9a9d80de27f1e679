/** Prepares topics and looks at groups on behalf of the scenario, for clients that cannot do so themselves. */
import { Kafka, logLevel, type Admin } from 'kafkajs'
import type { GroupDescription } from './client.ts'

export class Judge {
  readonly #admin: Admin

  constructor(address: string) {
    this.#admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).admin()
  }

  async createTopic(topic: string, numPartitions: number): Promise<void> {
    await this.#admin.createTopics({ topics: [{ topic, numPartitions }] })
  }

  async describeGroup(group: string): Promise<GroupDescription> {
    const { groups } = await this.#admin.describeGroups([group])
    return { state: groups[0]!.state, members: groups[0]!.members.length }
  }

  /** The committed offset of each partition that has one. */
  async committed(groupId: string, topic: string): Promise<Readonly<Record<number, number>>> {
    const [found] = await this.#admin.fetchOffsets({ groupId, topics: [topic] })
    const offsets = found!.partitions.map(({ partition, offset }) => [partition, Number(offset)] as const)
    return Object.fromEntries(offsets.filter(([, offset]) => offset >= 0))
  }

  connect(): Promise<void> {
    return this.#admin.connect()
  }

  close(): Promise<void> {
    return this.#admin.disconnect()
  }
}
