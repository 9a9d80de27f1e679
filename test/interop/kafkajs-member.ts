/** The program of a kafkajs group member: `kafkajs-member.ts ADDRESS GROUP TOPIC`; see process-member.ts. */
import { kafkajsAt } from './kafkajs-client.ts'

const [address, groupId, topic] = process.argv.slice(2) as [string, string, string]
const consumer = kafkajsAt(address).consumer({
  groupId,
  sessionTimeout: 3000,
  heartbeatInterval: 500,
  maxWaitTimeInMs: 100,
})
process.once('SIGTERM', () => void consumer.disconnect())
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({
  autoCommitInterval: 500,
  eachMessage: async ({ message }) => void process.stdout.write(`${String(message.value)}\n`),
})
