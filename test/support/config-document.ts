/** The text of docs/broker-config.md, made from the tables that the broker reads. */
import { formatConfigValue } from '../../broker/config-table.ts'
import { brokerConfigTable } from '../../broker/config.ts'
import { groupConfigTable } from '../../broker/metadata/group-config.ts'
import { liveBrokerTable } from '../../broker/metadata/live-config.ts'
import { topicConfigTable } from '../../broker/metadata/topic-config.ts'

interface Row {
  readonly type: string
  readonly default: unknown
  readonly about: string
}

export function configDocument(): string {
  return `# Configuration of the broker

Names, units and meanings are Kafka's; \`durability\` is our own. Defaults are Kafka's too, but for what one node and an
embedded broker want otherwise. Values are given as text or as values: \`startEmbeddedBroker({ directory, properties: {
'num.partitions': '4' } })\`. An unknown key, or a value out of range, is refused with MR-5022.

## A properties file that there is

\`millrace broker start --config server.properties\` takes the files of Apache Kafka 2, 3 and 4, of Confluent, and those that images write:
listeners and how they are secured (docs/security.md), \`log.dirs\` with one directory, \`broker.id\`, other units
(\`log.retention.hours\`, \`log.roll.hours\`), what had another name before version 4 (\`host.name\`, \`port\`,
\`log.message.timestamp.difference.max.ms\`, \`AclAuthorizer\`). What means nothing on a single node (\`zookeeper.*\`, the quorum, replication,
threads, \`confluent.*\`) is told in one line each and has no effect; replication factors of internal topics are taken as 1.
Refused, all at once and with the line of the file: names that nobody knows, with the nearest that is known; bad values; what would
mislead (several \`log.dirs\`, plug-ins in Java, \`config.providers\`, \`default.replication.factor\` above 1 without \`--lenient-replication\`).

## The broker

${table(brokerConfigTable)}
## Topics

Set when a topic is created (\`topic(name, { config })\`) or altered.

${table(topicConfigTable)}
## While the broker runs

Keys of the broker that are defaults of topics, and the bounds of connections, can be set for it or for all brokers by Kafka's tools,
and are in force at once:
\`kafka-configs --alter --entity-type brokers --entity-default --add-config log.retention.ms=3600000\`. They are:
${Object.keys(liveBrokerTable)
  .map(name => `\`${name}\``)
  .join(', ')}. All others say how a broker starts, and are refused.

\`group.consumer.regex.refresh.interval.ms\` has no effect: the patterns of a group are matched anew by the first heartbeat after
topics came or went, or rules of access changed, and those of a member when it joins or changes them.

Groups of the consumer protocol, with \`--entity-type groups --entity-name GROUP\`, within the broker's bounds; those of share groups
and streams groups are taken and shown, and there are no such groups:

${table(groupConfigTable)}`
}

function table(rows: Readonly<Record<string, Row>>): string {
  const lines = Object.entries(rows).map(
    ([name, row]) =>
      `| ${name} | ${row.type} | ${shown(row.default)} | ${row.about.replaceAll('|', '\\|')} |\n`,
  )
  return `| key | type | default | meaning |\n|---|---|---|---|\n${lines.join('')}`
}

function shown(value: unknown): string {
  const text = formatConfigValue(value)
  return text === '' ? '(empty)' : text
}
