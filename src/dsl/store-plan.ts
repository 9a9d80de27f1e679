/** Turns the store options of an operator into the plan of its store, with Kafka's names. */
import { StreamsError } from '../base/errors.ts'
import { declaredAt } from '../plan/declared-at.ts'
import type { StorePlan } from '../plan/node-base.ts'
import type { Plan } from '../plan/plan.ts'
import { json } from '../serdes/json.ts'
import type { Serde } from '../serdes/serde.ts'
import { validateName } from '../topology/names.ts'
import type { StoreOptions } from './options.ts'
import { expiryRule, refuseTtl, type RowStoreOptions } from './ttl-options.ts'
import { keptVersions } from './version-options.ts'

/** A store's name alone, or all options. */
export type StoreArgument = string | RowStoreOptions<unknown> | undefined

/** The options that an argument stands for. */
export function storeOptions<O extends { readonly store?: string }>(argument: string | O | undefined): O {
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
  const { store: given, logging = true } = options
  const versions = keptVersions(options, operator)
  if (request.expires !== true) refuseTtl(options, operator)
  if (given !== undefined) validateName(given, 'a store', declaredAt())
  return Object.freeze({
    name: given ?? plan.storeName(request.prefix),
    named: given !== undefined,
    keySerde: requireKeySerde(request.keySerde, operator),
    valueSerde: options.value ?? request.valueSerde ?? json<unknown>(),
    changelog: logging === true ? {} : logging,
    cache: versions === undefined && (options.caching ?? true),
    backend: options.backend ?? 'persistent',
    versions,
    expiry: expiryRule(options, operator),
  })
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
