/**
 * Clients that are npm packages but no dependencies of this project: compiled at their installation, or large.
 *
 * They are looked for here and in the folder `.interop`, where `node scripts/interop-clients.mjs` installs them.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const places = [import.meta.url, new URL('../../.interop/here.js', import.meta.url).href]

/** What the package exports, and its version; or why it cannot be had. `T` is what the caller uses of it. */
export async function installedPackage<T>(
  name: string,
): Promise<{ readonly exports: T; readonly version: string } | { readonly missing: string }> {
  for (const place of places) {
    const require = createRequire(place)
    let file: string
    try {
      file = require.resolve(name)
    } catch {
      continue
    }
    try {
      const loaded = (await import(pathToFileURL(file).href)) as T & { readonly default?: T }
      const exports = loaded.default ?? loaded
      const folder = file.slice(0, file.lastIndexOf(join(name, '/')) + name.length + 1)
      const manifest = readFileSync(join(folder, 'package.json'), 'utf8')
      const { version } = JSON.parse(manifest) as { readonly version: string }
      return { exports, version }
    } catch (error) {
      return { missing: `${name} is installed and cannot be loaded: ${(error as Error).message}` }
    }
  }
  return { missing: `${name} is not installed (node scripts/interop-clients.mjs installs it apart)` }
}
