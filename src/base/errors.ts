/**
 * `StreamsError`: the one class for operating errors, told apart by its stable `code`.
 *
 * Two kinds of error exist (docs/errors.md): misuse, what is wrong with a topology as declared, and what goes wrong in
 * operation are a `StreamsError`; the impossible is an assert.
 * Match on `code`, never on the message: messages change.
 */
import { errorCodes, type ErrorCode } from './error-codes.ts'

/** The parts of an error's message: what, where, why and how to fix. */
export interface ErrorDetails {
  /** One line: what went wrong, with the names and values involved. */
  readonly what: string
  /** The place: a node, a topic-partition@offset, a file, the line that declared the operator. */
  readonly where?: string | undefined
  /** Why this is refused, or what would happen if it were not. */
  readonly why?: string | undefined
  /** What to do about it, in the imperative. */
  readonly fix?: string | undefined
  /** Whether the same call may succeed later without any change. Default: as the code's table row says. */
  readonly retriable?: boolean
  /** The error underneath. */
  readonly cause?: unknown
}

/** An operating error of Millrace: stable `code`, place, cause and remedy. */
export class StreamsError extends Error {
  override readonly name = 'StreamsError'
  readonly code: ErrorCode
  readonly retriable: boolean
  readonly where: string | undefined
  readonly fix: string | undefined

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(messageOf(code, details), details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.retriable = details.retriable ?? errorCodes[code].retriable
    this.where = details.where
    this.fix = details.fix
  }
}

function messageOf(code: ErrorCode, { what, where, why, fix }: ErrorDetails): string {
  let text = `${code}  ${what}`
  if (where !== undefined) text += `\n  at ${where}`
  if (why !== undefined) text += `\n  ${why}`
  if (fix !== undefined) text += `\n  Fix: ${fix}`
  return text
}
