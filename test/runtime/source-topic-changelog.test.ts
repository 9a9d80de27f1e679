/** Tables whose source topic is their changelog (O7), over crashes: nothing twice, nothing lost, the topic untouched. */
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  createTopics,
  readTopic,
  run,
  silentLogger,
  startEmbeddedBroker,
  TopicWriter,
} from '../../runtime/index.ts'
import { Admin } from '../../runtime/client/admin.ts'
import { openCluster } from '../../runtime/brokers.ts'
import type { EmbeddedBroker, Guarantee, RunningApp, RunOptions } from '../../runtime/index.ts'
import { defineApp, json, string, topic, type App } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

interface Account {
  readonly branch: string
  readonly balance: number
}

const accounts = topic('accounts', { key: string(), value: json<Account>(), partitions: 2 })
const totals = topic('totals', { key: string(), value: json<number>() })
const branches = ['north', 'south', 'west']

/** Sums balances by branch: a wrong old value of an account, or one that is missing, shows in the sums for good. */
function banking(check: (account: Account) => void = () => {}): App {
  return defineApp({
    id: 'bank',
    optimize: ['reuse.ktable.source.topics'],
    build: b =>
      b
        .table(accounts, 'accounts')
        .mapValues(account => {
          check(account)
          return account
        })
        .groupBy(({ branch }) => branch)
        .aggregate({
          store: 'totals',
          initial: () => 0,
          add: (sum, { balance }) => sum + balance,
          subtract: (sum, { balance }) => sum - balance,
          value: json<number>(),
        })
        .toStream()
        .to(totals),
  })
}

interface Bank {
  readonly broker: EmbeddedBroker
  readonly state: string
  /** The sums as they must be. */
  expected(): Record<string, number>
  start(app?: App, more?: RunOptions): Promise<RunningApp>
  /** Sends changes of accounts, deletions among them. */
  send(count: number): Promise<void>
  sentCount(): number
}

async function bank(guarantee: Guarantee): Promise<Bank> {
  const directory = await temporaryDirectory()
  const broker = await startEmbeddedBroker({ directory: join(directory, 'broker') })
  await createTopics(broker, [accounts, totals])
  const state = join(directory, 'state')
  const held = new Map<string, Account>()
  let sent = 0
  return {
    broker,
    state,
    expected: () => {
      const sums: Record<string, number> = {}
      for (const { branch, balance } of held.values()) sums[branch] = (sums[branch] ?? 0) + balance
      return sums
    },
    sentCount: () => sent,
    start: (app = banking(), more = {}) =>
      run(app, {
        broker,
        guarantee,
        stateDirectory: state,
        commitInterval: 10,
        instanceId: 'bank-1',
        logger: silentLogger,
        ...more,
      }),
    send: async count => {
      await using writer = await TopicWriter.open(broker)
      for (let index = 0; index < count; index++, sent++) {
        const key = `a${(sent * 7) % 11}`
        const account = { branch: branches[sent % 3]!, balance: sent }
        const deletes = sent % 10 === 9
        if (deletes) held.delete(key)
        else held.set(key, account)
        await writer.send(accounts, key, deletes ? undefined : account, { timestamp: 1000 + sent })
      }
      await writer.flush()
    },
  }
}

/** The last sum of each branch; those of none are left out. */
async function sumsOf(broker: EmbeddedBroker): Promise<Record<string, number>> {
  const sums: Record<string, number> = {}
  for await (const { key, value } of readTopic(broker, totals)) sums[key!] = value!
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0))
}

async function recordCount(broker: EmbeddedBroker): Promise<number> {
  let count = 0
  for await (const _ of readTopic(broker, accounts)) count++
  return count
}

async function rowsOf(running: RunningApp): Promise<Map<string, number>> {
  const rows = new Map<string, number>()
  for await (const [key, { balance }] of running.entries<string, Account>('accounts')) rows.set(key, balance)
  return rows
}

/** Lets the application run until it throws at its `count`th change. */
async function crashAfter(count: number, { start }: Bank): Promise<void> {
  let left = count
  const crashing = banking(() => {
    if (left-- === 0) throw new Error('a crash of the test')
  })
  const running = await start(crashing)
  await expect(running.closed).rejects.toThrow('a crash of the test')
}

describe.each(['exactly-once', 'at-least-once'] as const)(
  'O7: a table over its source topic, %s',
  guarantee => {
    it('makes no changelog topic and writes nothing into the source topic', async () => {
      const bankOne = await bank(guarantee)
      await using _ = bankOne.broker
      await bankOne.send(40)
      const running = await bankOne.start()
      await running.caughtUp()
      await running.close()
      expect(await recordCount(bankOne.broker)).toBe(bankOne.sentCount())
      const cluster = openCluster(bankOne.broker, 'test')
      const topics = await new Admin(cluster).describeTopics([
        'bank-accounts-changelog',
        'bank-totals-changelog',
      ])
      await cluster.close()
      expect(topics.map(({ name }) => name)).toEqual(['bank-totals-changelog'])
      expect(await sumsOf(bankOne.broker)).toEqual(bankOne.expected())
    })

    it('restores rows up to the committed offset when the state directory is gone, and no further', async () => {
      const bankOne = await bank(guarantee)
      await using _ = bankOne.broker
      await bankOne.send(40)
      const first = await bankOne.start()
      await first.caughtUp()
      await first.close()
      await rm(bankOne.state, { recursive: true })
      await bankOne.send(40)
      const second = await bankOne.start()
      await second.caughtUp()
      const restored = second.restored.filter(({ store }) => store === 'accounts')
      expect(restored.map(({ wiped }) => wiped)).toEqual(['new', 'new'])
      expect(restored.reduce((sum, { toOffset }) => sum + toOffset, 0)).toBe(40)
      expect((await rowsOf(second)).size).toBeGreaterThan(0)
      await second.close()
      expect(await sumsOf(bankOne.broker)).toEqual(bankOne.expected())
    })

    it('catches up after a crash between the commit and the write of the stores', async () => {
      const bankOne = await bank(guarantee)
      await using _ = bankOne.broker
      const { state } = bankOne
      await bankOne.send(20)
      const first = await bankOne.start()
      await first.caughtUp()
      await first.close()
      // As it is before a commit is written to the disk.
      await cp(state, `${state}-before`, { recursive: true })
      await bankOne.send(20)
      const second = await bankOne.start()
      await second.caughtUp()
      await second.close()
      await rm(state, { recursive: true })
      await cp(`${state}-before`, state, { recursive: true })
      await bankOne.send(20)
      const third = await bankOne.start()
      await third.caughtUp()
      const restored = third.restored.filter(({ store }) => store === 'accounts')
      expect(restored.every(({ wiped }) => wiped === undefined)).toBe(true)
      expect(restored.reduce((sum, { records }) => sum + records, 0)).toBe(20)
      await third.close()
      expect(await sumsOf(bankOne.broker)).toEqual(bankOne.expected())
      expect(await recordCount(bankOne.broker)).toBe(bankOne.sentCount())
    })

    it('has the rows that the topic says after crashes in the middle of processing', async () => {
      const bankOne = await bank(guarantee)
      await using _ = bankOne.broker
      for (const count of [3, 17, 11]) {
        await bankOne.send(25)
        await crashAfter(count, bankOne)
      }
      const last = await bankOne.start()
      await last.caughtUp()
      const rows = await rowsOf(last)
      await last.close()
      let balance = 0
      for (const each of rows.values()) balance += each
      const expected = Object.values(bankOne.expected()).reduce((sum, each) => sum + each, 0)
      expect(balance).toBe(expected)
      // At least once may repeat what went out before a crash, and sums are of what went out.
      if (guarantee === 'exactly-once') expect(await sumsOf(bankOne.broker)).toEqual(bankOne.expected())
      expect(await recordCount(bankOne.broker)).toBe(bankOne.sentCount())
    })
  },
)
