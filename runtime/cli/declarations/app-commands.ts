/** Declares `millrace run` and `millrace topology`: what is done with the file of an app. */
import { Option, type Command } from 'commander'
import { topologyFormats } from '../../../src/topology/views/formats.ts'
import { collect, flagsOf } from './cluster-flags.ts'

export function declareAppCommands(program: Command): void {
  program
    .command('run')
    .description(
      'Run an app until it is stopped: SIGTERM and SIGINT finish what is in flight, commit, and exit 0.',
    )
    .argument('<app>', 'file whose default export is an app, TypeScript or JavaScript')
    .option('-b, --brokers <list>', 'run on these brokers, host:port,...; default: an embedded one')
    .option(
      '-X <key=value>',
      'how to connect to them: security.protocol, sasl.* and ssl.* of Kafka clients; may be given again',
      collect,
    )
    .option('--data <dir>', 'data of the embedded broker', '.millrace/broker')
    .option('--state <dir>', 'state stores', '.millrace/state')
    .option('--guarantee <name>', "exactly-once or at-least-once; default: the app's own")
    .option(
      '--commit-interval <duration>',
      'time between commits: 100ms, 5s; default 100ms exactly-once, 30s at-least-once',
    )
    .option(
      '--cache',
      'forward one update per key and commit, instead of every update; default: as the app says',
    )
    .option('--no-cache', 'forward every update, whatever the app says')
    .option('--no-create-topics', 'refuse to start when a declared topic is missing, instead of creating it')
    .action(async (app: string, _options, command: Command) => {
      const { runCommand } = await import('../commands/run.ts')
      await runCommand(app, flagsOf(command))
    })

  program
    .command('topology')
    .description(
      'Print the graph of an app: its sources, processors, sinks, stores and topics. Runs nothing.',
    )
    .argument('<app>', 'file whose default export is an app, TypeScript or JavaScript')
    .addOption(
      new Option('--format <name>', "text is Kafka's own, byte for byte")
        .choices(topologyFormats)
        .default('text'),
    )
    .option('--output <file>', 'write to a file, instead of the standard output')
    .action(async (app: string, options: Record<string, unknown>) => {
      const { topologyCommand } = await import('../commands/topology.ts')
      await topologyCommand(app, options)
    })
}
