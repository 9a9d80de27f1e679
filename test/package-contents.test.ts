/** What is packed: all that an installation needs, its documents among it, and nothing that only this repository does. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

it('packs what is exported and documented, and neither benchmarks, examples nor tests', () => {
  // Without its scripts: they build anew, and other tests run what is built.
  const printed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [packed] = JSON.parse(printed) as { readonly files: readonly { readonly path: string }[] }[]
  const files = packed!.files.map(({ path }) => path)
  const tops = new Set(
    files.map(path =>
      path
        .split('/')
        .slice(0, path.startsWith('dist/') ? 2 : 1)
        .join('/'),
    ),
  )
  expect([...tops].sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist/broker',
    'dist/runtime',
    'dist/src',
    'dist/system',
    'docs',
    'package.json',
  ])
  const { exports, bin } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
    readonly exports: Readonly<Record<string, string>>
    readonly bin: Readonly<Record<string, string>>
  }
  const entries = [...Object.values(exports), ...Object.values(bin)].map(path => path.replace(/^\.\//, ''))
  const linked = [...readFileSync(`${root}/README.md`, 'utf8').matchAll(/\]\((docs\/[\w-]+\.md)\)/g)]
  expect(files).toEqual(expect.arrayContaining([...entries, ...linked.map(([, path]) => path!)]))
})
