#!/usr/bin/env node
/** The `millrace` command: parses its arguments and hands over to a command, which is loaded only then. */
import { Command, Option } from 'commander'
import { topologyFormats } from '../../src/topology/views/view.ts'
import { exitCodes, reportError } from './report.ts'
import { version } from '../version.ts'

const program = new Command('millrace')
  .description('Stream processing for TypeScript, with the log built in.')
  .version(version)
  .showHelpAfterError()
  .exitOverride(error => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage))

program
  .command('run')
  .description(
    'Run an app until it is stopped: SIGTERM and SIGINT finish what is in flight, commit, and exit 0.',
  )
  .argument('<app>', 'file whose default export is an app, TypeScript or JavaScript')
  .option('-b, --brokers <list>', 'run on these brokers, host:port,...; default: an embedded one')
  .option('--data <dir>', 'data of the embedded broker', '.millrace/broker')
  .option('--state <dir>', 'state stores', '.millrace/state')
  .option('--guarantee <name>', 'exactly-once or at-least-once', 'exactly-once')
  .option(
    '--commit-interval <duration>',
    'time between commits: 100ms, 5s; default 100ms exactly-once, 30s at-least-once',
  )
  .option('--cache', 'forward one update per key and commit, instead of every update')
  .option('--no-create-topics', 'refuse to start when a declared topic is missing, instead of creating it')
  .action(async (app: string, options: Record<string, unknown>) => {
    const { runCommand } = await import('./commands/run.ts')
    await runCommand(app, options)
  })

program
  .command('topology')
  .description('Print the graph of an app: its sources, processors, sinks, stores and topics. Runs nothing.')
  .argument('<app>', 'file whose default export is an app, TypeScript or JavaScript')
  .addOption(
    new Option('--format <name>', "text is Kafka's own, byte for byte")
      .choices(topologyFormats)
      .default('text'),
  )
  .option('--output <file>', 'write to a file, instead of the standard output')
  .action(async (app: string, options: Record<string, unknown>) => {
    const { topologyCommand } = await import('./commands/topology.ts')
    await topologyCommand(app, options)
  })

const broker = program.command('broker').description('A single-node broker for any Kafka client.')

broker
  .command('start')
  .description(
    'Start a broker and serve until SIGTERM or SIGINT. Prints "listening on HOST:PORT" when clients can connect.',
  )
  .option(
    '--port <port>',
    'port on the loopback interface; 0 for any that is free (default: 9092, or as configured)',
  )
  .option('--data <dir>', 'data directory (default: log.dirs of the configuration, or .millrace/broker)')
  .option('--config <file>', 'Kafka broker properties')
  .option(
    '--property <key=value>',
    'one property; may be given again',
    (value: string, all: string[]) => [...all, value],
    [],
  )
  .option(
    '--lenient-replication',
    'create topics that ask for several replicas with one, instead of refusing them',
  )
  .addHelpText('after', "\nProperties have Kafka's names and units: docs/broker-config.md lists all of them.")
  .action(async (options: Record<string, unknown>) => {
    const { brokerStartCommand } = await import('./commands/broker-start.ts')
    await brokerStartCommand(options)
  })

try {
  await program.parseAsync()
} catch (error) {
  reportError(error)
  process.exitCode = exitCodes.failure
}
