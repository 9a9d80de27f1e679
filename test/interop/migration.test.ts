/**
 * Java consumers of both protocols in one group against this broker (KIP-848, "Online Migration"): a fleet is rolled from the classic
 * to the consumer protocol and back, the broker is killed in the middle, and the policy says what may be. No partition is ever two
 * members', every record is read, and what is committed in the end is all there is.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { BrokerProcess } from '../chaos/broker-process.ts'
import { findJava, JavaMembers } from './java-members.ts'
import { RemoteBroker } from './migration-broker.ts'

const java = findJava()
if ('missing' in java) console.info(`interop: migration is skipped: ${java.missing}`)
const main = fileURLToPath(new URL('../../dist/runtime/cli/main.js', import.meta.url))

const [group, topic, partitions] = ['java-group', 'flights', 6]
const classicProperties = 'group.protocol=classic session.timeout.ms=6000 heartbeat.interval.ms=300'
const strategies = {
  eager: 'partition.assignment.strategy=org.apache.kafka.clients.consumer.RangeAssignor',
  cooperative: 'partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
  // What a client has that says nothing: eager, and can do both.
  default: '',
} as const

class Fleet {
  readonly directory = mkdtempSync(join(tmpdir(), 'millrace-migration-'))
  readonly broker: BrokerProcess
  readonly remote: RemoteBroker
  readonly members: JavaMembers
  produced = 0

  private constructor(port: number, policy: string) {
    const properties = [
      'group.min.session.timeout.ms=1000',
      'group.consumer.session.timeout.ms=6000',
      'group.consumer.heartbeat.interval.ms=300',
      `group.consumer.migration.policy=${policy}`,
    ]
    this.broker = new BrokerProcess({ main, directory: this.directory, port, properties })
    this.remote = new RemoteBroker(port)
    const address = `127.0.0.1:${port}`
    this.members = new JavaMembers((java as { classpath: string }).classpath, [address, group, topic])
  }

  static async start(policy: string): Promise<Fleet> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    await new Promise(resolve => server.close(resolve))
    const fleet = new Fleet(port, policy)
    await fleet.broker.start()
    await fleet.remote.createTopic(topic, partitions)
    return fleet
  }

  /** One record into every partition. */
  async write(): Promise<void> {
    const values = Array.from({ length: partitions }, () => String(this.produced++))
    await this.remote.produce(topic, values)
  }

  join(name: string, protocol: 'classic' | 'consumer', strategy: keyof typeof strategies = 'default'): void {
    const more = protocol === 'classic' ? ` ${classicProperties} ${strategies[strategy]}`.trimEnd() : ''
    this.members.tell(`join ${name}${more}`)
  }

  /** Waits until these have all partitions, each as many as any other, and what is written then is read. */
  async settled(...names: readonly string[]): Promise<void> {
    const share = partitions / names.length
    await this.members.until(`${names.join()} have ${share} each`, () =>
      names.every(name => this.members.owned(name).length === share),
    )
    await this.write()
    const tail = Array.from({ length: partitions }, (_, index) => String(this.produced - 1 - index))
    await this.members.until('what was written is read', () =>
      tail.every(value => this.members.read.includes(value)),
    )
  }

  /** Asks until the answer comes: a cooperative group may rebalance once more after all have their share. */
  async asked(question: string, word: string, answer: string): Promise<void> {
    for (let count = this.members.told(word).length + 1; ; count++) {
      this.members.tell(question)
      await this.members.until(`${question} is answered`, () => this.members.told(word).length === count)
      if (this.members.told(word).at(-1) === answer) return
      if (count > 100) expect(this.members.told(word).at(-1)).toBe(answer)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }

  async crash(): Promise<void> {
    await this.broker.end('SIGKILL')
    await this.broker.start()
  }

  /** Nothing was had twice or lost, and all is committed. */
  async check(): Promise<void> {
    const { members } = this
    expect(members.overlaps).toEqual([])
    expect(members.told('failed')).toEqual([])
    expect(new Set(members.read.map(Number)).size).toBe(this.produced)
    const each = this.produced / partitions
    for (let tries = 0; ; tries++) {
      const committed = await this.remote.committed(group, topic, partitions)
      if (committed.every(offset => offset === each)) break
      if (tries === 50) expect(committed).toEqual(Array.from({ length: partitions }, () => each))
      await new Promise(resolve => setTimeout(resolve, 200))
    }
  }

  async close(): Promise<void> {
    await this.members.kill()
    await this.broker.end('SIGKILL')
    rmSync(this.directory, { recursive: true, force: true })
  }
}

describe.skipIf('missing' in java)('Java consumers of both protocols in one group', () => {
  let fleet: Fleet | undefined
  afterEach(async () => fleet?.close(), 60_000)

  it.each(Object.keys(strategies) as (keyof typeof strategies)[])(
    'are rolled to the consumer protocol and back, %s',
    { timeout: 300_000 },
    async strategy => {
      fleet = await Fleet.start('bidirectional')
      const { members, remote } = fleet
      await fleet.write()
      fleet.join('a', 'classic', strategy)
      fleet.join('b', 'classic', strategy)
      await fleet.settled('a', 'b')
      // Up, one by one; the broker is killed while the group is mixed.
      fleet.join('c', 'consumer')
      await fleet.settled('a', 'b', 'c')
      expect(await remote.memberTypes(group)).toEqual(['classic', 'classic', 'consumer'])
      await fleet.asked('describe', 'described', 'Stable Consumer uniform 3')
      await fleet.crash()
      await fleet.settled('a', 'b', 'c')
      members.tell('leave a')
      await fleet.settled('b', 'c')
      fleet.join('d', 'consumer')
      await fleet.settled('b', 'c', 'd')
      members.tell('leave b')
      await fleet.settled('c', 'd')
      expect(await remote.memberTypes(group)).toEqual(['consumer', 'consumer'])
      // And down again.
      fleet.join('e', 'classic', strategy)
      await fleet.settled('c', 'd', 'e')
      members.tell('leave c')
      await fleet.settled('d', 'e')
      fleet.join('f', 'classic', strategy)
      await fleet.settled('d', 'e', 'f')
      members.tell('leave d')
      await members.until('d has left', () => members.told('left').length === 4)
      await fleet.crash()
      await fleet.settled('e', 'f')
      await fleet.asked('list', 'listed', 'Classic Stable')
      await fleet.check()
    },
  )

  it('static members change over one by one and keep what they had', { timeout: 200_000 }, async () => {
    fleet = await Fleet.start('bidirectional')
    const { members, remote } = fleet
    const restart = async (name: string, protocol: 'classic' | 'consumer') => {
      members.tell(`leave ${name}`)
      const more = protocol === 'classic' ? ` ${classicProperties}` : ''
      members.tell(`join ${name} group.instance.id=${name}${more}`)
      await members.until(`${name} is back`, () => members.owned(name).length === 3)
    }
    members.tell(`join a group.instance.id=a ${classicProperties}`)
    members.tell(`join b group.instance.id=b ${classicProperties}`)
    await fleet.settled('a', 'b')
    for (const [name, protocol] of [
      ['a', 'consumer'],
      ['b', 'consumer'],
      ['a', 'classic'],
      ['b', 'classic'],
    ] as const) {
      const before = members.owned(name)
      await restart(name, protocol)
      expect(members.owned(name)).toEqual(before)
      await fleet.settled('a', 'b')
    }
    await expect(remote.memberTypes(group)).rejects.toThrow('GROUP_ID_NOT_FOUND')
    await fleet.check()
  })

  it.each([
    ['upgrade', 'Consumer Stable'],
    ['downgrade', 'Classic Stable'],
    ['disabled', 'Classic Stable'],
  ] as const)('goes as far as the policy says: %s', { timeout: 120_000 }, async (policy, listed) => {
    fleet = await Fleet.start(policy)
    const { members, remote } = fleet
    fleet.join('a', 'classic')
    await fleet.settled('a')
    fleet.join('b', 'consumer')
    if (policy === 'upgrade') {
      await fleet.settled('a', 'b')
      members.tell('leave b')
      await fleet.settled('a')
      // A group of classic members alone stays one of the consumer protocol, and goes on.
      expect(await remote.memberTypes(group)).toEqual(['classic'])
      fleet.join('c', 'classic')
      await fleet.settled('a', 'c')
    } else {
      await members.until('b is refused', () => members.told('failed').length === 1)
      expect(members.told('failed')[0]).toMatch(/GroupIdNotFound|upgrade is disabled/)
      await fleet.settled('a')
    }
    await fleet.asked('list', 'listed', listed)
    expect(members.overlaps).toEqual([])
  })
})
