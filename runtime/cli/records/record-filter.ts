/** `--filter`: a predicate in JavaScript over a record, such as `r => r.value.amount > 10`. */
import { compileFunction } from 'node:vm'
import { StreamsError } from '../../../src/base/errors.ts'
import { utf8Slice } from '../../../src/base/text.ts'
import { invalid } from '../invalid.ts'
import { decoded, placeOf, type RecordForms, type ShownRecord } from './shown-record.ts'

/** Compiles the text of a function. MR-6201 if it is none. Whoever types it runs it: it may do what they may do. */
export function compileFilter(text: string): (record: ShownRecord, forms: RecordForms) => boolean {
  const predicate = functionOf(text)
  return (record, forms) => {
    const { topic, partition, offset, timestamp } = record
    const headers = Object.fromEntries(
      record.headers.map(({ key, value }) => [key, value === null ? null : utf8Slice(value)]),
    )
    const seen = { topic, partition, offset, timestamp, headers, ...decoded(record, forms) }
    try {
      return Boolean(predicate(seen))
    } catch (cause) {
      throw new StreamsError('MR-6201', {
        what: `--filter failed: ${cause instanceof Error ? cause.message : String(cause)}`,
        where: placeOf(record, 'record'),
        fix: 'Values may be null, and have fields only with --value json: r => r.value?.amount > 10',
        cause,
      })
    }
  }
}

function functionOf(text: string): (record: unknown) => unknown {
  let found: unknown
  try {
    found = compileFunction(`return (${text}\n)`, [])()
  } catch (cause) {
    throw invalid(`--filter is not JavaScript: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  if (typeof found === 'function') return found as (record: unknown) => unknown
  throw invalid('--filter is not a function', 'Write, for example, r => r.value.amount > 10')
}
