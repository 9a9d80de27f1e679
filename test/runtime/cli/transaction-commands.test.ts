/** `millrace txn list|describe|abort` as a user meets them: open transactions, and an end for them. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Producer } from '../../../runtime/client/producer.ts'
import { TransactionAdmin } from '../../../runtime/client/transaction-admin.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { noHeaders } from '../../../src/record/record.ts'
import { startFixture, type CliFixture } from './cli-fixture.ts'

let cli: CliFixture
beforeAll(async () => {
  cli = await startFixture()
  await cli.createTopic('ledger', 2)
})
afterAll(() => cli.close())

/** A producer whose transaction has a record in partition 0 and is left open. */
async function open(transactionalId: string): Promise<Producer> {
  const producer = new Producer({ cluster: cli.cluster, transactionalId, transactionTimeoutMs: 30_000 })
  onTestFinished(() => producer.close())
  await producer.initTransactions()
  producer.beginTransaction()
  producer.append('ledger', 0, null, utf8Bytes('x'), Date.now(), noHeaders)
  await producer.flush()
  return producer
}

async function stateOf(transactionalId: string): Promise<string | undefined> {
  return (await new TransactionAdmin(cli.cluster).describe(transactionalId))?.state
}

async function openStart(): Promise<number> {
  const producers = await new TransactionAdmin(cli.cluster).producers([{ topic: 'ledger', partition: 0 }])
  return producers.find(({ transactionStart }) => transactionStart !== undefined)!.transactionStart!
}

describe('millrace txn', () => {
  it('lists and describes transactions with their age', async () => {
    const producer = await open('writer')
    const [table, ongoing, committed, described, yaml] = await Promise.all([
      cli.run(['txn', 'list']),
      cli.json('txn', 'list', '--state', 'Ongoing'),
      cli.json('txn', 'list', '--state', 'CompleteCommit'),
      cli.json('txn', 'describe', 'writer'),
      cli.run(['txn', 'describe', 'writer', '-o', 'yaml']),
    ])
    expect(table.stdout).toMatch(
      /^TRANSACTIONAL-ID +STATE +PRODUCER-ID +AGE\nwriter +Ongoing +\d+ +\d+\.\ds\n$/,
    )
    expect(ongoing).toMatchObject([{ transactionalId: 'writer', state: 'Ongoing', producerEpoch: 0 }])
    expect(committed).toEqual([])
    expect(described).toMatchObject([
      { transactionalId: 'writer', timeoutMs: 30_000, partitions: [{ topic: 'ledger', partition: 0 }] },
    ])
    expect(yaml.stdout).toMatch(/^- transactionalId: writer\n {2}state: Ongoing\n/)
    await producer.commitTransaction()
  })

  it('aborts by transactional id, which fences the producer; only with --execute', async () => {
    const producer = await open('fenced')
    const dry = await cli.run(['txn', 'abort', 'fenced'])
    expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('dry run') as string })
    expect(dry.stdout).toContain('would be aborted')
    expect(await stateOf('fenced')).toBe('Ongoing')
    const done = await cli.run(['txn', 'abort', 'fenced', '--execute', '-o', 'json'])
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(done.stdout)).toMatchObject({ transactionalId: 'fenced', outcome: 'aborted' })
    expect(await stateOf('fenced')).toMatch(/^(CompleteAbort|Empty)$/)
    await expect(producer.commitTransaction()).rejects.toMatchObject({ code: 'MR-5040' })
    const again = await cli.run(['txn', 'abort', 'fenced', '--execute'])
    expect([again.code, again.stderr]).toEqual([3, expect.stringMatching(/MR-6202.*no open transaction/)])
  })

  it('aborts by where a transaction begins, in that partition alone', async () => {
    await open('hanging')
    const start = await openStart()
    const place = ['--topic', 'ledger', '--partition', '0', '--start-offset']
    const wrong = await cli.run(['txn', 'abort', ...place, String(start + 7), '--execute'])
    expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining(`Open ones begin at: ${start}.`)])
    expect((await cli.run(['txn', 'abort', ...place, String(start)])).stdout).toContain('would be aborted')
    expect(await openStart()).toBe(start)
    const done = await cli.json('txn', 'abort', ...place, String(start), '--execute')
    expect(done).toMatchObject({ topic: 'ledger', startOffset: String(start), outcome: 'aborted' })
    const none = await cli.run(['txn', 'abort', ...place, String(start), '--execute'])
    expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('None is open')])
  })

  it('takes states in any case, and refuses those that do not exist', async () => {
    await open('stated')
    expect(await cli.json('txn', 'list', '--state', 'ongoing')).toEqual(
      expect.arrayContaining([expect.objectContaining({ transactionalId: 'stated' })]),
    )
    const { code, stderr } = await cli.run(['txn', 'list', '--state', 'Open'])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/MR-6201.*Open[^]*Ongoing/)])
  })

  it('refuses what says neither, or both, and what does not exist', async () => {
    const cases: readonly (readonly [readonly string[], number])[] = [
      [['abort'], 2],
      [['abort', 'writer', '--topic', 'ledger', '--partition', '0', '--start-offset', '0'], 2],
      [['abort', '--topic', 'ledger', '--partition', '0'], 2],
      [['abort', 'nobody', '--execute'], 3],
      [['abort', '--topic', 'ledgre', '--partition', '0', '--start-offset', '0'], 3],
      [['describe', 'nobody'], 3],
    ]
    const ended = await Promise.all(cases.map(([args]) => cli.run(['txn', ...args])))
    expect(ended.map(({ code }) => code)).toEqual(cases.map(([, code]) => code))
  })
})
