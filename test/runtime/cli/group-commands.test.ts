/** `millrace group list|describe|seek|delete` as a user meets them: lag, plans, refusals. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Admin } from '../../../runtime/client/admin.ts'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import { TestConsumer } from '../../broker/coordinator/consumer/consumer-member.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { startFixture, type CliFixture } from './cli-fixture.ts'

let cli: CliFixture
beforeAll(async () => {
  cli = await startFixture()
  await cli.createTopic('orders', 2)
  await cli.write('orders', 'a', 'b', 'c', 'd', 'e')
})
afterAll(() => cli.close())

interface DescribedGroup {
  readonly state: string
  readonly totalLag: string
  readonly members?: readonly { readonly clientId: string; readonly partitions: readonly unknown[] }[]
  readonly offsets?: readonly unknown[]
}

function commit(group: string, ...offsets: readonly number[]): Promise<void> {
  return new Admin(cli.cluster).alterGroupOffsets(
    group,
    offsets.map((offset, partition) => ({ topic: 'orders', partition, offset })),
  )
}

async function committed(group: string): Promise<readonly number[]> {
  return (await new Admin(cli.cluster).listGroupOffsets(group)).map(({ offset }) => offset)
}

/** A consumer of `orders` that is in the group until the test is over. */
async function joinGroup(groupId: string): Promise<void> {
  const kafka = new Kafka({ clientId: 'a-member', brokers: [cli.address], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId })
  onTestFinished(() => consumer.disconnect())
  await consumer.connect()
  await consumer.subscribe({ topics: ['orders'] })
  const joined = new Promise<void>(resolve => consumer.on('consumer.group_join', () => resolve()))
  await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() })
  await joined
}

describe('millrace group list and describe', () => {
  it('lists groups and tells how far they are behind', async () => {
    await commit('behind', 2, 0)
    const [list, table, document] = await Promise.all([
      cli.run(['group', 'list']),
      cli.run(['group', 'describe', 'behind']),
      cli.json<DescribedGroup[]>('group', 'describe', 'behind'),
    ])
    expect(list.stdout).toMatch(/^GROUP +STATE +TYPE\n(.*\n)*behind +Empty +classic\n/)
    expect(table.stdout).toContain('total lag  3\n')
    expect(table.stdout).toMatch(/orders +0 +2 +5 +3 +- +-\norders +1 +0 +0 +0 +- +-\n$/)
    expect(document).toMatchObject([
      {
        state: 'Empty',
        totalLag: '3',
        members: [],
        offsets: [
          { topic: 'orders', partition: 0, offset: '2', endOffset: '5', lag: '3', memberId: null },
          { topic: 'orders', partition: 1, offset: '0', endOffset: '0', lag: '0' },
        ],
      },
    ])
  })

  it('shows members with what they have; --members and --offsets show one of the two', async () => {
    await joinGroup('inhabited')
    const [group] = await cli.json<DescribedGroup[]>('group', 'describe', 'inhabited', '--members')
    expect(group).toMatchObject({ state: 'Stable', members: [{ clientId: 'a-member' }] })
    expect(group!.members![0]!.partitions).toHaveLength(2)
    expect(group!.offsets).toBeUndefined()
    const { stdout } = await cli.run(['group', 'describe', 'inhabited', '--verbose', '-q'])
    expect(stdout).toMatch(/a-member-\S+ +- +a-member +\S+ +2 +orders-0,orders-1\n/)
    const [offsets] = await cli.json<DescribedGroup[]>('group', 'describe', 'inhabited', '--offsets')
    expect(offsets!.members).toBeUndefined()
    expect(offsets!.offsets).toMatchObject([
      { partition: 0, offset: null, lag: null, clientId: 'a-member' },
      { partition: 1 },
    ])
  })

  it('shows which protocol each member of a group speaks that has both, and lists by type and state', async () => {
    await joinGroup('mixed')
    const network = new TcpNetwork({ software: { name: 'test', version: '1' } })
    const [host, port] = cli.address.split(':') as [string, string]
    const connection = await network.connect(host, Number(port))
    onTestFinished(() => connection.close())
    const modern = new TestConsumer(connection, 'modern', { group: 'mixed', topics: ['orders'] })
    expect(await modern.beat()).toBe('NONE')
    const { stdout } = await cli.run(['group', 'describe', 'mixed', '--members'])
    expect(stdout).toMatch(/type +consumer\n/)
    expect(stdout).toMatch(/members +2, of which 1 of the classic protocol\n/)
    expect(stdout).toMatch(/a-member-\S+ +- +a-member +\S+ +classic +\d\n/)
    expect(stdout).toMatch(/modern +- .*consumer +\d\n/)
    const [group] = await cli.json<object[]>('group', 'describe', 'mixed', '--members')
    expect(group).toMatchObject({
      epoch: modern.epoch,
      members: expect.arrayContaining([
        expect.objectContaining({ memberId: 'modern', protocol: 'consumer', epoch: modern.epoch }),
        expect.objectContaining({ clientId: 'a-member', protocol: 'classic' }),
      ]) as unknown,
    })
    const listed = async (...flags: readonly string[]) =>
      (await cli.json<{ group: string }[]>('group', 'list', ...flags)).map(each => each.group)
    expect(await listed('--type', 'consumer')).toEqual(['mixed'])
    expect(await listed('--type', 'classic')).not.toContain('mixed')
    expect(await listed('--state', 'empty')).not.toContain('mixed')
    expect(await listed('--state', 'stable', 'reconciling', 'Assigning')).toContain('mixed')
    const unknown = await cli.run(['group', 'list', '--state', 'Asleep'])
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/MR-6201.*Asleep/)])
  })

  it('exits 3 for a group that does not exist', async () => {
    const { code, stdout, stderr } = await cli.run(['group', 'describe', 'nobody'])
    expect([code, stdout, stderr]).toEqual([3, '', expect.stringMatching(/MR-6202.*nobody/)])
  })
})

describe('millrace group seek', () => {
  it('prints the plan, and does it with --execute', async () => {
    await commit('seeker', 2, 0)
    const dry = await cli.run(['group', 'seek', 'seeker', '--to', 'end'])
    expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('dry run') as string })
    expect(dry.stdout).toMatch(/^TOPIC +PARTITION +BEFORE +AFTER\norders +0 +2 +5\norders +1 +0 +0\n$/)
    expect(await committed('seeker')).toEqual([2, 0])
    const both = await cli.run(['group', 'seek', 'seeker', '--to', 'end', '--execute', '--dry-run'])
    expect(both.code).toBe(2)
    const done = await cli.run(['group', 'seek', 'seeker', '--to', 'end', '--execute', '-o', 'jsonl'])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toBe(
      '{"topic":"orders","partition":0,"before":"2","offset":"5"}\n' +
        '{"topic":"orders","partition":1,"before":"0","offset":"0"}\n',
    )
    expect(await committed('seeker')).toEqual([5, 0])
  })

  it.each<[flags: readonly string[], offsets: readonly number[]]>([
    [
      ['--to', 'start'],
      [0, 0],
    ],
    [
      ['--to', '4'],
      [4, 0],
    ],
    [
      ['--to', '-2'],
      [3, 0],
    ],
    [
      ['--to', '@-1d'],
      [0, 0],
    ],
    [
      ['--shift', '-1'],
      [1, 0],
    ],
    [
      ['--shift', '+100'],
      [5, 0],
    ],
    [['--shift', '-100', '--topics', 'orders:0'], [0]],
    [['--to', '1', '--topics', 'orders:0'], [1]],
    [
      ['--to-group', 'other'],
      [3, 0],
    ],
  ])('goes where it is told: %j', async (flags, offsets) => {
    await commit('target', 2, 0)
    await commit('other', 3, 0)
    const plan = await cli.json<{ readonly offset: string }[]>('group', 'seek', 'target', ...flags)
    expect(plan.map(({ offset }) => Number(offset))).toEqual(offsets)
  })

  it('takes a file, and its own plan back; gives a new group offsets', async () => {
    await commit('source', 4, 0)
    const file = join(await temporaryDirectory(), 'plan.json')
    const plan = await cli.run(['group', 'seek', 'source', '--shift', '-1', '-o', 'json'])
    await writeFile(file, plan.stdout)
    const done = await cli.run(['group', 'seek', 'founded', '--from-file', file, '--execute'])
    expect(done.code).toBe(0)
    expect(await committed('founded')).toEqual([3, 0])
    const fromStart = await cli.run([
      'group',
      'seek',
      'new',
      '--to',
      'start',
      '--topics',
      'orders',
      '--execute',
    ])
    expect(fromStart.code).toBe(0)
    expect(await committed('new')).toEqual([0, 0])
  })

  it('refuses a group with members, after printing what it would do without', async () => {
    await joinGroup('busy')
    const seek = ['group', 'seek', 'busy', '--to', 'end', '--topics', 'orders']
    const dry = await cli.run(seek)
    expect([dry.code, dry.stderr]).toEqual([0, expect.stringContaining('must be empty')])
    const refused = await cli.run([...seek, '--execute'])
    expect(refused).toMatchObject({ code: 4, stdout: '' })
    expect(refused.stderr).toMatch(/MR-6204.*busy.*Stable with 1 members/)
  })

  it('refuses what does not say where, or to whom', async () => {
    const cases: readonly (readonly [readonly string[], number])[] = [
      [['seeker'], 2],
      [['seeker', '--to', 'start', '--shift', '1'], 2],
      [['seeker', '--shift', 'x'], 2],
      [['seeker', '--to', 'start', '--topics', 'orders:9'], 2],
      [['seeker', '--from-file', 'missing.csv'], 2],
      [['seeker', '--to', 'start', '--topics', 'ordres'], 3],
      [['nobody', '--to', 'start'], 3],
      [['seeker', '--to-group', 'nobody'], 3],
    ]
    const ended = await Promise.all(cases.map(([args]) => cli.run(['group', 'seek', ...args])))
    expect(ended.map(({ code }) => code)).toEqual(cases.map(([, code]) => code))
  })
})

describe('millrace group delete', () => {
  it('is a dry run without --execute, and refuses groups that are there no more, or in use', async () => {
    await commit('old', 1, 1)
    const dry = await cli.run(['group', 'delete', 'old'])
    expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('dry run') as string })
    expect(dry.stdout).toMatch(/old +Empty +0 +would be deleted\n$/)
    expect(await committed('old')).toEqual([1, 1])
    expect((await cli.run(['group', 'delete', 'old', '--execute'])).stdout).toMatch(
      /old +Empty +0 +deleted\n$/,
    )
    expect((await cli.run(['group', 'delete', 'old', '--execute'])).code).toBe(3)
    await joinGroup('alive')
    const refused = await cli.run(['group', 'delete', 'alive', '--yes'])
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('MR-6204')])
  })
})

describe('millrace group, asked twice for one thing', () => {
  it('seeks each partition once, in the order of topics', async () => {
    await cli.createTopic('asked', 2)
    const topics = ['--topics', 'orders:1', 'asked', 'orders', 'asked:0']
    const { code, stdout } = await cli.run(['group', 'seek', 'twice', '--to', 'end', '-q', ...topics])
    expect([code, stdout.split('\n').map(line => line.replaceAll(/ +/g, ' '))]).toEqual([
      0,
      ['asked 0 - 0', 'asked 1 - 0', 'orders 0 - 5', 'orders 1 - 0', ''],
    ])
  })

  it('describes and deletes a group once', async () => {
    await commit('once', 1)
    expect(await cli.json<unknown[]>('group', 'describe', 'once', 'once')).toHaveLength(1)
  })

  it('takes a plan back as lines of JSON, and refuses a file that names a partition twice', async () => {
    await commit('filed', 4, 0)
    const plan = await cli.run(['group', 'seek', 'filed', '--to', '2', '-o', 'jsonl'])
    const file = join(await temporaryDirectory(), 'plan')
    await writeFile(file, plan.stdout)
    expect((await cli.run(['group', 'seek', 'filed', '--from-file', file, '--execute'])).code).toBe(0)
    expect(await committed('filed')).toEqual([2, 0])
    await writeFile(file, 'orders,0,1\norders,1,0\norders,0,2\n')
    const twice = await cli.run(['group', 'seek', 'filed', '--from-file', file])
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringMatching(/MR-6201.*orders-0 twice/)])
  })

  it('says in a dry run that a group with members will not be deleted', async () => {
    await joinGroup('lively')
    const { code, stderr } = await cli.run(['group', 'delete', 'lively'])
    expect([code, stderr]).toEqual([0, expect.stringContaining('group lively has members')])
  })
})
