#!/usr/bin/env node
/** The `millrace` command: parses its arguments and hands over to a command, which is loaded only then. */
import { Command, Option } from 'commander'
import { topologyFormats } from '../../src/topology/views/view.ts'
import { exitCodes, reportError } from './report.ts'
import { version } from './version.ts'

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

try {
  await program.parseAsync()
} catch (error) {
  reportError(error)
  process.exitCode = exitCodes.failure
}
