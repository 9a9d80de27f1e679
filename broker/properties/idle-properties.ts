/**
 * The properties of Apache Kafka's broker that mean nothing on a single node: accepted, so that a properties file that there is
 * mostly works, and told in one line each.
 */

/** Why each of some properties changes nothing. */
const groups: readonly { readonly reason: string; readonly names: string }[] = [
  {
    reason: 'The broker is its own controller: there is no quorum.',
    names: `
      broker.heartbeat.interval.ms broker.session.timeout.ms controlled.shutdown.enable
      controller.performance.always.log.threshold.ms controller.performance.sample.period.ms
      controller.quorum.append.linger.ms controller.quorum.auto.join.enable
      controller.quorum.bootstrap.servers controller.quorum.election.backoff.max.ms
      controller.quorum.election.timeout.ms controller.quorum.fetch.max.bytes
      controller.quorum.fetch.snapshot.max.bytes controller.quorum.fetch.timeout.ms
      controller.quorum.request.timeout.ms controller.quorum.retry.backoff.ms
      controller.quorum.voters controller.socket.timeout.ms initial.broker.registration.timeout.ms
      internal.metadata.delete.delay.millis internal.metadata.log.segment.bytes
      internal.metadata.max.batch.size.in.bytes metadata.log.dir
      metadata.log.max.record.bytes.between.snapshots metadata.log.max.snapshot.interval.ms
      metadata.log.segment.bytes metadata.log.segment.ms metadata.max.idle.interval.ms
      metadata.max.retention.bytes metadata.max.retention.ms server.max.startup.time.ms
      unstable.feature.versions.enable
    `,
  },
  {
    reason: 'There are no other brokers to replicate to or to lead after.',
    names: `
      alter.log.dirs.replication.quota.window.num
      alter.log.dirs.replication.quota.window.size.seconds auto.leader.rebalance.enable broker.rack
      inter.broker.listener.name leader.imbalance.check.interval.seconds
      num.replica.alter.log.dirs.threads num.replica.fetchers replica.fetch.backoff.ms
      replica.fetch.max.bytes replica.fetch.min.bytes replica.fetch.response.max.bytes
      replica.fetch.wait.max.ms replica.high.watermark.checkpoint.interval.ms
      replica.lag.time.max.ms replica.socket.receive.buffer.bytes replica.socket.timeout.ms
      replication.quota.window.num replication.quota.window.size.seconds request.timeout.ms
      sasl.mechanism.controller.protocol sasl.mechanism.inter.broker.protocol
      security.inter.broker.protocol ssl.endpoint.identification.algorithm unclean.leader.election.interval.ms
    `,
  },
  {
    reason: 'There are no tiers of storage.',
    names: `
      follower.fetch.last.tiered.offset.enable log.local.retention.bytes log.local.retention.ms
      remote.fetch.max.wait.ms remote.list.offsets.request.timeout.ms
      remote.log.index.file.cache.total.size.bytes remote.log.index.file.cache.ttl.ms
      remote.log.manager.copier.thread.pool.size remote.log.manager.copy.max.bytes.per.second
      remote.log.manager.copy.quota.window.num remote.log.manager.copy.quota.window.size.seconds
      remote.log.manager.expiration.thread.pool.size remote.log.manager.fetch.max.bytes.per.second
      remote.log.manager.fetch.quota.window.num remote.log.manager.fetch.quota.window.size.seconds
      remote.log.manager.follower.thread.pool.size remote.log.manager.task.interval.ms
      remote.log.manager.task.retry.backoff.max.ms remote.log.manager.task.retry.backoff.ms
      remote.log.manager.task.retry.jitter remote.log.manager.thread.pool.size
      remote.log.metadata.custom.metadata.max.bytes remote.log.metadata.manager.class.name
      remote.log.metadata.manager.class.path remote.log.metadata.manager.impl.prefix
      remote.log.metadata.manager.listener.name remote.log.reader.max.pending.tasks
      remote.log.reader.threads remote.log.storage.manager.class.name
      remote.log.storage.manager.class.path remote.log.storage.manager.impl.prefix
    `,
  },
  {
    reason: 'Patterns are matched as soon as something changes.',
    names: 'group.consumer.regex.refresh.interval.ms',
  },
  {
    reason: 'There are no share groups.',
    names: `
      group.share.assignment.interval.ms group.share.assignors group.share.delivery.count.limit
      group.share.heartbeat.interval.ms group.share.initialize.retry.interval.ms
      group.share.max.assignment.interval.ms group.share.max.delivery.count.limit
      group.share.max.heartbeat.interval.ms group.share.max.partition.max.record.locks
      group.share.max.record.lock.duration.ms group.share.max.session.timeout.ms
      group.share.max.share.sessions group.share.max.size group.share.min.assignment.interval.ms
      group.share.min.delivery.count.limit group.share.min.heartbeat.interval.ms
      group.share.min.partition.max.record.locks group.share.min.record.lock.duration.ms
      group.share.min.session.timeout.ms group.share.partition.max.record.locks
      group.share.persister.class.name group.share.record.lock.duration.ms
      group.share.session.timeout.ms share.coordinator.append.linger.ms
      share.coordinator.cached.buffer.max.bytes
      share.coordinator.cold.partition.snapshot.interval.ms share.coordinator.load.buffer.size
      share.coordinator.snapshot.update.records.per.snapshot
      share.coordinator.state.topic.compression.codec share.coordinator.state.topic.min.isr
      share.coordinator.state.topic.num.partitions share.coordinator.state.topic.prune.interval.ms
      share.coordinator.state.topic.replication.factor share.coordinator.state.topic.segment.bytes
      share.coordinator.threads share.coordinator.write.timeout.ms
      share.fetch.purgatory.purge.interval.requests
    `,
  },
  {
    reason: 'There are no streams groups: Kafka Streams uses the classic protocol here.',
    names: `
      group.streams.assignment.interval.ms group.streams.heartbeat.interval.ms
      group.streams.initial.rebalance.delay.ms group.streams.max.assignment.interval.ms
      group.streams.max.heartbeat.interval.ms group.streams.max.session.timeout.ms
      group.streams.max.size group.streams.max.standby.replicas
      group.streams.min.assignment.interval.ms group.streams.min.heartbeat.interval.ms
      group.streams.min.session.timeout.ms group.streams.num.standby.replicas
      group.streams.session.timeout.ms
    `,
  },
  {
    reason: 'There are no delegation tokens.',
    names: `
      delegation.token.expiry.check.interval.ms delegation.token.expiry.time.ms
      delegation.token.max.lifetime.ms
    `,
  },
  {
    reason: 'There are no metrics reporters.',
    names: `
      auto.include.jmx.reporter jmx.hostname jmx.port kafka.csv.metrics.dir
      kafka.csv.metrics.reporter.enabled kafka.metrics.polling.interval.secs kafka.metrics.reporters
      metric.reporters metrics.jmx.exclude metrics.jmx.include metrics.num.samples
      metrics.recording.level metrics.sample.window.ms telemetry.max.bytes
    `,
  },
  {
    reason: 'Kerberos and OAuth are not there; a listener that asks for them is refused.',
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
      sasl.oauthbearer.header.urlencode sasl.oauthbearer.jwks.endpoint.refresh.ms
      sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms
      sasl.oauthbearer.jwks.endpoint.retry.backoff.ms sasl.oauthbearer.jwks.endpoint.url
      sasl.oauthbearer.jwt.retriever.class sasl.oauthbearer.jwt.validator.class
      sasl.oauthbearer.scope sasl.oauthbearer.scope.claim.name sasl.oauthbearer.sub.claim.name
      sasl.oauthbearer.token.endpoint.url
    `,
  },
  {
    reason: 'TLS is that of OpenSSL: there is nothing of Java to choose.',
    names: `
      ssl.allow.dn.changes ssl.allow.san.changes ssl.keymanager.algorithm ssl.provider
      ssl.secure.random.implementation ssl.trustmanager.algorithm
    `,
  },
  {
    reason: 'One event loop does the work: there are no threads to count and no buffers between them.',
    names: `
      background.threads delete.records.purgatory.purge.interval.requests
      fetch.purgatory.purge.interval.requests group.coordinator.append.linger.ms
      group.coordinator.background.threads group.coordinator.cached.buffer.max.bytes
      group.coordinator.threads log.cleaner.io.buffer.load.factor log.cleaner.io.buffer.size
      log.cleaner.threads num.io.threads num.network.threads num.recovery.threads.per.data.dir
      offsets.load.buffer.size producer.purgatory.purge.interval.requests
      socket.receive.buffer.bytes socket.send.buffer.bytes transaction.state.log.load.buffer.size
    `,
  },
  {
    reason: 'It changes nothing on a single node.',
    names: `
      add.partitions.to.txn.retry.backoff.max.ms add.partitions.to.txn.retry.backoff.ms
      compression.gzip.level compression.lz4.level compression.zstd.level early.start.listeners
      log.cleaner.io.max.bytes.per.second log.dir.failure.timeout.ms log.flush.scheduler.interval.ms
      log.flush.start.offset.checkpoint.interval.ms log.initial.task.delay.ms
      max.request.partition.size.limit offsets.commit.timeout.ms offsets.topic.compression.codec
      socket.connection.setup.timeout.max.ms
      socket.connection.setup.timeout.ms
      transaction.two.phase.commit.enable unstable.api.versions.enable
    `,
  },
  {
    reason: 'Apache Kafka 4 has it no more.',
    names: `
      broker.id.generation.enable control.plane.listener.name controlled.shutdown.max.retries
      controlled.shutdown.retry.backoff.ms inter.broker.protocol.version
      leader.imbalance.per.broker.percentage log.message.downconversion.enable
      log.message.format.version offsets.commit.required.acks password.encoder.cipher.algorithm
      password.encoder.iterations password.encoder.key.length
      password.encoder.keyfactory.algorithm password.encoder.old.secret password.encoder.secret
      replica.lag.max.messages reserved.broker.max.id
    `,
  },
  {
    reason: 'It is a property of clients, or of the scripts that start Apache Kafka.',
    names: `
      controller.listener.security.protocol logs.dir max.partition.fetch.bytes max.request.size
    `,
  },
]

/** What begins so belongs to something that is not there, whatever its name. */
const families: readonly (readonly [prefix: string, reason: string])[] = [
  ['zookeeper.', 'ZooKeeper is not needed.'],
  ['confluent.', 'It belongs to Confluent Server.'],
  ['cruise.control.metrics.', 'There are no metrics reporters.'],
]

/** Why a property changes nothing; `undefined` if it may change something, or is not known. */
export function idleReason(name: string): string | undefined {
  return idleProperties.get(name) ?? families.find(([prefix]) => name.startsWith(prefix))?.[1]
}

/** Property name → why it changes nothing. */
export const idleProperties: ReadonlyMap<string, string> = new Map(
  groups.flatMap(({ reason, names }) =>
    names
      .trim()
      .split(/\s+/)
      .map(name => [name, reason] as const),
  ),
)
