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
      sasl.client.callback.handler.class sasl.kerberos.kinit.cmd
      sasl.kerberos.min.time.before.relogin sasl.kerberos.principal.to.local.rules
      sasl.kerberos.service.name sasl.kerberos.ticket.renew.jitter
      sasl.kerberos.ticket.renew.window.factor sasl.login.callback.handler.class
      sasl.login.class sasl.login.connect.timeout.ms sasl.login.read.timeout.ms
      sasl.login.refresh.buffer.seconds sasl.login.refresh.min.period.seconds
      sasl.login.refresh.window.factor sasl.login.refresh.window.jitter
      sasl.login.retry.backoff.max.ms sasl.login.retry.backoff.ms
      sasl.oauthbearer.assertion.algorithm sasl.oauthbearer.assertion.claim.aud
      sasl.oauthbearer.assertion.claim.exp.seconds sasl.oauthbearer.assertion.claim.iss
      sasl.oauthbearer.assertion.claim.jti.include
      sasl.oauthbearer.assertion.claim.nbf.seconds sasl.oauthbearer.assertion.claim.sub
      sasl.oauthbearer.assertion.file sasl.oauthbearer.assertion.private.key.file
      sasl.oauthbearer.assertion.private.key.passphrase
      sasl.oauthbearer.assertion.template.file sasl.oauthbearer.client.credentials.client.id
      sasl.oauthbearer.client.credentials.client.secret sasl.oauthbearer.clock.skew.seconds
      sasl.oauthbearer.expected.audience sasl.oauthbearer.expected.issuer
      sasl.oauthbearer.jwks.endpoint.refresh.ms
      sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms
      sasl.oauthbearer.jwks.endpoint.retry.backoff.ms sasl.oauthbearer.jwks.endpoint.url
      sasl.oauthbearer.jwt.retriever.class sasl.oauthbearer.jwt.validator.class
      sasl.oauthbearer.scope sasl.oauthbearer.scope.claim.name sasl.oauthbearer.sub.claim.name
      sasl.oauthbearer.token.endpoint.url sasl.server.callback.handler.class
      ssl.allow.dn.changes ssl.allow.san.changes ssl.engine.factory.class
      ssl.keymanager.algorithm ssl.provider ssl.secure.random.implementation
      ssl.trustmanager.algorithm delegation.token.secret.key
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
