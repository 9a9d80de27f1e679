/** The text of docs/cli.md, made from what `--help` of each command prints. */
import type { Command } from 'commander'
import { createProgram } from '../../runtime/cli/program.ts'

const columns = 110

export function cliDocument(): string {
  const program = createProgram(() => {
    throw new Error('nothing is run here')
  })
  return `# The command line

\`npx millrace\` runs apps, is the broker, and looks after topics, groups and transactions of any cluster: a broker of Millrace or
Apache Kafka. What was found goes to the standard output, progress and errors to the standard error, so that output can be piped:
\`--output json\` is one document, \`jsonl\` a line for each item, \`yaml\` for people and programs alike; \`table\` is for people,
\`wide\` with more columns. Offsets and producer ids, which have 64 bits, are text in JSON. \`topic consume\` prints lines of JSON with the
fields of \`kcat -J\` unless \`--format\` says otherwise, and \`topic produce --input ndjson\` takes them back.

What destroys is not done unasked: \`group seek\`, \`group delete\` and \`txn abort\` only print what they would do until
\`--execute\` is given; \`topic delete\` asks, and where there is no terminal to ask at it is refused without \`--yes\`.

| exit code | meaning |
|---|---|
| 0 | done; also when the reader of the output has gone, as \`head\` does |
| 1 | failed |
| 2 | wrong usage |
| 3 | what the command is about does not exist |
| 4 | refused: it needs \`--yes\`, or a group without members |
| 124 | no answer within \`--timeout\` |
| 130 | interrupted by SIGINT or SIGTERM |

Written by \`npx tsx scripts/cli-docs.ts\`.

${documents(program, 'millrace').join('\n')}`
}

/** The help of a command and then of those below it. */
function documents(command: Command, path: string): readonly string[] {
  const below = command.commands.filter(each => each.name() !== 'help')
  return [
    `## ${path}\n\n\`\`\`\n${helpOf(command)}\`\`\`\n`,
    ...below.flatMap(each => documents(each, `${path} ${each.name()}`)),
  ]
}

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: piece => (text += piece),
    getOutHelpWidth: () => columns,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return text
}
