/** Kafka's broker properties: what is taken, turned into ours, noticed, and refused. */
import { describe, expect, it } from 'vitest'
import { brokerConfig } from '../../../broker/config.ts'
import { defineBroker, readProperties } from '../../../broker/index.ts'

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
    ['broker.id=3', 'node.id', 3],
    ['broker.id=3\nnode.id=4', 'node.id', 4],
    ['log.message.timestamp.type=LogAppendTime', 'log.message.timestamp.type', 'LogAppendTime'],
  ] as const)('%j sets %s', (text, name, value) => {
    expect(brokerConfig(define(text).config)[name]).toBe(value)
  })

  it.each([
    ['num.partition=4', /num\.partition is not a known property; did you mean num\.partitions\?/],
    ['log.retention.hour=4', /did you mean log\.retention\.hours\?/],
    ['zookeeper.connect=localhost:2181', /zookeeper\.connect is not a known property$/m],
    ['ssl.provider=a', /ssl\.provider is refused/],
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
    expect(() => define('num.partition=1\nssl.provider=x')).toThrow(/num\.partition[\s\S]*ssl\.provider/)
  })

  it('listens on the loopback interface where nothing is said, and takes IPv6 addresses', () => {
    expect(define('', 9192).listeners).toMatchObject([{ host: '127.0.0.1', port: 9192 }])
    expect(define('listeners=PLAINTEXT://[::1]:9092').listeners).toMatchObject([{ host: '::1', port: 9092 }])
    expect(define('listeners=PLAINTEXT://0.0.0.0:1').listeners[0]!.advertised.host).toBe('localhost')
  })
})
