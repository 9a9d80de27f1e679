/** The program of a group member of @platformatic/kafka: `platformatic-member.ts ADDRESS GROUP TOPIC`. */
import { installedPackage } from './installed-package.ts'
import type { Platformatic } from './platformatic-api.ts'

const [address, groupId, topic] = process.argv.slice(2) as [string, string, string]
const found = await installedPackage<Platformatic>('@platformatic/kafka')
if ('missing' in found) throw new Error(found.missing)
const consumer = new found.exports.Consumer({
  clientId: 'member',
  bootstrapBrokers: [address],
  groupId,
  deserializers: found.exports.stringDeserializers,
  sessionTimeout: 3000,
  rebalanceTimeout: 3000,
  heartbeatInterval: 500,
  autocommit: 300,
  maxWaitTime: 100,
})
const stream = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest' })
process.once('SIGTERM', () => {
  void stream
    .close()
    .then(() => consumer.close(true))
    .then(() => process.exit(0))
})
for await (const { value } of stream) process.stdout.write(`${value}\n`)
