/** The commands against Apache Kafka: they ask and print there what they do of our broker. */
import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Admin } from '../../../runtime/client/admin.ts'
import { Producer } from '../../../runtime/client/producer.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { noHeaders } from '../../../src/record/record.ts'
import { findJava } from '../../interop/java-members.ts'
import { fixtureOf, type CliFixture } from './cli-fixture.ts'

const script = fileURLToPath(new URL('../../../../shared/kafka/kafka.sh', import.meta.url))
const java = findJava()
if ('missing' in java) console.info(`the command line on Apache Kafka is skipped: ${java.missing}`)

/** Kafka's first answers wait for internal topics to be made. */
const patient = ['--timeout', '60s']

function kafka(...args: readonly string[]): void {
  execFileSync(script, args, {
    stdio: 'ignore',
    timeout: 90_000,
    env: { ...process.env, KAFKA_HEAP: '300m' },
  })
}

/**
 * A port that is free, and whose controller's (1001 above) is too. Below the range from which the system gives out ports, since one
 * of those may be taken between this look and the start.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000)
    if ((await isFree(port)) && (await isFree(port + 1001))) return port
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

describe.skipIf('missing' in java)('the command line on Apache Kafka', () => {
  const data = mkdtempSync(join(tmpdir(), 'millrace-kafka-'))
  let cli: CliFixture

  beforeAll(async () => {
    const port = await freePort()
    kafka('start', '--port', String(port), '--data', data)
    cli = fixtureOf(`127.0.0.1:${port}`, () => Promise.resolve())
    await cli.createTopic('orders', 2)
    await cli.write('orders', 'a', 'b', 'c')
  }, 120_000)

  afterAll(async () => {
    await cli.close()
    kafka('stop', '--data', data)
    rmSync(data, { recursive: true, force: true })
  }, 60_000)

  it('creates, describes, alters and deletes topics, with the same exit codes', async () => {
    const created = await cli.run(['topic', 'create', 'made', '-p', '2', '--config', 'retention.ms=5000'])
    expect(created).toMatchObject({ code: 0, stdout: 'TOPIC  OUTCOME\nmade   created\n' })
    expect(
      (await cli.run(['topic', 'alter', 'made', '-p', '3', '--delete-config', 'retention.ms'])).code,
    ).toBe(0)
    const [topic] = await cli.json<{ readonly partitions: unknown[]; readonly sizeInBytes: number }[]>(
      'topic',
      'describe',
      'orders',
    )
    expect(topic!.partitions).toMatchObject([{ leader: 1, endOffset: '3' }, { endOffset: '0' }])
    expect(topic!.sizeInBytes).toBeGreaterThan(60)
    const [invalid, refused, deleted, missing] = [
      await cli.run(['topic', 'alter', 'made', '--config', 'retention.ms=soon']),
      await cli.run(['topic', 'delete', 'made']),
      await cli.run(['topic', 'delete', 'made', '--yes']),
      await cli.run(['topic', 'describe', 'made']),
    ]
    expect([invalid, refused, deleted, missing].map(({ code }) => code)).toEqual([1, 4, 0, 3])
    const offsets = await cli.run(['topic', 'offsets', 'orders', '--at', 'max-timestamp', '-q'])
    expect(offsets.stdout).toMatch(/^orders +0 +0 +3 +\d\norders +1 +0 +0 +-\n$/)
  })

  it('produces and consumes, in a transaction too', async () => {
    const flags = ['-p', '1', '-K', ':', '-z', 'lz4', '--txn', 'writer', ...patient]
    expect((await cli.run(['topic', 'produce', 'orders', ...flags], { input: 'k:v\n' })).code).toBe(0)
    const { stdout } = await cli.run(['topic', 'consume', 'orders', '-e', '-f', '%p@%o %k=%v\n', '-q'])
    expect(stdout.split('\n').sort()).toEqual(['', '0@0 =a', '0@1 =b', '0@2 =c', '1@0 k=v'])
    const late = await cli.run(['topic', 'consume', 'orders', '-p', '0', '-o', '-1', '-n', '1', '-f', '%v'])
    expect(late).toMatchObject({ code: 0, stdout: 'c' })
  })

  it('describes and moves groups', async () => {
    const admin = new Admin(cli.cluster)
    await admin.alterGroupOffsets('g', [{ topic: 'orders', partition: 0, offset: 2 }])
    const described = await cli.json('group', 'describe', 'g')
    expect(described).toMatchObject([
      { group: 'g', type: 'classic', state: 'Empty', totalLag: '1', offsets: [{ offset: '2', lag: '1' }] },
    ])
    expect((await cli.run(['group', 'seek', 'g', '--shift', '-1', '--execute'])).code).toBe(0)
    expect(await admin.listGroupOffsets('g')).toMatchObject([{ offset: 1 }])
    expect((await cli.run(['group', 'list', '-q'])).stdout).toBe('g  Empty  classic\n')
    const ended = [
      await cli.run(['group', 'delete', 'g', '--execute']),
      await cli.run(['group', 'describe', 'g']),
    ]
    expect(ended.map(({ code }) => code)).toEqual([0, 3])
  })

  it('aborts transactions, by id and by where they begin', async () => {
    const open = async (transactionalId: string): Promise<void> => {
      const producer = new Producer({ cluster: cli.cluster, transactionalId })
      onTestFinished(() => producer.close())
      await producer.initTransactions()
      producer.beginTransaction()
      producer.append('held', 0, null, utf8Bytes('x'), Date.now(), noHeaders)
      await producer.flush()
    }
    await cli.createTopic('held')
    await open('by-place')
    const place = ['--topic', 'held', '--partition', '0', '--start-offset', '0']
    expect(await cli.json('txn', 'abort', ...place, '--execute')).toMatchObject({ outcome: 'aborted' })
    await open('by-id')
    expect(await cli.json('txn', 'list', '--state', 'Ongoing')).toMatchObject([
      { transactionalId: 'by-id' },
      { transactionalId: 'by-place' },
    ])
    expect(await cli.json('txn', 'abort', 'by-id', '--execute')).toMatchObject({ outcome: 'aborted' })
    const again = await cli.run(['txn', 'abort', 'by-id', '--execute'])
    expect([again.code, again.stderr]).toEqual([3, expect.stringContaining('no open transaction')])
  })
})
