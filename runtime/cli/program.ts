/** The `millrace` command with all its commands, declared and not loaded: `--help` must not wait for what nobody runs. */
import { Command } from 'commander'
import { nearestName } from '../../src/base/nearest-name.ts'
import { version } from '../version.ts'
import { declareAppCommands } from './declarations/app-commands.ts'
import { declareBrokerCommands } from './declarations/broker-commands.ts'
import { addClusterFlags } from './declarations/cluster-flags.ts'
import { declareGroupCommands } from './declarations/group-commands.ts'
import { declareTopicCommands } from './declarations/topic-commands.ts'
import { declareTransactionCommands } from './declarations/transaction-commands.ts'

/** A program that is not run yet; `onExit` is called when it ends by itself: after help, or for wrong usage. */
export function createProgram(onExit: (isError: boolean) => never): Command {
  const program = new Command('millrace')
    .description('Stream processing for TypeScript, with the log built in.')
    .version(version)
    .showHelpAfterError('(see --help)')
    .enablePositionalOptions()
    .helpCommand(false)
    .exitOverride(({ exitCode }) => onExit(exitCode !== 0))
  addClusterFlags(program)
  declareAppCommands(program)
  declareBrokerCommands(program)
  declareTopicCommands(program)
  declareGroupCommands(program)
  declareTransactionCommands(program)
  declareHelp(program)
  return program.addHelpText(
    'after',
    `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 refused (needs --yes, or a group without members),
124 timed out, 130 interrupted.`,
  )
}

/** `help`, of commands in commands too: commander's own knows those of the first level. */
function declareHelp(program: Command): void {
  program
    .command('help')
    .description('display help for command')
    .argument('[command...]')
    .action((names: readonly string[]) => {
      let found = program
      for (const name of names) {
        const next = found.commands.find(each => each.name() === name)
        if (next === undefined) unknownCommand(found, name)
        else found = next
      }
      found.outputHelp()
    })
}

function unknownCommand(command: Command, name: string): never {
  const nearest = nearestName(
    name,
    command.commands.map(each => each.name()),
  )
  const hint = nearest === undefined ? '' : `\n(Did you mean ${nearest}?)`
  return command.error(`error: unknown command '${name}'${hint}`)
}
