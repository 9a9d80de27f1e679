/**
 * A real Apache Kafka whose listeners ask for logins and certificates, in a folder of its own.
 *
 *   PLAINTEXT        everyone is User:ANONYMOUS
 *   SASL_PLAINTEXT   PLAIN and SCRAM; logins are good for three seconds
 *   SASL_SSL         the same over TLS
 *   SSL              certificates of clients
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { pbkdf2Sync } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import { utf8Bytes } from '../../../src/base/text.ts'
import { AlterUserScramCredentials } from '../../../src/protocol/messages/51-alter-user-scram-credentials.ts'
import type { Certificates } from '../../broker/security/certificates.ts'

const protocols = ['PLAINTEXT', 'SASL_PLAINTEXT', 'SASL_SSL', 'SSL'] as const

export type KafkaListener = (typeof protocols)[number]

/** Who may log in, and with what. Kafka takes no names in SCRAM that are not ASCII. */
export const kafkaUsers = {
  PLAIN: { username: 'alice', password: 'plain secret' },
  'SCRAM-SHA-256': { username: 'bob', password: 'scram "secret"' },
  'SCRAM-SHA-512': { username: 'bob, the=2nd', password: 'geheim ü' },
} as const

const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule'
const scramModule = 'org.apache.kafka.common.security.scram.ScramLoginModule'
const startMsMax = 90_000

export class SecuredKafka {
  readonly #ports: ReadonlyMap<KafkaListener | 'CONTROLLER', number>
  readonly #child: ChildProcess
  readonly #log: string

  private constructor(
    ports: ReadonlyMap<KafkaListener | 'CONTROLLER', number>,
    child: ChildProcess,
    log: string,
  ) {
    this.#ports = ports
    this.#child = child
    this.#log = log
  }

  static async start(classpath: string, certificates: Certificates): Promise<SecuredKafka> {
    const ports = new Map<KafkaListener | 'CONTROLLER', number>()
    for (const name of [...protocols, 'CONTROLLER'] as const) ports.set(name, await freePort())
    const properties = certificates.file('server.properties', propertiesOf(ports, certificates))
    const java = ['-Xmx300m', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', classpath]
    const format = ['format', '-t', 'MkU3OEVBNTcwNTJENDM2Qg', '-c', properties]
    execFileSync('java', [...java, 'kafka.tools.StorageTool', ...format], { stdio: 'pipe' })
    const child = spawn('java', [...java, 'kafka.Kafka', properties], { stdio: ['ignore', 'pipe', 'pipe'] })
    const log = join(certificates.directory, 'server.log')
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => writeFileSync(log, (text = (text + String(chunk)).slice(-20_000))))
    }
    const kafka = new SecuredKafka(ports, child, log)
    await kafka.#ready()
    await setCredentials(ports.get('PLAINTEXT')!)
    return kafka
  }

  address(listener: KafkaListener): string {
    return `localhost:${this.#ports.get(listener)}`
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  async #ready(): Promise<void> {
    for (let waited = 0; waited < startMsMax; waited += 200) {
      const open = await Promise.all(protocols.map(name => answers(this.#ports.get(name)!)))
      if (open.every(Boolean)) return
      if (this.#child.exitCode !== null) break
      await pause(200)
    }
    await this.stop()
    throw new Error(`Apache Kafka does not answer:\n${readFileSync(this.#log, 'utf8').slice(-3000)}`)
  }
}

/** Gives the users of SCRAM their credentials; the tool of Kafka takes no names as odd as these. */
async function setCredentials(port: number): Promise<void> {
  const upsertions = (['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map((mechanism, index) => {
    const { username, password } = kafkaUsers[mechanism]
    const [salt, iterations] = [utf8Bytes(`salt of ${username}`), 4096]
    const [length, hash] = index === 0 ? [32, 'sha256'] : [64, 'sha512']
    const saltedPassword = new Uint8Array(pbkdf2Sync(password, salt, iterations, length, hash))
    return { name: username, mechanism: index + 1, iterations, salt, saltedPassword }
  })
  const network = new TcpNetwork({ software: { name: 'millrace-test', version: '1' } })
  const connection = await network.connect('localhost', port)
  const { results } = await connection.send(AlterUserScramCredentials, 0, { deletions: [], upsertions })
  await connection.close()
  const failed = results.find(({ errorCode }) => errorCode !== 0)
  if (failed !== undefined) throw new Error(`${failed.user}: ${failed.errorMessage}`)
}

function propertiesOf(
  ports: ReadonlyMap<KafkaListener | 'CONTROLLER', number>,
  certificates: Certificates,
): string {
  const { cert, key } = certificates.issue('kafka', '/CN=localhost')
  const data = join(certificates.directory, 'data')
  mkdirSync(data, { recursive: true })
  const listeners = [...ports].map(([name, port]) => `${name}://localhost:${port}`)
  const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
  const { username, password } = kafkaUsers.PLAIN
  const jaas = (mechanism: (typeof mechanisms)[number]) =>
    mechanism === 'PLAIN'
      ? `${plainModule} required user_${username}="${password}" user_mallory="m";`
      : `${scramModule} required;`
  const logins = ['sasl_plaintext', 'sasl_ssl'].flatMap(listener =>
    mechanisms.map(each => `listener.name.${listener}.${each.toLowerCase()}.sasl.jaas.config=${jaas(each)}`),
  )
  const own = ['alice', 'bob', kafkaUsers['SCRAM-SHA-512'].username, 'CN=carol']
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@localhost:${ports.get('CONTROLLER')}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    `listeners=${listeners.join()}`,
    `advertised.listeners=${listeners.filter(each => !each.startsWith('CONTROLLER')).join()}`,
    `listener.security.protocol.map=CONTROLLER:PLAINTEXT,${protocols.map(name => `${name}:${name}`).join()}`,
    `log.dirs=${data}`,
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=1',
    'group.initial.rebalance.delay.ms=0',
    // Whoever does something is who it should be.
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    `super.users=User:ANONYMOUS;${own.map(user => `User:${user}`).join(';')}`,
    `sasl.enabled.mechanisms=${mechanisms.join()}`,
    ...logins,
    ...mechanisms.map(
      each => `listener.name.sasl_plaintext.${each.toLowerCase()}.connections.max.reauth.ms=3000`,
    ),
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${certificates.file('kafka-keys.pem', key + cert)}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${certificates.file('kafka-trust.pem', certificates.authority.cert)}`,
    'listener.name.ssl.ssl.client.auth=required',
    '',
  ].join('\n')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, 'localhost')
    socket.on('error', () => resolve(false))
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
