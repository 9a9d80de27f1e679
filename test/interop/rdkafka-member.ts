/** The program of a group member over librdkafka: `rdkafka-member.ts PACKAGE ADDRESS GROUP TOPIC`. */
import { installedPackage } from './installed-package.ts'
import type { Rdkafka } from './rdkafka-api.ts'

const [name, address, group, topic] = process.argv.slice(2) as [string, string, string, string]
const found = await installedPackage<Rdkafka>(name)
if ('missing' in found) throw new Error(found.missing)
const settings = {
  'metadata.broker.list': address,
  'group.id': group,
  'session.timeout.ms': 3000,
  'heartbeat.interval.ms': 500,
  'auto.commit.interval.ms': 300,
}
const consumer = new found.exports.KafkaConsumer(settings, { 'auto.offset.reset': 'earliest' })
let going = true
process.once('SIGTERM', () => {
  going = false
})

function poll(): void {
  if (!going) {
    consumer.disconnect(() => process.exit(0))
    return
  }
  consumer.consume(50, (error, messages) => {
    if (error !== null) process.stderr.write(`${error.message}\n`)
    for (const { value } of messages ?? []) process.stdout.write(`${value.toString()}\n`)
    setImmediate(poll)
  })
}

consumer.connect({}, error => {
  if (error !== null) throw error
  consumer.subscribe([topic])
  consumer.setDefaultConsumeTimeout(100)
  poll()
})
