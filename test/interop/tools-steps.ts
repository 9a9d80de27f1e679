/** Steps with Apache Kafka's own command-line tools: what they print of our broker, and the codes they end with. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { JavaClient } from './java-client.ts'
import { messages, until, type Stage } from './scenario.ts'
import type { FurtherStep } from './suite.ts'

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

type JavaStage = Stage & { readonly client: JavaClient }

/** Runs a tool with words divided by spaces (`@` is the broker's address); what it printed. It must end with 0. */
async function tool({ client, address }: JavaStage, line: string, input = ''): Promise<string> {
  const [name, ...words] = line.split(' ')
  const args = words.map(word => (word === '@' ? address : word))
  const prefix = name === 'ConfigCommand' ? 'kafka.admin' : 'org.apache.kafka.tools'
  const ended = await client.host.ask<Ended>('tool', { class: `${prefix}.${name}`, arguments: args, input })
  if (ended.code !== 0) throw new Error(`${line}: ended with ${ended.code}\n${ended.out}\n${ended.err}`)
  return ended.out
}

async function topics(stage: JavaStage): Promise<void> {
  const { name } = stage
  const topic = (rest: string) => tool(stage, `TopicCommand --bootstrap-server @ ${rest}`)
  await topic(`--create --topic ${name} --partitions 2 --config retention.ms=7200000`)
  expect(await topic('--list')).toContain(name)
  const described = await topic(`--describe --topic ${name}`)
  expect(described).toMatch(/PartitionCount: 2\s+ReplicationFactor: 1\s+Configs: .*retention\.ms=7200000/)
  expect(described).toMatch(/Partition: 1\s+Leader: 1\s+Replicas: 1\s+Isr: 1/)
  await topic(`--alter --topic ${name} --partitions 4`)
  expect(await topic(`--describe --topic ${name}`)).toContain('PartitionCount: 4')
  await expect(topic(`--create --topic ${name}`)).rejects.toThrow(/already exists/)
  const config = (rest: string) =>
    tool(stage, `ConfigCommand --bootstrap-server @ --entity-type topics --entity-name ${name} ${rest}`)
  await config('--alter --add-config retention.ms=3600000,max.message.bytes=2000')
  expect(await config('--describe')).toMatch(/retention\.ms=3600000/)
  await config('--alter --delete-config max.message.bytes')
  expect(await config('--describe')).not.toMatch(/max\.message\.bytes/)
  expect(
    await tool(
      stage,
      'ConfigCommand --bootstrap-server @ --entity-type brokers --entity-name 1 --describe --all',
    ),
  ).toMatch(/num\.partitions=2/)
  await topic(`--delete --topic ${name}`)
  expect(await topic('--list')).not.toContain(name)
}

async function console(stage: JavaStage): Promise<void> {
  const { judge, name } = stage
  await judge.createTopic(name, 2)
  const lines = messages('v', 20).map(({ key, value }) => `${key}:${value}\n`)
  const keys = '--reader-property parse.key=true --reader-property key.separator=:'
  await tool(
    stage,
    `ConsoleProducer --bootstrap-server @ --topic ${name} --compression-codec zstd ${keys}`,
    lines.join(''),
  )
  expect(await tool(stage, `GetOffsetShell --bootstrap-server @ --topic ${name} --time latest`)).toMatch(
    /:\d+/,
  )
  const form = '--formatter-property print.key=true --formatter-property key.separator=:'
  const consume = `consumer.ConsoleConsumer --bootstrap-server @ --topic ${name} --max-messages 20 --timeout-ms 15000 ${form}`
  const read = await tool(stage, `${consume} --group ${name} --from-beginning`)
  expect(read.trimEnd().split('\n').sort()).toEqual(lines.map(line => line.trimEnd()).sort())

  const group = (rest: string) =>
    tool(stage, `consumer.group.ConsumerGroupCommand --bootstrap-server @ ${rest}`)
  expect(await group('--list')).toContain(name)
  const describedLines = (await group(`--describe --group ${name}`))
    .split('\n')
    .filter(line => line.startsWith(name))
  expect(describedLines.map(line => line.split(/\s+/)[5])).toEqual(['0', '0'])
  expect(await group(`--describe --group ${name} --state`)).toMatch(/Empty/)
  await group(`--reset-offsets --group ${name} --topic ${name} --to-earliest --execute`)
  const again = await tool(stage, `${consume} --group ${name}`)
  expect(again.trimEnd().split('\n')).toHaveLength(20)
  await group(`--delete-offsets --group ${name} --topic ${name}`)
  await group(`--delete --group ${name}`)
  expect(await group('--list')).not.toContain(name)
}

async function deletesRecords(stage: JavaStage): Promise<void> {
  const { client, judge, name } = stage
  await judge.createTopic(name, 1)
  await client.produce(name, messages('v', 10), 'none')
  const folder = await mkdtemp(join(tmpdir(), 'millrace-interop-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const partitions = [{ topic: name, partition: 0, offset: 4 }]
  await writeFile(join(folder, 'offsets.json'), JSON.stringify({ version: 1, partitions }))
  const file = join(folder, 'offsets.json')
  const out = await tool(stage, `DeleteRecordsCommand --bootstrap-server @ --offset-json-file ${file}`)
  expect(out).toMatch(/low_watermark: 4/)
  expect(await tool(stage, `GetOffsetShell --bootstrap-server @ --topic ${name} --time earliest`)).toContain(
    `${name}:0:4`,
  )
}

async function transactions(stage: JavaStage): Promise<void> {
  const { client, judge, name } = stage
  await judge.createTopic(name, 1)
  const producer = await client.transactional(name)
  await producer.send(name, messages('v', 3))
  const transaction = (rest: string) => tool(stage, `TransactionsCommand --bootstrap-server @ ${rest}`)
  expect(await transaction('list')).toMatch(new RegExp(`${name}\\s.*Ongoing`))
  expect(await transaction(`describe --transactional-id ${name}`)).toMatch(new RegExp(`Ongoing.*${name}-0`))
  expect(await transaction(`describe-producers --topic ${name} --partition 0`)).toMatch(/\n\d+\s+\d+\s/)
  await transaction('find-hanging --broker-id 1')
  await transaction(`abort --topic ${name} --partition 0 --start-offset 0`)
  await until(
    () => client.host.ask<readonly { open: boolean }[]>('activeProducers', { topic: name }),
    producers => producers.every(({ open }) => !open),
    'it is aborted',
  )
  await producer.close()
  await client.produce(name, messages('last', 1), 'none')
  const consume = `consumer.ConsoleConsumer --bootstrap-server @ --topic ${name} --from-beginning --max-messages 1 --timeout-ms 15000`
  expect(await tool(stage, `${consume} --isolation-level read_committed`)).toContain('last0')
}

async function performance(stage: JavaStage): Promise<void> {
  const { judge, name } = stage
  await judge.createTopic(name, 2)
  const settings = '--command-property acks=all compression.type=lz4'
  const to = `--bootstrap-server @ --topic ${name}`
  const load = `--num-records 5000 --record-size 100 --throughput -1`
  expect(await tool(stage, `ProducerPerformance ${to} ${load} ${settings}`)).toMatch(/5000 records sent/)
  const form = '--num-records 5000 --hide-header --timeout 15000'
  expect(await tool(stage, `ConsumerPerformance ${to} ${form}`)).toMatch(/5000/)
  const inTransactions = `${load} --transaction-duration-ms 50 --transactional-id ${name}`
  expect(
    await tool(stage, `ProducerPerformance ${to} ${inTransactions} --command-property acks=all`),
  ).toMatch(/5000 records sent/)
  await judge.createTopic(`${name}-latency`, 1)
  expect(
    await tool(
      stage,
      `EndToEndLatency --bootstrap-server @ --topic ${name}-latency --num-records 20 --producer-acks all --record-size 100`,
    ),
  ).toMatch(/Avg latency/)
}

/** The programs of Kafka's own system tests. */
async function systemTests(stage: JavaStage): Promise<void> {
  const { client, judge, name } = stage
  await judge.createTopic(name, 1)
  await judge.createTopic(`${name}-copy`, 1)
  await tool(stage, `VerifiableProducer --bootstrap-server @ --topic ${name} --max-messages 100`)
  await until(
    () => client.admin.offsets(name, 0),
    ({ end }) => end === 100,
    'what the producer has sent',
  )
  const group = `--topic ${name} --group-id ${name} --max-messages 100 --reset-policy earliest`
  expect(await tool(stage, `VerifiableConsumer --bootstrap-server @ ${group}`)).toMatch(
    /"name":"offsets_committed"/,
  )
  const copy = `--consumer-group copy --transactional-id copy --transaction-size 10 --max-messages 40`
  const topics = `--input-topic ${name} --input-partition 0 --output-topic ${name}-copy`
  await tool(stage, `TransactionalMessageCopier --broker-list @ ${topics} ${copy} --group-mode`)
  expect((await client.admin.offsets(`${name}-copy`, 0)).end).toBeGreaterThan(0)
}

async function cluster(stage: JavaStage): Promise<void> {
  const { client, judge, name } = stage
  await judge.createTopic(name, 1)
  await client.produce(name, messages('v', 10), 'none')
  expect(await tool(stage, 'ClusterTool cluster-id --bootstrap-server @')).toMatch(/Cluster ID: \S{22}/)
  expect(await tool(stage, 'BrokerApiVersionsCommand --bootstrap-server @')).toMatch(
    /Produce\(0\): \d+ to \d+/,
  )
  const sizes = await tool(stage, `LogDirsCommand --bootstrap-server @ --describe --topic-list ${name}`)
  expect(sizes).toMatch(new RegExp(`"partition":"${name}-0","size":[1-9]`))
  expect(await tool(stage, 'MetadataQuorumCommand --bootstrap-server @ describe --status')).toMatch(
    /LeaderId:\s+1/,
  )
  await tool(
    stage,
    'LeaderElectionCommand --bootstrap-server @ --election-type preferred --all-topic-partitions',
  )
  await tool(stage, 'reassign.ReassignPartitionsCommand --bootstrap-server @ --list')
  await tool(stage, 'GroupsCommand --bootstrap-server @ --list')
  await tool(stage, 'FeatureCommand --bootstrap-server @ describe')
}

export const toolsSteps: readonly FurtherStep<JavaClient>[] = [
  { name: 'tools: topics and configurations', run: topics },
  { name: 'tools: console producer and consumer, groups', run: console },
  { name: 'tools: delete records', run: deletesRecords },
  { name: 'tools: transactions', run: transactions },
  { name: 'tools: performance', run: performance },
  { name: 'tools: verifiable producer and consumer, message copier', run: systemTests },
  { name: 'tools: cluster, versions, sizes, groups, features', run: cluster },
]
