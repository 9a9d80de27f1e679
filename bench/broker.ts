/**
 * Our broker beside Apache Kafka, each driven in turn by Apache's own perf tools; then what partitions and idleness cost us.
 *
 *   npm run bench -- broker [--megabytes 500] [--rounds 3] [--readings 8] [--parts tools,reading,partitions,memory] [--no-kafka]
 *
 *   tools       produce and consume of 100 B, 1 KB and 10 KB (acks=all, 4 partitions, plain and lz4), latency at 10,000
 *               records/s, one record at a time end to end, transactions; a column for each broker and the ratio
 *   reading     what consumers get, both brokers up at once and read in turn
 *   partitions  the same records spread over 1, 10, 100 and 1,000 partitions, by our own client
 *   memory      of an idle broker, and of one that serves 10 GB of log
 *
 * Machines are noisy for minutes on end: tools and partitions are run in rounds, and medians of all rounds are told.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureMemory } from './broker/memory.ts'
import { measurePartitions } from './broker/partitions.ts'
import { compareReading } from './broker/reading.ts'
import { compareTools } from './broker/tools.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const allParts = ['tools', 'reading', 'partitions', 'memory']

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      megabytes: { type: 'string', default: '500' },
      rounds: { type: 'string', default: '3' },
      readings: { type: 'string', default: '8' },
      gigabytes: { type: 'string', default: '10' },
      parts: { type: 'string', default: allParts.join(',') },
      kafka: { type: 'boolean', default: true },
      directory: { type: 'string', default: join(root, 'bench/.data/broker') },
    },
  })
  const parts = new Set(values.parts.split(','))
  for (const part of parts) {
    if (!allParts.includes(part)) throw new Error(`there is no part "${part}": ${allParts.join(', ')}`)
  }
  const shared = join(root, '../shared/kafka')
  const { directory } = values
  const [megabytes, rounds] = [Number(values.megabytes), Math.max(1, Number(values.rounds))]
  if (existsSync(join(shared, 'kafka.sh'))) {
    const { kafka: withKafka } = values
    if (parts.has('tools')) await compareTools({ shared, directory, megabytes, rounds, withKafka })
    if (parts.has('reading') && withKafka) {
      await compareReading({ shared, directory, megabytes, readings: Math.max(1, Number(values.readings)) })
    }
  } else console.log(`What Apache's perf tools measure is left out: ${shared} is not there`)
  if (parts.has('partitions')) await measurePartitions(directory, rounds)
  if (parts.has('memory')) await measureMemory(directory, Number(values.gigabytes))
}
