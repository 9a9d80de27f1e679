/**
 * Apache Kafka's own tools against a secured broker: credentials, rules and quotas are set, and a user works under them.
 *
 * Skipped where the tools or OpenSSL are not there.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defineBroker, loadTls, startBroker, type Broker } from '../../../broker/index.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { Certificates, noCertificates } from './certificates.ts'

const script = fileURLToPath(new URL('../../../../shared/kafka/kafka.sh', import.meta.url))
const whyNot = noCertificates ?? (existsSync(script) ? undefined : `${script} is not there`)
if (whyNot !== undefined) console.log(`skipped: ${whyNot}`)

const toolMs = 90_000

interface ToolResult {
  readonly code: number | null
  readonly output: string
}

/** Runs one of Kafka's tools to its end. */
function tool(args: readonly string[], input = ''): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(script, ['tool', ...args], {
      env: { ...process.env, KAFKA_HEAP: '256m' },
      timeout: toolMs,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
    child.on('error', reject)
    child.on('close', code => resolve({ code, output }))
    child.stdin.end(input)
  })
}

describe.skipIf(whyNot !== undefined)('the Java tools', { timeout: 6 * toolMs }, () => {
  let certificates: Certificates
  let broker: Broker
  let address: string
  /** The client's properties of a user. */
  const clientOf = (user: string, mechanism: string, module: string) =>
    certificates.file(
      `${user}.properties`,
      [
        'security.protocol=SASL_SSL',
        `sasl.mechanism=${mechanism}`,
        `sasl.jaas.config=org.apache.kafka.common.security.${module} required username="${user}" password="secret";`,
        'ssl.truststore.type=PEM',
        `ssl.truststore.location=${certificates.directory}/ca.pem`,
      ].join('\n'),
    )

  beforeAll(async () => {
    certificates = new Certificates()
    const { cert, key } = certificates.issue('broker', '/CN=localhost')
    const definition = defineBroker(
      new Map([
        ['listeners', 'SASL_SSL://127.0.0.1:9550'],
        ['ssl.keystore.location', certificates.file('keys.pem', key + cert)],
        ['sasl.enabled.mechanisms', 'PLAIN,SCRAM-SHA-512'],
        [
          'listener.name.sasl_ssl.plain.sasl.jaas.config',
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_admin="secret";',
        ],
        ['listener.name.sasl_ssl.connections.max.reauth.ms', '5000'],
        ['authorizer.class.name', 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'],
        ['super.users', 'User:admin'],
      ]),
    )
    broker = await startBroker({ directory: '/data', files: new MemoryFiles(), config: definition.config })
    const [{ tls, sasl }] = definition.listeners as [(typeof definition.listeners)[0]]
    const { port } = await broker.listen({ port: 0, tls: await loadTls(tls!), sasl })
    address = `127.0.0.1:${port}`
  })
  afterAll(async () => {
    await broker.close()
    certificates.close()
  })

  it('set credentials, rules and quotas, and a user writes and reads under them', async () => {
    const admin = clientOf('admin', 'PLAIN', 'plain.PlainLoginModule')
    const alice = clientOf('alice', 'SCRAM-SHA-512', 'scram.ScramLoginModule')
    const asAdmin = ['--bootstrap-server', address, '--command-config', admin]
    const configs = [
      'kafka.admin.ConfigCommand',
      ...asAdmin,
      '--entity-type',
      'users',
      '--entity-name',
      'alice',
    ]
    const add = (what: string) => tool([...configs, '--alter', '--add-config', what])
    expect((await add('SCRAM-SHA-512=[iterations=4096,password=secret]')).output).toContain('Completed')
    expect((await add('producer_byte_rate=1000000')).output).toContain('Completed')
    const { output } = await tool([...configs, '--describe'])
    expect(output).toContain('producer_byte_rate=1000000.0')
    expect(output).toContain('SCRAM-SHA-512=iterations=4096')

    const rules = [
      'org.apache.kafka.tools.AclCommand',
      ...asAdmin,
      '--add',
      '--force',
      '--allow-principal',
      'User:alice',
    ]
    await tool([...rules, '--operation', 'Write', '--operation', 'Create', '--topic', 'orders'])
    const produce = [
      'org.apache.kafka.tools.ConsoleProducer',
      '--bootstrap-server',
      address,
      '--topic',
      'orders',
    ]
    const written = await tool([...produce, '--command-config', alice], 'one\ntwo\n')
    expect(written.output).not.toContain('ERROR')

    const reading = `--topic orders --group g --from-beginning --max-messages 2 --timeout-ms 30000`.split(' ')
    const asAlice = ['--bootstrap-server', address, '--command-config', alice]
    const consume = ['org.apache.kafka.tools.consumer.ConsoleConsumer', ...asAlice, ...reading]
    expect((await tool(consume)).output).toContain('GroupAuthorizationException')
    await tool([...rules, '--consumer', '--topic', 'orders', '--group', 'g'])
    const read = await tool(consume)
    expect(read.output).toContain('one\ntwo\n')
    expect(read.output).toContain('Processed a total of 2 messages')
    const listed = await tool([
      'org.apache.kafka.tools.AclCommand',
      ...asAdmin,
      '--list',
      '--topic',
      'orders',
    ])
    expect(listed.output).toContain('principal=User:alice, host=*, operation=READ, permissionType=ALLOW')
  })
})
