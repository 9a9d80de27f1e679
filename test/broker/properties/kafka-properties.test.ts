/** Kafka's broker properties: what is taken, turned into ours, noticed, and refused. */
import { describe, expect, it } from 'vitest'
import { brokerConfig } from '../../../broker/config.ts'
import { defineBroker, propertyLines, readProperties } from '../../../broker/index.ts'

const define = (text: string, port?: number) => defineBroker(readProperties(text), port)

describe('readProperties', () => {
  it('reads what java.util.Properties reads', () => {
    const text = [
      '# a comment',
      '  ! another',
      '',
      'a=1',
      'b : two words ',
      'c   three',
      'd=x=y:z',
      'long=one,\\',
      '     two',
      'escaped\\=key=t\\tab\\u00e9\\\\',
      'empty=',
      'alone',
      'a=2',
    ].join('\r\n')
    expect([...readProperties(text)]).toEqual([
      ['a', '2'],
      ['b', 'two words '],
      ['c', 'three'],
      ['d', 'x=y:z'],
      ['long', 'one,two'],
      ['escaped=key', 't\tabé\\'],
      ['empty', ''],
      ['alone', ''],
    ])
  })
})

describe('defineBroker', () => {
  it('takes a server.properties of Apache Kafka, with notices for what means nothing on one node', () => {
    const { config, directory, listeners, notices } = define(`
      process.roles=broker,controller
      node.id=7
      controller.quorum.bootstrap.servers=localhost:9093
      listeners=PLAINTEXT://:9092,CONTROLLER://:9093
      inter.broker.listener.name=PLAINTEXT
      advertised.listeners=PLAINTEXT://example.test:19092,CONTROLLER://localhost:9093
      controller.listener.names=CONTROLLER
      listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
      num.network.threads=3
      log.dirs=/tmp/kraft
      num.partitions=4
      offsets.topic.replication.factor=3
      transaction.state.log.min.isr=1
      log.retention.hours=168
      log.segment.bytes=1073741824
    `)
    expect(brokerConfig(config)).toMatchObject({
      'node.id': 7,
      'num.partitions': 4,
      'log.retention.ms': 168 * 3_600_000,
    })
    expect(directory).toBe('/tmp/kraft')
    expect(listeners).toEqual([
      {
        name: 'PLAINTEXT',
        protocol: 'PLAINTEXT',
        host: '',
        port: 9092,
        advertised: { host: 'example.test', port: 19_092 },
        tellsMachine: false,
      },
    ])
    expect(notices.map(line => line.split(' ')[0])).toEqual([
      'controller.quorum.bootstrap.servers',
      'inter.broker.listener.name',
      'num.network.threads',
      'offsets.topic.replication.factor=3',
    ])
  })

  it.each([
    ['log.retention.minutes=2\nlog.retention.hours=3', 'log.retention.ms', 120_000],
    ['log.retention.ms=5\nlog.retention.minutes=2', 'log.retention.ms', 5],
    ['log.retention.hours=-1', 'log.retention.ms', -1],
    ['log.roll.hours=2', 'log.roll.ms', 7_200_000],
    ['super.users=User:CN=a,OU=b; User:c;', 'super.users', 'User:CN=a,OU=b; User:c;'],
    ['broker.id=3', 'node.id', 3],
    ['broker.id=3\nnode.id=4', 'node.id', 4],
    ['log.message.timestamp.type=LogAppendTime', 'log.message.timestamp.type', 'LogAppendTime'],
  ] as const)('%j sets %s', (text, name, value) => {
    expect(brokerConfig(define(text).config)[name]).toBe(value)
  })

  it.each([
    ['num.partition=4', /num\.partition is not a known property; did you mean num\.partitions\?/],
    ['log.retention.hour=4', /did you mean log\.retention\.hours\?/],
    ['ssl.engine.factory.class=a.B', /ssl\.engine\.factory\.class is refused/],
    ['config.providers.env.class=a.B', /config\.providers\.env\.class is refused/],
    ['quota.producer.default=1000', /quota\.producer\.default is refused/],
    ['default.replication.factor=3', /default\.replication\.factor is 3, and one broker has one replica/],
    ['super.users=admin', /super\.users must be a list of TYPE:NAME/],
    ['super.users=User:a;b', /super\.users must be a list of TYPE:NAME/],
    ['max.connections.per.ip.overrides=many', /overrides must be ADDRESS:COUNT,\.\.\., not "many"/],
    ['num.partitions=many', /num\.partitions must be an integer from 1/],
    ['listener.name.other.ssl.client.auth=none', /is of a listener that listeners does not have/],
    ['create.topic.policy.class.name=a.B', /Plug-ins/],
    ['log.dirs=/a,/b', /log\.dirs has 2 directories/],
    ['log.retention.hours=many', /log\.retention\.hours must be an integer/],
    ['offsets.topic.replication.factor=0', /at least 1/],
    ['listeners=localhost:9092', /must be a list of NAME:\/\/host:port, not "localhost:9092"/],
    ['listeners=PLAINTEXT://:99999', /must be a list/],
    ['listeners=A://:1', /names A, which listener\.security\.protocol\.map does not have/],
    ['listeners=PLAINTEXT://:1,PLAINTEXT://:2', /names PLAINTEXT twice/],
    ['advertised.listeners=SSL://h:1', /names SSL, which listeners does not have/],
    ['listener.security.protocol.map=A:B', /must be a list of NAME:PROTOCOL/],
    ['listeners=C://:1\ncontroller.listener.names=C', /no listener for clients/],
  ])('refuses %j', (text, message) => {
    expect(() => define(text)).toThrow(message)
    expect(() => define(text)).toThrow(/MR-5022/)
  })

  it('names all that is wrong at once', () => {
    const text = 'num.partition=1\nsecurity.providers=x\nlog.retention.ms=long'
    expect(() => define(text)).toThrow(
      /num\.partition[\s\S]*security\.providers[\s\S]*log\.retention\.ms must/,
    )
  })

  it('tells where in its file a refused property is', () => {
    const text = '# file\n\nnum.partitions=\\\n  many\nnum.partition=1\nnode.id=1'
    const lines = propertyLines(text)
    expect([...lines]).toEqual([
      ['num.partitions', 3],
      ['num.partition', 5],
      ['node.id', 6],
    ])
    const placeOf = (name: string) => (lines.has(name) ? `f:${lines.get(name)}` : undefined)
    const refused = () => defineBroker(readProperties(text), 9092, placeOf)
    expect(refused).toThrow(/num\.partition is not .* \(f:5\)\n.*num\.partitions must .* \(f:3\)/)
  })

  it('takes what files of brokers with ZooKeeper, of Confluent and of images have, each with a notice', () => {
    const { notices, listeners, config } = define(`
      broker.id=0
      zookeeper.connect=localhost:2181
      zookeeper.connection.timeout.ms=18000
      inter.broker.protocol.version=2.8
      log.message.format.version=2.8
      leader.imbalance.per.broker.percentage=10
      sasl.kerberos.service.name=kafka
      ssl.secure.random.implementation=SHA1PRNG
      confluent.license.topic.replication.factor=1
      cruise.control.metrics.reporter.bootstrap.servers=localhost:9092
      jmx.port=9101
      max.request.size=1048576
      listeners=PLAINTEXT://:9092,CONTROLLER://:9093
      advertised.listeners=PLAINTEXT://localhost:9092
      controller.listener.names=CONTROLLER,MORE-9090
      listener.name.controller.sasl.enabled.mechanisms=PLAIN
      listener.name.more-9090.ssl.keystore.location=/tmp/none.p12
      listener.name.plaintext.num.network.threads=3
    `)
    expect(notices.every(line => line.includes(' is accepted and has no effect: '))).toBe(true)
    expect(notices.length).toBe(14)
    expect(listeners.map(({ name }) => name)).toEqual(['PLAINTEXT'])
    expect(config['node.id']).toBe('0')
  })

  it('takes properties that spell out a default of what is not there', () => {
    const { notices } = define(`
      principal.builder.class=org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder
      quota.producer.default=9223372036854775807
      config.providers=
      remote.log.storage.system.enable=false
    `)
    expect(notices).toEqual([])
  })

  it('takes what Apache Kafka had before version 4 as what it has now', () => {
    const { config, listeners, notices } = define(`
      host.name=here
      port=9192
      advertised.host.name=example.test
      log.message.timestamp.difference.max.ms=1000
      authorizer.class.name=kafka.security.authorizer.AclAuthorizer
    `)
    expect(listeners).toMatchObject([
      { host: 'here', port: 9192, advertised: { host: 'example.test', port: 9192 } },
    ])
    expect(brokerConfig(config)).toMatchObject({
      'log.message.timestamp.before.max.ms': 1000,
      'log.message.timestamp.after.max.ms': 1000,
      'authorizer.class.name': 'StandardAuthorizer',
    })
    expect(notices.length).toBe(5)
  })

  it('takes lists about groups as Apache Kafka has them, and leaves out kinds of groups that are not here', () => {
    const { config, notices } = define(`
      group.coordinator.rebalance.protocols=classic,consumer,streams
      group.consumer.assignors=org.apache.kafka.coordinator.group.assignor.RangeAssignor, uniform
    `)
    const read = brokerConfig(config)
    expect(read['group.coordinator.rebalance.protocols']).toEqual(['classic', 'consumer'])
    expect(read['group.consumer.assignors']).toEqual(['range', 'uniform'])
    expect(notices).toEqual(['group.coordinator.rebalance.protocols: streams groups are not offered.'])
    expect(() => define('group.coordinator.rebalance.protocols=classic,bogus')).toThrow(/must be a list of/)
  })

  it('takes a default of several replicas as one where that is asked for', () => {
    const { config, notices } = define('default.replication.factor=3\nreplication.factor.lenient=true')
    expect(brokerConfig(config)['default.replication.factor']).toBe(1)
    expect(notices).toEqual(['default.replication.factor=3 is taken as 1: there is only one broker.'])
  })

  it('leaves open what clients of a listener on all addresses are told where nothing says it', () => {
    for (const address of [':1', '0.0.0.0:1', '[::]:1']) {
      const everywhere = `listeners=PLAINTEXT://${address}`
      expect(define(everywhere).listeners).toMatchObject([{ tellsMachine: true }])
      expect(define(`${everywhere}\nadvertised.listeners=PLAINTEXT://:2`).listeners).toMatchObject([
        { tellsMachine: true, advertised: { port: 2 } },
      ])
      for (const told of ['advertised.listeners=PLAINTEXT://here:1', 'advertised.host=here']) {
        expect(define(`${everywhere}\n${told}`).listeners).toMatchObject([
          { tellsMachine: false, advertised: { host: 'here', port: 1 } },
        ])
      }
    }
    expect(define('').listeners).toMatchObject([{ tellsMachine: false }])
  })

  it('refuses to tell clients all addresses, as Kafka does: nobody can connect to them', () => {
    const refusal = /tells clients of PLAINTEXT \S+, which nobody can connect to/
    for (const host of ['0.0.0.0', '[::]']) {
      expect(() => define(`advertised.listeners=PLAINTEXT://${host}:1`)).toThrow(refusal)
    }
    expect(() => define('advertised.host=0.0.0.0')).toThrow(refusal)
  })

  it('listens on the loopback interface where nothing is said, and takes IPv6 addresses', () => {
    expect(define('', 9192).listeners).toMatchObject([{ host: '127.0.0.1', port: 9192 }])
    expect(define('listeners=PLAINTEXT://[::1]:9092').listeners).toMatchObject([{ host: '::1', port: 9092 }])
    const told = { advertised: { host: 'example.test', port: 9192 } }
    expect(define('advertised.host=example.test', 9192).listeners).toMatchObject([told])
    expect(define('advertised.host=example.test\nadvertised.port=9192').listeners).toMatchObject([told])
  })
})
