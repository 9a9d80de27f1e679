/** docs/broker-config.md says what the broker's tables say. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { configDocument } from '../support/config-document.ts'

it('documents every key with its type, default and meaning (npx tsx scripts/broker-config-docs.ts writes it)', () => {
  expect(readFileSync('docs/broker-config.md', 'utf8')).toBe(configDocument())
})
