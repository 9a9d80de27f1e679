/** The flags of every command that talks to a cluster: which one, how long, and in what form the answer is printed. */
import { Option, type Command } from 'commander'
import { outputForms } from '../output/forms.ts'

/** As they were given; what is absent falls back to the environment, then to a default (`settings.ts`). */
export interface ClusterFlags {
  readonly brokers?: string
  readonly X?: readonly string[]
  readonly output?: string
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly color?: boolean
  readonly timeout?: string
  readonly yes?: boolean
}

/** Adds them. `-o` stands for `--output`, but where a command has a better use of the letter. */
export function addClusterFlags(command: Command, options: { readonly shortOutput?: boolean } = {}): Command {
  command.optionsGroup('Global options:')
  for (const option of clusterOptions(options.shortOutput ?? true)) command.addOption(option)
  return command
}

/** Takes them before the name of a command too, as in `millrace topic -b kafka:9092 list`; the help has them once. */
export function takeClusterFlags(command: Command): Command {
  for (const option of clusterOptions(true)) command.addOption(option.hideHelp())
  return command
}

function clusterOptions(shortOutput: boolean): readonly Option[] {
  const property = new Option(
    '-X <key=value>',
    'a property of a Kafka client, by its Kafka name; may be given again',
  )
  return [
    new Option(
      '-b, --brokers <list>',
      'host:port,...; default: KAFKA_BROKERS, KAFKA_BOOTSTRAP_SERVERS, else localhost:9092',
    ),
    property.argParser(collect),
    new Option(
      shortOutput ? '-o, --output <form>' : '--output <form>',
      'how the answer is printed (default: table)',
    ).choices(outputForms),
    new Option('-q, --quiet', 'no headings, and nothing on the standard error but errors'),
    new Option('-v, --verbose', 'tell more on the standard error'),
    new Option('--no-color', 'plain text on a terminal too; NO_COLOR does the same'),
    new Option('--timeout <duration>', 'how long one call may take: 500ms, 5s, 1m (default: 10s)'),
    new Option('-y, --yes', 'do not ask, and do it'),
  ]
}

/** The flags of a command, and those given before its name: `millrace -b kafka:9092 topic list`. The nearest counts. */
export function flagsOf<Flags>(command: Command): Flags & ClusterFlags {
  const flags: Record<string, unknown> = { ...command.opts() }
  const given = new Set(Object.keys(flags).filter(name => command.getOptionValueSource(name) === 'cli'))
  for (let above = command.parent; above !== null; above = above.parent) {
    for (const [name, value] of Object.entries(above.opts())) {
      if (given.has(name) || above.getOptionValueSource(name) !== 'cli') continue
      given.add(name)
      flags[name] = value
    }
  }
  return flags as Flags & ClusterFlags
}

/** For options that may be given again. */
export function collect(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value]
}
