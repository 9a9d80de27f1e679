/** The short form of `npm run chaos`: app and broker are killed with -9, and everything is compared afterwards. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const script = fileURLToPath(new URL('../../dist/examples/flights/chaos.js', import.meta.url))
const kills = 6

it(`holds exactly once through ${kills} kills`, async () => {
  expect(existsSync(script), 'the build is what is tested: npm run build').toBe(true)
  const seed = process.env['CHAOS_SEED'] ?? String(Date.now() % 1_000_000)
  const args = [script, '--kills', String(kills), '--seed', seed, '--flights', '12000', '--life', '1500']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout, `seed ${seed}`).toContain('EXACTLY ONCE')
  expect(stdout, `seed ${seed}`).toMatch(/last start: restored \d+ records, 0 stores from the beginning/)
}, 120_000)
