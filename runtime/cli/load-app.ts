/** Loads the file of an app, TypeScript or not, for the commands that work with one. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StreamsError } from '../../src/base/errors.ts'
import type { App } from '../../src/dsl/app.ts'

/** Imports the file and answers the app that is its default export. MR-6002 if there is none. */
export async function loadApp(file: string): Promise<App> {
  const path = resolve(file)
  if (/\.[cm]?tsx?$/.test(path)) {
    // The loader is registered rather than used as an import function: the app must get this very copy of Millrace.
    // Both loaders are needed: without "type": "module" in its package.json, a .ts file is a CommonJS module.
    const [esm, commonjs] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')])
    esm.register()
    commonjs.register()
  }
  let exports: { default?: unknown }
  try {
    exports = (await import(pathToFileURL(path).href)) as { default?: unknown }
  } catch (error) {
    throw new StreamsError('MR-6002', {
      what: `The app could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
      where: path,
      fix: 'Check the path and the imports of the file.',
      cause: error,
    })
  }
  // The default export of a CommonJS module is the module itself; the app is then the default of that.
  const { default: first } = exports as { default?: { default?: unknown } }
  for (const candidate of [first, first?.default]) if (isApp(candidate)) return candidate
  throw new StreamsError('MR-6002', {
    what: 'The file has no app as its default export',
    where: path,
    fix: "Write: export default defineApp({ id: '...', build(b) { ... } })",
  })
}

function isApp(value: unknown): value is App {
  const app = value as Partial<App> | undefined
  return typeof app?.id === 'string' && typeof app.topology === 'function'
}
