/** Every package in package.json has its reason in docs/dependencies.md, and nothing else is listed there. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
const [users, developers] = readFileSync('docs/dependencies.md', 'utf8')
  .split('## What we wrote')[0]!
  .split('## What developers install')

/** The packages in the first column of the tables. */
function listed(page: string): string[] {
  const firstCells = [...page.matchAll(/^\| (`[^|]+`) \|/gm)].map(match => match[1]!)
  return firstCells.flatMap(cell => [...cell.matchAll(/`([^`]+)`/g)].map(match => match[1]!)).sort()
}

it('says why users install what they install', () => {
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  expect(listed(users!)).toEqual(
    Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).sort(),
  )
})

it('says why developers install what they install', () => {
  expect(listed(developers!)).toEqual(Object.keys(manifest.devDependencies).sort())
})
