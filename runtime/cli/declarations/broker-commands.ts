/** Declares `millrace broker start`. */
import type { Command } from 'commander'
import { collect } from './cluster-flags.ts'

export function declareBrokerCommands(program: Command): void {
  const broker = program.command('broker').description('A single-node broker for any Kafka client.')

  broker
    .command('start')
    .description(
      'Start a broker and serve until SIGTERM, SIGINT or SIGHUP. Prints "listening on HOST:PORT" when clients can connect.',
    )
    .option(
      '--port <port>',
      'port on the loopback interface; 0 for any that is free (default: 9092, or as configured)',
    )
    .option('--data <dir>', 'data directory (default: log.dirs of the configuration, or .millrace/broker)')
    .option('--config <file>', 'Kafka broker properties')
    .option('--property <key=value>', 'one property; may be given again', collect)
    .option(
      '--lenient-replication',
      'create topics that ask for several replicas with one, instead of refusing them',
    )
    .option(
      '--add-scram <credential>',
      "set a user's password, as Kafka's storage tool does: SCRAM-SHA-512=[name=alice,password=secret]; may be given again",
      collect,
    )
    .addHelpText(
      'after',
      "\nProperties have Kafka's names and units: docs/broker-config.md lists all of them.",
    )
    .action(async (options: Record<string, unknown>) => {
      const { brokerStartCommand } = await import('../commands/broker-start.ts')
      await brokerStartCommand(options)
    })
}
