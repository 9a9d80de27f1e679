/** Writes docs/broker-config.md out of the tables that the broker reads: `npx tsx scripts/broker-config-docs.ts`. */
import { writeFileSync } from 'node:fs'
import { configDocument } from '../test/support/config-document.ts'

writeFileSync(new URL('../docs/broker-config.md', import.meta.url), configDocument())
