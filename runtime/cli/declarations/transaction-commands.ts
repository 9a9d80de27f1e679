/** Declares `millrace txn ...`. What runs a command is loaded only then. */
import type { Command } from 'commander'
import { addClusterFlags, collect, flagsOf, takeClusterFlags } from './cluster-flags.ts'

export function declareTransactionCommands(program: Command): void {
  const txn = program
    .command('txn')
    .description('Transactions, and those that keep readers waiting.')
    .enablePositionalOptions()
  takeClusterFlags(txn)

  addClusterFlags(
    txn
      .command('list')
      .description(
        'List transactional ids with the state of their transaction and how long it has been open.',
      )
      .option('--state <state>', 'only those in a state, such as Ongoing; may be given again', collect),
  ).action(async (_options, command: Command) => {
    const { txnListCommand } = await import('../commands/transactions.ts')
    await txnListCommand(flagsOf(command))
  })

  addClusterFlags(
    txn
      .command('describe')
      .description('Show the transactions of transactional ids: producer, age, partitions.')
      .argument('<id...>', 'transactional ids'),
  ).action(async (ids: string[], _options, command: Command) => {
    const { txnDescribeCommand } = await import('../commands/transactions.ts')
    await txnDescribeCommand(ids, flagsOf(command))
  })

  addClusterFlags(
    txn
      .command('abort')
      .description(
        'Abort an open transaction: by its transactional id, which fences the producer, or, where no coordinator knows of it any more, by where it begins. Without --execute, only print the plan.',
      )
      .argument('[id]', 'transactional id')
      .option('--topic <topic>', 'topic of a partition in which it is open')
      .option('--partition <number>', 'number of that partition')
      .option('--start-offset <offset>', 'where it begins in that partition')
      .option('--execute', 'do it'),
  ).action(async (id: string | undefined, _options, command: Command) => {
    const { txnAbortCommand } = await import('../commands/transactions.ts')
    await txnAbortCommand(id, flagsOf(command))
  })
}
