/** Types of definitions of applications: every option, and none that there is not. */
import { defineApp, string, topic, topologyApp } from '../../src/index.ts'

const lines = topic('lines', { key: string(), value: string() })
const id = 'app'

export function types(): void {
  const build = () => {}
  defineApp({ id, build, guarantee: 'at-least-once', cache: true, headers: 'keep', strictNaming: true })
  defineApp({ id, build, optimize: true, backend: 'memory', onError: { process: 'skip' }, dlq: 'dead' })
  topologyApp({ id, build, topics: [lines], guarantee: 'at-least-once', onError: { process: 'skip' } })

  // @ts-expect-error misspelt
  defineApp({ id, build, cahce: true })
  // @ts-expect-error an option of run
  defineApp({ id, build, commitInterval: '1s' })
  // @ts-expect-error topics are declared where they are used
  defineApp({ id, build, topics: [lines] })
  // @ts-expect-error names are all given by hand anyway
  topologyApp({ id, build, strictNaming: true })
}
