/**
 * The quotas that were set, for users, clients and addresses, in memory and in the metadata log; and which one applies.
 *
 * For a user and a client id the first of these that has the quota counts (KIP-55); null is the default of its type:
 *
 *     user, client    user, null    user    null, client    null, null    null    client    null
 *     └──────────── user and client or user alone ────────────────────────────┘  └─ client alone ─┘
 */
import type { Clock } from '../../src/base/clock.ts'
import type { FactStore } from '../metadata/metadata-log.ts'

export type EntityType = 'user' | 'client-id' | 'ip'

/** Parts of an entity: the name of each type, null for its default. */
export type QuotaEntity = Readonly<Partial<Record<EntityType, string | null>>>

export type QuotaKey =
  | 'producer_byte_rate'
  | 'consumer_byte_rate'
  | 'request_percentage'
  | 'controller_mutation_rate'
  | 'connection_creation_rate'

export type QuotaValues = Readonly<Partial<Record<QuotaKey, number>>>

/** A quota that applies, and who shares it: all who have the same `sharedBy`. */
export interface AppliedQuota {
  readonly limit: number
  readonly sharedBy: string
}

/** Types and keys are told in the order in which Apache Kafka comes to tell them: clients compare whole answers. */
export const entityTypes: readonly EntityType[] = ['client-id', 'user', 'ip']
const clientKeys: readonly QuotaKey[] = [
  'consumer_byte_rate',
  'request_percentage',
  'producer_byte_rate',
  'controller_mutation_rate',
]
const addressKeys: readonly QuotaKey[] = ['connection_creation_rate']

/** The quotas that an entity can have. */
export function quotaKeysOf(entity: QuotaEntity): readonly QuotaKey[] {
  return entity.ip === undefined ? clientKeys : addressKeys
}

export class QuotaEntities {
  readonly #store: FactStore
  readonly #clock: Clock
  readonly #byText = new Map<string, { readonly entity: QuotaEntity; readonly values: QuotaValues }>()
  /** How many entities have each quota. */
  readonly #keyCounts = new Map<string, number>()

  /** `store` must have been loaded. */
  constructor(store: FactStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
    for (const [text, fact] of store.facts('quota')) {
      this.#keep(text, fact['values'] as QuotaValues)
    }
  }

  /** Whether nobody has any quota. */
  get isEmpty(): boolean {
    return this.#keyCounts.size === 0
  }

  /** Whether anybody has this quota. */
  isInUse(key: QuotaKey): boolean {
    return this.#keyCounts.has(key)
  }

  all(): IterableIterator<{ readonly entity: QuotaEntity; readonly values: QuotaValues }> {
    return this.#byText.values()
  }

  valuesOf(entity: QuotaEntity): QuotaValues {
    return this.#byText.get(toText(entity))?.values ?? {}
  }

  /** Replaces the quotas of an entity; none forgets it. */
  put(entity: QuotaEntity, values: QuotaValues): void {
    const text = toText(entity)
    const isGone = Object.keys(values).length === 0
    this.#store.putFact('quota', text, isGone ? null : { values }, this.#clock.now())
    this.#keep(text, values)
  }

  /** The quota of a client that belongs to a user; `undefined` for none. */
  ofClient(key: QuotaKey, user: string, clientId: string): AppliedQuota | undefined {
    if (!this.isInUse(key)) return undefined
    for (const name of [user, null]) {
      for (const client of [clientId, null]) {
        const limit = this.valuesOf({ user: name, 'client-id': client })[key]
        if (limit !== undefined) return { limit, sharedBy: JSON.stringify([user, clientId]) }
      }
      const limit = this.valuesOf({ user: name })[key]
      if (limit !== undefined) return { limit, sharedBy: JSON.stringify([user, null]) }
    }
    for (const client of [clientId, null]) {
      const limit = this.valuesOf({ 'client-id': client })[key]
      if (limit !== undefined) return { limit, sharedBy: JSON.stringify([null, clientId]) }
    }
    return undefined
  }

  /** The quota of an address. */
  ofAddress(key: QuotaKey, address: string): AppliedQuota | undefined {
    if (!this.isInUse(key)) return undefined
    const limit = this.valuesOf({ ip: address })[key] ?? this.valuesOf({ ip: null })[key]
    return limit === undefined ? undefined : { limit, sharedBy: JSON.stringify(address) }
  }

  #keep(text: string, values: QuotaValues): void {
    for (const key of Object.keys(this.#byText.get(text)?.values ?? {})) this.#count(key, -1)
    for (const key of Object.keys(values)) this.#count(key, 1)
    if (Object.keys(values).length === 0) this.#byText.delete(text)
    else this.#byText.set(text, { entity: fromText(text), values })
  }

  #count(key: string, change: 1 | -1): void {
    const count = (this.#keyCounts.get(key) ?? 0) + change
    if (count === 0) this.#keyCounts.delete(key)
    else this.#keyCounts.set(key, count)
  }
}

/** The order within a stored text, which is a key. */
const storedTypes: readonly EntityType[] = ['user', 'client-id', 'ip']

function toText(entity: QuotaEntity): string {
  return JSON.stringify(
    storedTypes.flatMap(type => (entity[type] === undefined ? [] : [[type, entity[type]]])),
  )
}

function fromText(text: string): QuotaEntity {
  return Object.fromEntries(JSON.parse(text) as [EntityType, string | null][])
}
