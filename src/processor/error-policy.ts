/**
 * What becomes of a record that fails (KIP-161, KIP-1033, KIP-1034): the application's policies, as the engine asks them.
 *
 * Three things can fail: reading a record (`deserialize`), the code of a node (`process`), and writing a result
 * (`produce`). Each has a policy; without one, a failure stops the application, because skipping in silence loses data.
 */
import { misuse } from '../base/misuse.ts'
import { StreamsError } from '../base/errors.ts'
import type { Headers } from '../record/record.ts'
import type { RawRecord } from './processor.ts'

/** What failed. */
export type FailureKind = 'deserialize' | 'process' | 'produce'

/**
 * What to do about it: stop the application; go on without the record; or write the record to the dead letter topic
 * and go on without it. What the node had done before it failed, such as a write to a store, stays done.
 */
export type ErrorReaction = 'fail' | 'skip' | 'dlq'

/** A record that failed, and where; its bytes are those of the record whose processing has failed, whatever the node. */
export interface FailedRecord extends RawRecord {
  readonly kind: FailureKind
  /** The node whose work failed. */
  readonly node: string
  /** `<sub-topology>_<partition>` */
  readonly task: string
  /** The topic that the record came from; `undefined` during a punctuation. */
  readonly topic: string | undefined
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly headers: Headers
}

/** A reaction, or a function that chooses one: `error` is what was thrown. */
export type ErrorPolicy = ErrorReaction | ((error: Error, record: FailedRecord) => ErrorReaction)

/** A policy for each thing that can fail. Default: `fail`. */
export interface ErrorPolicies {
  /** A record whose bytes its serde cannot read. */
  readonly deserialize?: ErrorPolicy
  /** The code of a node has thrown: a callback, a processor, a punctuation. */
  readonly process?: ErrorPolicy
  /** A result that its serde cannot write. */
  readonly produce?: ErrorPolicy
}

const reactions: readonly unknown[] = ['fail', 'skip', 'dlq']

/** The reaction to a failure. MR-3301 for a policy that throws, or answers what is not a reaction. */
export function reactionTo(policies: ErrorPolicies, error: Error, record: FailedRecord): ErrorReaction {
  const policy = policies[record.kind] ?? 'fail'
  if (typeof policy !== 'function') return policy
  let reaction: unknown
  try {
    reaction = policy(error, record)
  } catch (cause) {
    throw misbehaved(record, `threw: ${String(cause)}`, cause)
  }
  if (!reactions.includes(reaction)) throw misbehaved(record, `answered ${String(reaction)}`, error)
  return reaction as ErrorReaction
}

/** Refuses what cannot be a set of policies with MR-1010; `app` is for the message. */
export function checkPolicies(policies: ErrorPolicies, app: string): void {
  for (const [kind, policy] of Object.entries(policies) as [string, unknown][]) {
    if (!['deserialize', 'process', 'produce'].includes(kind))
      throw misuse(`app '${app}': onError has no '${kind}'; it has deserialize, process and produce`)
    if (policy === undefined || typeof policy === 'function' || reactions.includes(policy)) continue
    const given = typeof policy === 'string' ? `'${policy}'` : typeof policy
    throw misuse(`app '${app}': onError.${kind} must be 'fail', 'skip', 'dlq' or a function, not ${given}`)
  }
}

/** Whether any policy may ask for a dead letter. */
export function mayDeadLetter({ deserialize, process, produce }: ErrorPolicies): boolean {
  return [deserialize, process, produce].some(policy => policy === 'dlq' || typeof policy === 'function')
}

/** The policies where no dead letter can be written (semantics E5): what asks for one fails instead. */
export function withoutDeadLetters(policies: ErrorPolicies): ErrorPolicies {
  const fails =
    (kind: FailureKind) =>
    (error: Error, record: FailedRecord): ErrorReaction =>
      reactionTo({ [kind]: policies[kind] ?? 'fail' }, error, record) === 'skip' ? 'skip' : 'fail'
  return { deserialize: fails('deserialize'), process: fails('process'), produce: fails('produce') }
}

function misbehaved({ kind, node }: FailedRecord, what: string, cause: unknown): StreamsError {
  return new StreamsError('MR-3301', {
    what: `the policy onError.${kind} ${what}`,
    where: `'${node}'`,
    fix: "answer 'fail', 'skip' or 'dlq', and throw nothing",
    cause,
  })
}
