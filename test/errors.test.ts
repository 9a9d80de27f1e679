/** Each error code has its row in docs/errors.md under its own name, and each row there has its code. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { errorCodes } from '../src/base/error-codes.ts'
import { StreamsError } from '../src/index.ts'

const documented = new Map<string, string>()
for (const [, code, name] of readFileSync('docs/errors.md', 'utf8').matchAll(/^\| (MR-\d{4}) (\w+) \|/gm))
  documented.set(code!, name!)

describe('error codes', () => {
  it('are documented one by one', () => {
    const table = Object.entries(errorCodes).map(([code, { name }]) => [code, name] as const)
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(table))
  })

  it('make a message of what, where, why and fix', () => {
    const error = new StreamsError('MR-2001', {
      what: "Topic 'a' does not exist",
      where: 'here',
      why: 'So.',
      fix: 'Create it.',
    })
    expect(error.message).toBe("MR-2001  Topic 'a' does not exist\n  at here\n  So.\n  Fix: Create it.")
    expect(error).toMatchObject({ code: 'MR-2001', retriable: true, where: 'here', fix: 'Create it.' })
  })
})
