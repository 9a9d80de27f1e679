/** The version of this package, read from its own package.json. */
import { readFileSync } from 'node:fs'

/** Found two levels above the compiled file and one above the source. */
function readVersion(): string {
  for (const up of ['../../package.json', '../package.json']) {
    try {
      const parsed = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as {
        name: string
        version: string
      }
      if (parsed.name === 'millrace') return parsed.version
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT') throw error
    }
  }
  return 'unknown'
}

export const version: string = readVersion()
