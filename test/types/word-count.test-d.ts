/** Types of the word count: strings all the way, and a number at the end. */
import { defineApp, integer, json, string, topic, type KStream, type KTable } from '../../src/index.ts'
import { expectType } from './same-type.ts'

const lines = topic('lines', { key: string(), value: string() })
const counts = topic('counts', { key: string(), value: integer() })
const texts = topic('texts', { key: string(), value: string() })
const reports = topic('reports', { key: string(), value: json<{ total: number }>() })

export default defineApp({
  id: 'word-count',
  build(b) {
    const words = b.stream(lines).flatMapValues(line => line.split(' '))
    expectType<KStream<string, string>>()(words)

    const counted = words.groupBy(word => word).count('word-counts')
    expectType<KTable<string, number>>()(counted)

    counted.toStream().to(counts)
    counted
      .toStream()
      .mapValues(total => ({ total }))
      .to(reports)
    // @ts-expect-error counts are numbers, the topic holds text
    counted.toStream().to(texts)
    // @ts-expect-error a number is not a report
    counted.toStream().to(reports)
  },
})
