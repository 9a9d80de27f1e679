/**
 * Names of nodes, stores and internal topics, as Kafka Streams makes and checks them (semantics N1 to N4, D67).
 *
 * One counter numbers processors and stores of a builder alike, so a name depends on all that was declared before
 * it. That is why operators of a long-lived application should be named: a generated changelog name changes when an
 * operator is put in front of it.
 */
import { StreamsError } from '../base/errors.ts'

const nameLengthMax = 249
const repartitionSuffix = '-repartition'
const changelogSuffix = '-changelog'

/** `PREFIX0000000007`. */
export function numberedName(prefix: string, index: number): string {
  return `${prefix}${String(index).padStart(10, '0')}`
}

/** `PREFIXSTATE-STORE-0000000007`. */
export function numberedStoreName(prefix: string, index: number): string {
  return numberedName(`${prefix}STATE-STORE-`, index)
}

/** Whether nodes of a repartition topic called so take generated names too, as Kafka decides it. */
export function isGeneratedRepartitionName(name: string): boolean {
  return /^KSTREAM.*-[0-9]{10}$/.test(name)
}

/** The repartition topic of a prefix, without the application id; a prefix that has the suffix keeps it. */
export function repartitionTopicName(prefix: string): string {
  return prefix.endsWith(repartitionSuffix) ? prefix : prefix + repartitionSuffix
}

/** The changelog topic of a store: `<application>-<store>-changelog`. */
export function storeChangelogTopic(applicationId: string, store: string): string {
  return `${applicationId}-${store}${changelogSuffix}`
}

/** The real name of an internal topic: `<application>-<name>`. */
export function internalTopicName(applicationId: string, name: string): string {
  return `${applicationId}-${name}`
}

/** Refuses, with MR-1005, what Kafka refuses as the name of a topic, a store, an operator or an application. */
export function validateName(name: string, what: string, where?: string): void {
  const why = reasonAgainst(name)
  if (why === undefined) return
  throw new StreamsError('MR-1005', {
    what: `${what} cannot be called ${JSON.stringify(name)}: ${why}`,
    where,
    why: 'The name becomes part of topic names and metrics, which Kafka restricts.',
    fix: `choose a name of 1 to ${nameLengthMax} letters, digits, '.', '_' and '-'`,
  })
}

function reasonAgainst(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'it is not a string'
  if (name === '') return 'it is empty'
  if (name === '.' || name === '..') return `it cannot be '.' or '..'`
  if (name.length > nameLengthMax) return `it is longer than ${nameLengthMax} characters`
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    return 'it has characters other than letters, digits, dot, underscore and dash'
  return undefined
}
