/** Turns the store options of an operator into the plan of its store, with Kafka's names. */
import { misuse } from '../base/misuse.ts'
import { StreamsError } from '../base/errors.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { StorePlan } from '../plan/node-base.ts'
import type { Plan } from '../plan/plan.ts'
import { json } from '../serdes/json.ts'
import type { Serde } from '../serdes/serde.ts'
import { isStoreBackend } from '../state/store-supplier.ts'
import { validateName } from '../topology/names.ts'
import { atLine, checkAnyOptions, checkSerde } from './argument-checks.ts'
import type { StoreOptions } from './options.ts'
import { expiryRule, refuseTtl, type RowStoreOptions } from './ttl-options.ts'
import { keptVersions } from './version-options.ts'

/** A store's name alone, or all options. */
export type StoreArgument = string | RowStoreOptions<unknown> | undefined

/** The options that an argument stands for. */
export function storeOptions<O extends { readonly store?: string }>(argument: string | O | undefined): O {
  if (typeof argument !== 'string') checkAnyOptions(argument, 'the store')
  // A name is as good as options that have nothing else.
  return (typeof argument === 'string' ? { store: argument } : (argument ?? {})) as O
}

interface StoreRequest {
  /** Of a generated name: `KSTREAM-AGGREGATE-`, or the topic and a dash. */
  readonly prefix: string
  readonly options: StoreOptions<unknown>
  readonly keySerde: Serde<unknown> | undefined
  /** What is used when the options name no serde for values. Default `json()`. */
  readonly valueSerde: Serde<unknown> | undefined
  readonly operator: string
  /** Whether rows may expire. */
  readonly expires?: boolean
}

/** Plans a store; takes an index for its name if it was given none. */
export function planStore(plan: Plan, request: StoreRequest): StorePlan {
  const { options, operator } = request
  checkStoreOptions(options, operator)
  const { store: given, logging = true } = options
  const versions = atLine(operator, () => keptVersions(options, operator))
  if (request.expires !== true) refuseTtl(options, operator)
  if (given !== undefined) validateName(given, 'a store', declaredAt())
  return Object.freeze({
    name: given ?? plan.storeName(request.prefix),
    named: given !== undefined,
    keySerde: requireKeySerde(request.keySerde, operator),
    valueSerde: options.value ?? request.valueSerde ?? json<unknown>(),
    changelog: logging === true ? {} : logging,
    cache: versions === undefined && (options.caching ?? true),
    backend: options.maxEntries === undefined ? (options.backend ?? plan.backend) : 'memory',
    versions,
    entriesMax: options.maxEntries,
    expiry: atLine(operator, () => expiryRule(options, operator)),
  })
}

/** Refuses, with MR-1010, options that say something else than how a store is kept. */
export function checkStoreOptions(options: StoreOptions<unknown>, operator: string): void {
  const { value, caching, logging, backend, maxEntries } = options
  checkSerde(value, operator, 'value')
  const refused = (option: string, allowed: string, given: unknown): StreamsError =>
    misuse(`${operator}: ${option} must be ${allowed}, not ${JSON.stringify(given)}`)
  if (caching !== undefined && typeof caching !== 'boolean')
    throw refused('caching', 'true or false', caching)
  checkBackend(backend, operator)
  if (maxEntries !== undefined) checkMaxEntries(maxEntries, options, operator)
  if (
    logging !== undefined &&
    typeof logging !== 'boolean' &&
    (typeof logging !== 'object' || logging === null)
  )
    throw refused('logging', 'true, false or the settings of a topic', logging)
}

/** Refuses what is no backend. */
export function checkBackend(backend: unknown, operator: string): void {
  if (backend === undefined || isStoreBackend(backend)) return
  const given = typeof backend === 'string' ? `'${backend}'` : typeof backend
  throw misuse(`${operator}: backend must be 'persistent', 'memory' or made by storeSupplier, not ${given}`)
}

function checkMaxEntries(maxEntries: number, options: object, operator: string): void {
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1)
    throw misuse(`${operator}: maxEntries must be an integer of at least 1, not ${maxEntries}`)
  const { versioned, ttl, backend } = options as Readonly<Record<string, unknown>>
  if (versioned !== undefined || ttl !== undefined || (backend !== undefined && backend !== 'memory'))
    throw misuse(
      `${operator}: rows are bounded by maxEntries in memory; leave out versioned, ttl and backend`,
    )
}

/** The serde of keys that must be written; MR-1004 if there is none. */
export function requireKeySerde(serde: Serde<unknown> | undefined, operator: string): Serde<unknown> {
  if (serde !== undefined) return serde
  throw new StreamsError('MR-1004', {
    what: `${operator} must write keys and knows no serde for them`,
    where: declaredAt(),
    why: 'Keys decide partitions, so they are never written as JSON by default.',
    fix: 'name it where the key is made or the streams are merged: { key: int64() }',
  })
}
