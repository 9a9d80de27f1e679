/** docs/cli.md says what `--help` of each command says. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { cliDocument } from '../../support/cli-document.ts'

it('is what scripts/cli-docs.ts makes of the help of the commands', () => {
  expect(readFileSync('docs/cli.md', 'utf8')).toBe(cliDocument())
})
