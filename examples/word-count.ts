/** How often does each word occur? The smallest app: `npx millrace run examples/word-count.ts`. */
import { defineApp, json, string, topic, type App } from 'millrace'

export const lines = topic('lines', { key: string(), value: string() })
export const counts = topic('counts', { key: string(), value: json<number>() })

const app: App = defineApp({
  id: 'word-count',
  build(b) {
    b.stream(lines)
      .flatMapValues(line => line.toLowerCase().match(/\w+/g) ?? [])
      .groupBy(word => word)
      .count('word-counts')
      .toStream()
      .to(counts)
  },
})

export default app
