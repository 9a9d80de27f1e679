/** Options of `run` as JavaScript hands them in: those that there are not are refused, before anything is opened. */
import { expect, it } from 'vitest'
import { run, silentLogger } from '../../runtime/index.ts'
import type { RunOptions } from '../../runtime/index.ts'
import { defineApp, string, topic } from '../../src/index.ts'

const lines = topic('lines', { key: string(), value: string() })
const app = defineApp({ id: 'options', build: b => void b.stream(lines).peek(() => {}) })

it.each<[what: string, options: unknown, message: RegExp]>([
  [
    'a misspelt option',
    { commitIntervall: 50 },
    /no option "commitIntervall"[^]*did you mean commitInterval\?/,
  ],
  [
    'an option by another name',
    { processingGuarantee: 'x' },
    /no option "processingGuarantee"[^]*one of broker, /,
  ],
  ['a name that all objects have', { toString: 1 }, /no option "toString"/],
  ['addresses alone', 'localhost:9092', /expected options in an object, not "localhost:9092"/],
  ['nothing where something was meant', null, /expected options in an object, not null/],
])('refuses %s', async (_what, options, message) => {
  const given =
    typeof options === 'object' && options !== null ? { logger: silentLogger, ...options } : options
  const refused = run(app, given as RunOptions)
  await expect(refused).rejects.toMatchObject({ code: 'MR-1010' })
  await expect(refused).rejects.toThrow(message)
})
