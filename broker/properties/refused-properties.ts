/**
 * The properties of Apache Kafka's broker that are refused: whoever sets them relies on something that is not there, and must
 * not be left to believe that it is.
 */

/** Why each of some properties is refused. */
const groups: readonly { readonly reason: string; readonly names: string }[] = [
  {
    reason: 'Plug-ins of the Java broker cannot be loaded here.',
    names: `
      alter.config.policy.class.name create.topic.policy.class.name config.providers
      client.quota.callback.class principal.builder.class security.providers
      replica.selector.class
    `,
  },
  {
    reason: 'There is one data directory and no remote storage.',
    names: `
      remote.log.storage.system.enable cordoned.log.dirs
    `,
  },
  {
    reason: 'It belongs to a mechanism, a store or a plug-in of the Java broker that is not there.',
    names: `
      delegation.token.master.key delegation.token.secret.key sasl.server.callback.handler.class
      ssl.engine.factory.class
    `,
  },
  {
    reason:
      'Such a quota is set while the broker runs: kafka-configs --alter --entity-type clients --entity-default.',
    names: `
      quota.consumer.default quota.producer.default
    `,
  },
]

/** Property name → why it is refused. */
export const refusedProperties: ReadonlyMap<string, string> = new Map(
  groups.flatMap(({ reason, names }) =>
    names
      .trim()
      .split(/\s+/)
      .map(name => [name, reason] as const),
  ),
)

/** Values with which they ask for nothing: what Apache Kafka does by default, as some files spell it out. */
const harmless: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'principal.builder.class',
    ['org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder'],
  ],
  ['ssl.engine.factory.class', ['org.apache.kafka.common.security.ssl.DefaultSslEngineFactory']],
  ['remote.log.storage.system.enable', ['false']],
  ['quota.consumer.default', ['9223372036854775807']],
  ['quota.producer.default', ['9223372036854775807']],
])

/** Why a property is refused with this value; `undefined` if it is not. */
export function refusalOfProperty(name: string, value: string): string | undefined {
  // What belongs to the providers of values that are refused.
  if (name.startsWith('config.providers.')) return refusedProperties.get('config.providers')
  const given = value.trim()
  if (given === '' || harmless.get(name)?.includes(given) === true) return undefined
  return refusedProperties.get(name)
}
