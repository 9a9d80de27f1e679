/** `millrace topic list|describe|create|alter|delete|offsets` as a user meets them: what they print, and exit codes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Admin } from '../../../runtime/client/admin.ts'
import { millrace, startFixture, type CliFixture } from './cli-fixture.ts'

let cli: CliFixture
beforeAll(async () => {
  cli = await startFixture()
})
afterAll(() => cli.close())

interface DescribedTopic {
  readonly name: string
  readonly sizeInBytes: number
  readonly partitions: readonly Readonly<Record<string, unknown>>[]
  readonly configs: readonly { readonly name: string; readonly value: string; readonly isDefault: boolean }[]
}

async function configOf(topic: string, name: string): Promise<string | undefined> {
  const [described] = await cli.json<DescribedTopic[]>('topic', 'describe', topic)
  return described!.configs.find(config => config.name === name)?.value
}

describe('millrace topic', () => {
  it('creates topics, lists them, and refuses one that is there unless it is told that it may be', async () => {
    const create = [
      'topic',
      'create',
      'list-a',
      'list-b',
      '-p',
      '3',
      '-r',
      '1',
      '--config',
      'retention.ms=3600000',
    ]
    expect(await cli.run(create)).toEqual({
      code: 0,
      stdout: 'TOPIC   OUTCOME\nlist-a  created\nlist-b  created\n',
      stderr: '',
    })
    const listed = await cli.run(['topic', 'list'])
    expect(listed.stdout).toMatch(/^NAME +PARTITIONS +REPLICAS\nlist-a +3 +1\nlist-b +3 +1\n/)
    const again = await cli.run(create)
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toContain('topic list-a exists already')
    const allowed = await cli.run([...create, '--if-not-exists', '-o', 'jsonl'])
    expect(allowed.stdout).toBe(
      '{"topic":"list-a","outcome":"exists"}\n{"topic":"list-b","outcome":"exists"}\n',
    )
  })

  it('only checks with --dry-run, and says what the broker refuses', async () => {
    const dry = await cli.run(['topic', 'create', 'dry', '--dry-run', '-q'])
    expect(dry).toMatchObject({ code: 0, stdout: 'dry  would be created\n' })
    const refused = await cli.run(['topic', 'create', 'dry', '--config', 'retention.ms=soon'])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^MR-5041 .*INVALID_CONFIG/)
    expect((await cli.run(['topic', 'describe', 'dry'])).code).toBe(3)
  })

  it('lists internal topics when asked for all, in every form', async () => {
    const forms = ['table', 'wide', 'json', 'jsonl', 'yaml']
    await cli.createTopic('forms')
    await new Admin(cli.cluster).alterGroupOffsets('g', [{ topic: 'forms', partition: 0, offset: 0 }])
    const printed = await Promise.all(
      forms.map(form => cli.run(['topic', 'list', '--all', '--output', form])),
    )
    for (const { code, stdout } of printed) {
      expect(code).toBe(0)
      expect(stdout).toContain('__consumer_offsets')
    }
    const [, wide, json, jsonl, yaml] = printed.map(({ stdout }) => stdout)
    expect(wide).toMatch(/^NAME +PARTITIONS +REPLICAS +INTERNAL +ID\n/)
    const topics = JSON.parse(json!) as { readonly name: string; readonly internal: boolean }[]
    expect(topics.find(({ internal }) => internal)?.name).toBe('__consumer_offsets')
    expect(
      jsonl!
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as unknown),
    ).toEqual(topics)
    expect(yaml).toContain('- name: forms\n')
    expect((await cli.run(['topic', 'list'])).stdout).not.toContain('__consumer_offsets')
  })

  it('describes partitions, leaders, offsets, sizes and configurations', async () => {
    await cli.run(['topic', 'create', 'described', '-p', '2', '--config', 'cleanup.policy=compact'])
    await cli.run(['topic', 'produce', 'described', '-p', '1', '-k', 'k'], { input: 'a\nb\n' })
    const [topic] = await cli.json<DescribedTopic[]>('topic', 'describe', 'described')
    expect(topic!.partitions).toMatchObject([
      { partition: 0, leader: 1, replicas: [1], inSyncReplicas: [1], startOffset: '0', endOffset: '0' },
      { partition: 1, leader: 1, startOffset: '0', endOffset: '2' },
    ])
    expect(topic!.sizeInBytes).toBeGreaterThan(60)
    expect(topic!.configs.find(({ name }) => name === 'cleanup.policy')).toMatchObject({
      value: 'compact',
      isDefault: false,
    })
    const { stdout } = await cli.run(['topic', 'describe', 'described'])
    expect(stdout).toMatch(/PARTITION +LEADER +REPLICAS +IN-SYNC +START +END +SIZE\n/)
    expect(stdout).toMatch(/CONFIG +VALUE\ncleanup\.policy +compact\n$/)
  })

  it('alters configurations and partitions', async () => {
    await cli.run(['topic', 'create', 'altered', '-p', '1', '--config', 'retention.ms=1000'])
    const altered = await cli.run([
      'topic',
      'alter',
      'altered',
      '--config',
      'max.message.bytes=5000',
      '-p',
      '4',
    ])
    expect(altered).toMatchObject({ code: 0, stdout: 'TOPIC    OUTCOME\naltered  altered\n' })
    expect(await configOf('altered', 'max.message.bytes')).toBe('5000')
    expect(await configOf('altered', 'retention.ms')).toBe('1000')
    await cli.run(['topic', 'alter', 'altered', '--delete-config', 'retention.ms'])
    expect(await configOf('altered', 'retention.ms')).toBe('604800000')
    const fewer = await cli.run(['topic', 'alter', 'altered', '--partitions', '2'])
    expect([fewer.code, fewer.stderr]).toEqual([1, expect.stringMatching(/MR-5041.*INVALID_PARTITIONS/)])
    expect((await cli.run(['topic', 'alter', 'altered'])).code).toBe(2)
    expect((await cli.run(['topic', 'alter', 'missing', '-p', '2'])).code).toBe(3)
  })

  it('deletes only with --yes where there is no terminal', async () => {
    await cli.createTopic('kept')
    await cli.createTopic('gone')
    const refused = await cli.run(['topic', 'delete', 'kept'])
    expect(refused).toMatchObject({ code: 4, stdout: '' })
    expect(refused.stderr).toMatch(/MR-6203.*kept \(1 partitions\)[^]*--yes/)
    expect((await cli.run(['topic', 'delete', 'gone', '--yes', '-q'])).stdout).toBe('gone  deleted\n')
    const missing = await cli.run(['topic', 'delete', 'gone', 'kept', '--yes'])
    expect(missing).toMatchObject({ code: 3, stdout: '' })
    expect((await cli.run(['topic', 'describe', 'kept'])).code).toBe(0)
  })

  it('tells offsets, at a time too', async () => {
    await cli.createTopic('timed')
    const records = [1000, 2000, 3000].map(ts => `${JSON.stringify({ payload: 'x', ts })}\n`)
    await cli.run(['topic', 'produce', 'timed', '--input', 'ndjson'], { input: records.join('') })
    expect((await cli.run(['topic', 'offsets', 'timed'])).stdout).toBe(
      'TOPIC  PARTITION  START  END\ntimed          0      0    3\n',
    )
    const at = async (place: string) => {
      const [row] = await cli.json<{ readonly offset: string }[]>('topic', 'offsets', 'timed', '--at', place)
      return row!.offset
    }
    const places = ['@1970-01-01T00:00:02Z', '@now', '-1', 'max-timestamp']
    expect(await Promise.all(places.map(at))).toEqual(['1', '3', '2', '2'])
    expect((await cli.run(['topic', 'offsets', 'timed', '--at', 'noon'])).code).toBe(2)
  })

  it('takes a topic that is named twice once', async () => {
    await cli.createTopic('named')
    expect(await cli.json('topic', 'offsets', 'named', 'named')).toHaveLength(1)
    expect(await cli.json('topic', 'describe', 'named', 'named')).toHaveLength(1)
    expect(await cli.json('topic', 'create', 'newly', 'newly')).toEqual([
      { topic: 'newly', outcome: 'created' },
    ])
  })

  it('says which topic is meant where a name is misspelt, and exits 3', async () => {
    await cli.createTopic('payments')
    const { code, stderr } = await cli.run(['topic', 'describe', 'paymnets'])
    await cli.createTopic('plain')
    expect((await cli.run(['topic', 'describe', 'plian'])).stderr).toContain('Did you mean plain?')
    expect([code, stderr]).toEqual([3, expect.stringMatching(/MR-2001.*paymnets[^]*Did you mean payments\?/)])
  })
})

describe('millrace', () => {
  it('takes brokers from flags before and after the command, over properties, over the environment', async () => {
    const env = { KAFKA_BROKERS: '127.0.0.1:1', KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:2' }
    const list = ['topic', 'list', '--timeout', '5s']
    const ways = [
      ['-b', cli.address, ...list],
      [...list, '--brokers', cli.address],
      [...list, '-X', `bootstrap.servers=${cli.address}`],
    ]
    for (const ended of await Promise.all(ways.map(args => millrace(args, { env }))))
      expect(ended.code).toBe(0)
    const other = await millrace(list, {
      env: { KAFKA_BOOTSTRAP_SERVERS: cli.address, KAFKA_BROKERS: cli.address },
    })
    expect(other.code).toBe(0)
  })

  it('exits 124 where nobody answers in time, 2 for what it does not understand', async () => {
    const [silent, address, property, command, option, form, help] = await Promise.all([
      millrace(['topic', 'list', '-b', '127.0.0.1:1', '--timeout', '300ms']),
      millrace(['topic', 'list', '-b', 'nowhere']),
      cli.run(['topic', 'list', '-X', 'lingr.ms=1']),
      cli.run(['topic', 'lst']),
      cli.run(['topic', 'create', 'x', '--partition', '2']),
      cli.run(['topic', 'list', '-o', 'xml']),
      cli.run(['topic', 'create', '--help']),
    ])
    expect([silent.code, silent.stderr]).toEqual([124, expect.stringMatching(/MR-5044[^]*127\.0\.0\.1:1/)])
    expect([address.code, address.stderr]).toEqual([2, expect.stringContaining('MR-6005')])
    expect([property.code, property.stderr]).toEqual([2, expect.stringContaining('linger.ms')])
    expect([command.code, command.stderr]).toEqual([2, expect.stringContaining('Did you mean list?')])
    expect([option.code, option.stderr]).toEqual([2, expect.stringContaining('--partitions')])
    expect([form.code, form.stderr]).toEqual([2, expect.stringContaining('jsonl')])
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('Usage: millrace topic create')])
  })

  it('takes an empty variable of the environment as none', async () => {
    const ended = await millrace(['topic', 'list'], {
      env: { KAFKA_BROKERS: '', KAFKA_BOOTSTRAP_SERVERS: cli.address },
    })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
  })

  it('takes global flags between a command and the next, and tells help of what is named', async () => {
    const [between, help, missing] = await Promise.all([
      millrace(['topic', '-b', cli.address, '-o', 'json', 'list']),
      millrace(['help', 'topic', 'consume']),
      millrace(['help', 'topics']),
    ])
    expect(JSON.parse(between.stdout)).toBeInstanceOf(Array)
    expect([help.code, help.stdout]).toEqual([0, expect.stringMatching(/^Usage: millrace topic consume/)])
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringMatching(/unknown command 'topics'[^]*Did you mean topic\?/),
    ])
  })
})
