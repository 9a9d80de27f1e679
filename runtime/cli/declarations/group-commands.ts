/** Declares `millrace group ...`. What runs a command is loaded only then. */
import { Option, type Command } from 'commander'
import { addClusterFlags, flagsOf, takeClusterFlags } from './cluster-flags.ts'

export function declareGroupCommands(program: Command): void {
  const group = program
    .command('group')
    .description('Consumer groups: their members, offsets and lag.')
    .enablePositionalOptions()
  takeClusterFlags(group)

  declareGroupList(group)

  addClusterFlags(
    group
      .command('describe')
      .description('Show members of groups, their committed offsets, and how far they are behind.')
      .argument('<group...>', 'ids of groups')
      .option('--members', 'only the members')
      .option('--offsets', 'only the offsets'),
  )
    .addHelpText(
      'after',
      '\nWith --verbose members are shown with the partitions that they have. Where a group has members of both protocols, each is shown with its own.',
    )
    .action(async (groups: string[], _options, command: Command) => {
      const { groupDescribeCommand } = await import('../commands/groups.ts')
      await groupDescribeCommand(groups, flagsOf(command))
    })

  addClusterFlags(
    group
      .command('seek')
      .description(
        'Set the committed offsets of a group without members. Without --execute, only print the plan.',
      )
      .argument('<group>', 'id of the group')
      .option('--to <place>', 'to a place: start, end, an offset, -100, +100, @-1h, @2026-01-01T00:00:00Z')
      .option('--shift <count>', 'so many records forward, or back: -100')
      .option('--to-group <group>', 'to where another group is')
      .option(
        '--from-file <file>',
        'to offsets of a file: lines of topic,partition,offset, or JSON of this command',
      )
      .option('--topics <topic...>', 'only these topics, or these partitions of them: orders payments:0,2')
      .option('--dry-run', 'only print the plan, whatever else is said')
      .option('--execute', 'do it'),
  ).action(async (id: string, _options, command: Command) => {
    const { groupSeekCommand } = await import('../commands/group-seek.ts')
    await groupSeekCommand(id, flagsOf(command))
  })

  addClusterFlags(
    group
      .command('delete')
      .description(
        'Delete groups without members, with their offsets. Without --execute, only print the plan.',
      )
      .argument('<group...>', 'ids of groups')
      .option('--execute', 'do it'),
  ).action(async (groups: string[], _options, command: Command) => {
    const { groupDeleteCommand } = await import('../commands/groups.ts')
    await groupDeleteCommand(groups, flagsOf(command))
  })
}

function declareGroupList(group: Command): void {
  addClusterFlags(
    group
      .command('list')
      .description('List groups.')
      .option('--state <state...>', 'only those in these states, such as Stable or Empty')
      .addOption(
        new Option('--type <type...>', 'only those of these types').choices([
          'classic',
          'consumer',
          'share',
          'streams',
        ]),
      ),
  ).action(async (_options, command: Command) => {
    const { groupListCommand } = await import('../commands/groups.ts')
    await groupListCommand(flagsOf(command))
  })
}
