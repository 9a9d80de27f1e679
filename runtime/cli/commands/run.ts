/** `millrace run`: loads the file of an app and runs it on the embedded broker until a signal stops it. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StreamsError } from '../../../src/base/errors.ts'
import type { Duration } from '../../../src/base/duration.ts'
import type { App } from '../../../src/dsl/app.ts'
import { run } from '../../run.ts'
import { exitCodes } from '../report.ts'
import type { Guarantee } from '../../options.ts'

/** The parsed flags. */
interface RunFlags {
  readonly data?: string
  readonly state?: string
  readonly guarantee?: string
  readonly commitInterval?: string
  readonly cache?: boolean
  readonly createTopics?: boolean
}

export async function runCommand(file: string, flags: RunFlags): Promise<void> {
  const app = await loadApp(file)
  const running = await run(app, {
    handleSignals: true,
    ...(flags.data !== undefined && { dataDirectory: flags.data }),
    ...(flags.state !== undefined && { stateDirectory: flags.state }),
    ...(flags.guarantee !== undefined && { guarantee: flags.guarantee as Guarantee }),
    ...(flags.commitInterval !== undefined && { commitInterval: flags.commitInterval as Duration }),
    ...(flags.cache !== undefined && { cache: flags.cache }),
    ...(flags.createTopics !== undefined && { createTopics: flags.createTopics }),
  })
  try {
    await running.closed
  } catch {
    // The application has logged the error itself.
    process.exitCode = exitCodes.failure
  }
}

/** Imports the file, TypeScript or not, and answers the app that is its default export. */
async function loadApp(file: string): Promise<App> {
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
