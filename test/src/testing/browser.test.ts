/** `millrace/testing` in a browser: bundled with an app, it needs nothing of Node, and runs where nothing of Node is. */
import { createContext, Script } from 'node:vm'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'

const program = `
import { defineApp, integer, json, kvStore, session, string, topic, tumbling, windowed } from 'millrace'
import { testDriver } from 'millrace/testing'

const lines = topic('lines', { key: string(), value: string(), partitions: 4 })
const counts = topic('counts', { key: string(), value: integer() })
const perMinute = topic('per-minute', { key: windowed(string(), '1m'), value: json() })
const seen = kvStore('seen', { key: string(), value: json() })

const app = defineApp({
  id: 'browser',
  onError: { process: 'dlq' },
  build(b) {
    const words = b.stream(lines).flatMapValues(line => line.split(' '))
    words.groupBy(word => word).count('counted').toStream().to(counts)
    words.groupByKey().windowedBy(tumbling('1m')).count('by-minute').toStream().to(perMinute)
    words.groupByKey().windowedBy(session('1m')).count('by-session')
    words.process({
      stores: { seen },
      *process({ key, value, timestamp }, { stores }) {
        if (value === 'poison') throw new Error('no such word')
        stores.seen.put(key, { word: value, at: timestamp })
      },
    })
  },
})

const driver = testDriver(app)
driver.input(lines).send('k', 'zwölf Boxkämpfer jagen zwölf Wölfe', { at: 5, headers: { n: '1' } })
driver.crash()
driver.restart()
driver.input(lines).send('k', 'poison', { at: 70_000 })
const trace = driver.trace({ topic: lines, key: 'k', value: 'zwölf', at: 70_001 })
globalThis.result = {
  counts: [...driver.output(counts).toMap()].sort((a, b) => (a[0] < b[0] ? -1 : 1)),
  windows: driver.windowStore('by-minute').toArray().map(({ start, value }) => [start, value]),
  sessions: driver.sessionStore('by-session').toArray().length,
  seen: driver.store(seen).get('k'),
  letters: driver.dlq().map(({ topic, message }) => [topic, message]),
  nodes: trace.nodes.length,
}
driver.close()
`

/** What every browser has and the language itself has not. */
const browserGlobals = [
  'TextEncoder',
  'TextDecoder',
  'atob',
  'btoa',
  'AbortController',
  'queueMicrotask',
] as const

const root = new URL('../../../', import.meta.url).pathname

describe('a bundle for the browser', () => {
  let code = ''
  const imports: string[] = []

  beforeAll(async () => {
    const { outputFiles, metafile } = await build({
      stdin: { contents: program, resolveDir: root, loader: 'ts' },
      alias: { 'millrace/testing': `${root}src/testing/index.ts`, millrace: `${root}src/index.ts` },
      bundle: true,
      platform: 'browser',
      format: 'iife',
      target: 'es2022',
      write: false,
      metafile: true,
      logLevel: 'silent',
    })
    code = outputFiles[0]!.text
    for (const input of Object.values(metafile.inputs)) imports.push(...input.imports.map(({ path }) => path))
  })

  it('imports nothing of Node and no package', () => {
    expect(imports.length).toBeGreaterThan(100)
    expect(imports.filter(path => path.startsWith('node:') || path.includes('node_modules'))).toEqual([])
    expect(code).not.toMatch(/require\(|from ?["']node:/)
  })

  it('runs an application with repartitioning, windows, a crash, dead letters and a trace', () => {
    const globals: Record<string, unknown> = {}
    for (const name of browserGlobals) globals[name] = globalThis[name]
    const context = createContext(globals)
    new Script(code).runInContext(context)
    const without = new Script('[typeof Buffer, typeof process, typeof require]').runInContext(
      context,
    ) as unknown
    expect(JSON.stringify(without)).toBe('["undefined","undefined","undefined"]')
    // By JSON: the objects of the other context have classes of their own.
    expect(JSON.parse(JSON.stringify(globals['result']))).toEqual({
      counts: [
        ['Boxkämpfer', 1],
        ['Wölfe', 1],
        ['jagen', 1],
        ['poison', 1],
        ['zwölf', 3],
      ],
      windows: [[60_000, 2]],
      sessions: 1,
      seen: { word: 'zwölf', at: 70_001 },
      letters: [['lines', 'no such word']],
      nodes: expect.any(Number) as number,
    })
  })
})
