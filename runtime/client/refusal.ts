/** Turns an error code in a broker's answer into the `StreamsError` that a caller is to see. */
import { StreamsError, type ErrorDetails } from '../../src/base/errors.ts'
import type { ErrorCode } from '../../src/base/error-codes.ts'
import { errorByCode } from '../../src/protocol/errors.ts'

/** Kafka's name of an error code, for messages. */
export function kafkaErrorName(code: number): string {
  return errorByCode(code).name
}

/** An error for a refusal. `what` says what was asked for, in the form "create topic orders". */
export function refusal(
  kafkaCode: number,
  what: string,
  { code = 'MR-5041', message, ...details }: RefusalDetails = {},
): StreamsError {
  const text = message ?? errorByCode(kafkaCode).summary
  return new StreamsError(code, {
    what: `the broker refused to ${what}: ${kafkaErrorName(kafkaCode)}`,
    why: text,
    ...details,
  })
}

interface RefusalDetails extends Partial<Omit<ErrorDetails, 'what'>> {
  /** Default MR-5041. */
  readonly code?: ErrorCode
  /** What the broker said beside the code. */
  readonly message?: string | undefined
}

/** What a broker said beside a code, if it said anything. */
export function said(message: string | null): string | undefined {
  return message ?? undefined
}

/** The error for a broker whose disk fails: MR-4003 where it said that the disk is full, else MR-4004. */
export function storageRefusal(
  message: string | null,
  { what, where }: { readonly what: string; readonly where: string },
): StreamsError {
  const isFull = message?.includes('MR-4003') === true
  return new StreamsError(isFull ? 'MR-4003' : 'MR-4004', {
    what: `the broker could not ${what}: ${isFull ? 'its disk is full' : 'its disk failed'}`,
    where,
    why: message ?? undefined,
    fix: isFull
      ? 'Free some space on the disk of the broker, or shorten the retention of its topics, and start again.'
      : 'Look at the disk of the broker and at its log.',
  })
}
