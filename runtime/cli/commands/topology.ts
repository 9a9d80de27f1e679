/** `millrace topology`: prints the graph of an app, in the format that was asked for. */
import { writeFile } from 'node:fs/promises'
import { viewOf, type TopologyFormat } from '../../../src/topology/views/view.ts'
import { loadApp } from '../load-app.ts'
import { print } from '../report.ts'

/** The parsed flags. */
interface TopologyFlags {
  readonly format?: string
  readonly output?: string
}

export async function topologyCommand(file: string, flags: TopologyFlags): Promise<void> {
  const app = await loadApp(file)
  // Commander has refused every other format.
  const view = viewOf(app.topology().description(), (flags.format ?? 'text') as TopologyFormat)
  if (flags.output === undefined) await print(view)
  else await writeFile(flags.output, view)
}
