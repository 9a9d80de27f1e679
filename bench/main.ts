/** Runs a benchmark by name: `npm run bench -- record` imports `./record.js` and calls its `run`. */
import { readdirSync } from 'node:fs'

/** What a benchmark's module exports: it prints its own table. */
interface Benchmark {
  readonly run: (args: readonly string[]) => void | Promise<void>
}

const folder = new URL('.', import.meta.url)
const names = readdirSync(folder)
  .filter(file => file.endsWith('.js') && file !== 'main.js')
  .map(file => file.slice(0, -'.js'.length))
  .toSorted()

const [name, ...args] = process.argv.slice(2)
if (name === undefined || !names.includes(name)) {
  console.error(`Usage: npm run bench -- NAME [options], NAME being one of: ${names.join(', ')}`)
  process.exitCode = 1
} else {
  const benchmark = (await import(new URL(`${name}.js`, folder).href)) as Benchmark
  await benchmark.run(args)
}
