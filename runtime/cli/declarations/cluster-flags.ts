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
  const output = (options.shortOutput ?? true) ? '-o, --output <form>' : '--output <form>'
  return command
    .optionsGroup('Global options:')
    .option(
      '-b, --brokers <list>',
      'host:port,...; default: KAFKA_BROKERS, KAFKA_BOOTSTRAP_SERVERS, else localhost:9092',
    )
    .option('-X <key=value>', 'a property of a Kafka client, by its Kafka name; may be given again', collect)
    .addOption(new Option(output, 'how the answer is printed (default: table)').choices(outputForms))
    .option('-q, --quiet', 'no headings, and nothing on the standard error but errors')
    .option('-v, --verbose', 'tell more on the standard error')
    .option('--no-color', 'plain text on a terminal too; NO_COLOR does the same')
    .option('--timeout <duration>', 'how long one call may take: 500ms, 5s, 1m (default: 10s)')
    .option('-y, --yes', 'do not ask, and do it')
}

/** The flags of a command, and those given before its name: `millrace -b kafka:9092 topic list`. */
export function flagsOf<Flags>(command: Command): Flags & ClusterFlags {
  const flags: Record<string, unknown> = { ...command.opts() }
  for (let above = command.parent; above !== null; above = above.parent) {
    for (const [name, value] of Object.entries(above.opts())) {
      const given = above.getOptionValueSource(name) === 'cli'
      if (given && command.getOptionValueSource(name) !== 'cli') flags[name] = value
    }
  }
  return flags as Flags & ClusterFlags
}

/** For options that may be given again. */
export function collect(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value]
}
