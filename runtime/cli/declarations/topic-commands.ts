/** Declares `millrace topic ...`. What runs a command is loaded only then. */
import { Option, type Command } from 'commander'
import { payloadForms } from '../records/payload-forms.ts'
import { addClusterFlags, collect, flagsOf, takeClusterFlags } from './cluster-flags.ts'

const places = `
Places: start, end, an offset, -100 (so many before the end), +100 (after the start), @-10m, @now,
@2026-01-01T00:00:00Z or @2026-01-01 (UTC), @1767225600000 (milliseconds). A range is two of them with a colon between.`

export function declareTopicCommands(program: Command): void {
  const topic = program
    .command('topic')
    .description('Topics of a cluster: ours or Apache Kafka.')
    .enablePositionalOptions()
  takeClusterFlags(topic)
  declareReading(topic)
  declareChanges(topic)
  declareConsume(topic)
  declareProduce(topic)
}

function declareReading(topic: Command): void {
  addClusterFlags(
    topic.command('list').description('List topics.').option('--all', 'internal topics too'),
  ).action(async (_options, command: Command) => {
    const { topicListCommand } = await import('../commands/topics.ts')
    await topicListCommand(flagsOf(command))
  })

  addClusterFlags(
    topic
      .command('describe')
      .description('Show partitions, leaders, replicas, offsets, sizes and configuration of topics.')
      .argument('<topic...>', 'names of topics'),
  )
    .addHelpText('after', '\nConfigurations at their defaults are shown with --output wide.')
    .action(async (topics: string[], _options, command: Command) => {
      const { topicDescribeCommand } = await import('../commands/topics.ts')
      await topicDescribeCommand(topics, flagsOf(command))
    })

  addClusterFlags(
    topic
      .command('offsets')
      .description('Show where the logs of topics begin and end, and which offset a time has.')
      .argument('<topic...>', 'names of topics')
      .option('--at <place>', 'the offset of a place too, such as @-1h; also max-timestamp'),
  )
    .addHelpText('after', places)
    .action(async (topics: string[], _options, command: Command) => {
      const { topicOffsetsCommand } = await import('../commands/topics.ts')
      await topicOffsetsCommand(topics, flagsOf(command))
    })
}

function declareChanges(topic: Command): void {
  addClusterFlags(
    topic
      .command('create')
      .description('Create topics.')
      .argument('<topic...>', 'names of topics')
      .option('-p, --partitions <count>', "number of partitions (default: the broker's)")
      .option('-r, --replicas <count>', "number of replicas (default: the broker's)")
      .option('--config <key=value>', 'a configuration; may be given again', collect)
      .option('--if-not-exists', 'leave a topic as it is that exists already')
      .option('--dry-run', 'only check whether they could be created'),
  ).action(async (topics: string[], _options, command: Command) => {
    const { topicCreateCommand } = await import('../commands/topic-changes.ts')
    await topicCreateCommand(topics, flagsOf(command))
  })

  addClusterFlags(
    topic
      .command('alter')
      .description('Change the configuration of a topic, or give it more partitions.')
      .argument('<topic>', 'name of the topic')
      .option('-p, --partitions <count>', 'grow to so many partitions')
      .option('--config <key=value>', 'set a configuration; may be given again', collect)
      .option(
        '--delete-config <key>',
        'put a configuration back to its default; may be given again',
        collect,
      ),
  ).action(async (name: string, _options, command: Command) => {
    const { topicAlterCommand } = await import('../commands/topic-changes.ts')
    await topicAlterCommand(name, flagsOf(command))
  })

  addClusterFlags(
    topic
      .command('delete')
      .description(
        'Delete topics with all their records. Asks, where there is a terminal; refused without --yes elsewhere.',
      )
      .argument('<topic...>', 'names of topics'),
  ).action(async (topics: string[], _options, command: Command) => {
    const { topicDeleteCommand } = await import('../commands/topic-changes.ts')
    await topicDeleteCommand(topics, flagsOf(command))
  })
}

function payloadOption(flags: string, what: string): Option {
  return new Option(flags, `form of ${what}`).choices(payloadForms).default('string')
}

function declareConsume(topic: Command): void {
  addClusterFlags(
    topic
      .command('consume')
      .description(
        'Print the records of topics: by default all of them, then those that come, as lines of JSON.',
      )
      .argument('<topic...>', 'names of topics')
      .option('-o, --offset <place>', 'where to begin, or a range (default: start)')
      .option('-p, --partition <numbers>', 'only these partitions: 0,2,4-6')
      .option('-n, --num <count>', 'end after so many records')
      .option('-e, --exit', 'end where the logs ended at the start')
      .addOption(payloadOption('--key <form>', 'keys'))
      .addOption(payloadOption('--value <form>', 'values'))
      .option('--filter <function>', "only records for which it is true: 'r => r.value.amount > 10'")
      .option('-f, --format <text>', "print this for each record: '%k %v\\n'")
      .addOption(
        new Option('--isolation <level>', 'whether records of open and aborted transactions are left out')
          .choices(['read_committed', 'read_uncommitted'])
          .default('read_committed'),
      ),
    { shortOutput: false },
  )
    .addHelpText(
      'after',
      `${places}
Formats: %t topic, %p partition, %o offset, %k key, %v or %s value, %h headers, %T timestamp in milliseconds, %K and %S (or
%V) sizes of key and value (-1 for null), %% a percent sign; \\n \\r \\t \\0 \\xFF. Nothing is put between records.
JSON: the fields of kcat -J: topic, partition, offset (text), tstype, ts, headers (names and values in turn), key, payload.
Filters see topic, partition, offset, timestamp, headers, key and value.`,
    )
    .action(async (topics: string[], _options, command: Command) => {
      const { topicConsumeCommand } = await import('../commands/topic-consume.ts')
      await topicConsumeCommand(topics, flagsOf(command))
    })
}

function declareProduce(topic: Command): void {
  addClusterFlags(
    topic
      .command('produce')
      .description('Write lines of the standard input, or of a file, to a topic.')
      .argument('<topic>', 'name of the topic')
      .option('--file <path>', 'read this file instead; .ndjson and .jsonl are --input ndjson')
      .addOption(
        new Option(
          '--input <form>',
          'lines are values; ndjson is what consume prints (default: lines)',
        ).choices(['lines', 'ndjson']),
      )
      .option('-k, --record-key <key>', 'the key of all records')
      .option('-K, --key-delimiter <text>', 'what stands between key and value in a line')
      .option('-H, --header <name=value>', 'a header of all records; may be given again', collect)
      .option('-Z, --null', 'an empty key or value is null')
      .option('-p, --partition <number>', 'to this partition (default: by the key)')
      .addOption(payloadOption('--key <form>', 'keys'))
      .addOption(payloadOption('--value <form>', 'values'))
      .option('-z, --compression <codec>', 'none, gzip, snappy, lz4 or zstd (default: none)')
      .option('--rate <count>', 'at most so many records a second')
      .option('--txn <id>', 'all of it in one transaction, under this transactional id'),
  ).action(async (name: string, _options, command: Command) => {
    const { topicProduceCommand } = await import('../commands/topic-produce.ts')
    await topicProduceCommand(name, flagsOf(command))
  })
}
