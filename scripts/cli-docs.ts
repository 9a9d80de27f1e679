/** Writes docs/cli.md out of the help of the commands: `npx tsx scripts/cli-docs.ts`. */
import { writeFileSync } from 'node:fs'
import { cliDocument } from '../test/support/cli-document.ts'

writeFileSync(new URL('../docs/cli.md', import.meta.url), cliDocument())
