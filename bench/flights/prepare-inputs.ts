/** The input files of the flights benchmarks: made by a process of their own, and kept. */
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { capture } from './processes.ts'

/** Writes the input files into a folder of `directory`, once per number of records; answers the folder. */
export async function prepareInputs(directory: string, records: number): Promise<string> {
  const inputs = join(directory, `inputs-${records}`)
  if (existsSync(join(inputs, 'done'))) return inputs
  rmSync(inputs, { recursive: true, force: true })
  mkdirSync(inputs, { recursive: true })
  await capture(process.execPath, [
    fileURLToPath(new URL('./inputs.js', import.meta.url)),
    inputs,
    String(records),
  ])
  return inputs
}
