/**
 * AlterClientQuotas (key 49): sets and removes quotas of users, clients and addresses.
 *
 * Behaviour. The changes of one entity are made together or not at all; they are in force when they are answered.
 */
import { isIP } from 'node:net'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  AlterClientQuotas,
  type AlterClientQuotasEntry,
  type AlterClientQuotasEntity,
  type AlterClientQuotasRequest,
  type AlterClientQuotasResponse,
} from '../../src/protocol/messages/49-alter-client-quotas.ts'
import { BrokerError } from '../broker-error.ts'
import { longMax } from '../config-table.ts'
import {
  entityTypes,
  quotaKeysOf,
  type EntityType,
  type QuotaEntity,
  type QuotaKey,
} from '../security/quota-entities.ts'
import { duplicatesInSteps } from './duplicates.ts'
import { durably } from './durably.ts'
import { failureOf } from './failure.ts'
import { apiHandler, type ApiHandler, type BrokerContext, type RequestContext } from './handler.ts'
import { eachInSteps, sliced } from './sliced.ts'

const nameLengthMax = 1024
const wholeNumbers: ReadonlySet<string> = new Set([
  'producer_byte_rate',
  'consumer_byte_rate',
  'connection_creation_rate',
])

export const alterClientQuotas: ApiHandler<AlterClientQuotasRequest, AlterClientQuotasResponse> = apiHandler(
  AlterClientQuotas,
  {
    versions: [0, 1],
    handle,
    refuse: ({ entries }, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      entries: entries.map(({ entity }) => ({ errorCode, errorMessage, entity })),
    }),
  },
)

function handle(
  broker: BrokerContext,
  { request }: RequestContext<AlterClientQuotasRequest>,
): AlterClientQuotasResponse | Promise<AlterClientQuotasResponse> {
  return durably(broker, sliced(broker, alterAll(broker, request)))
}

function* alterAll(
  broker: BrokerContext,
  request: AlterClientQuotasRequest,
): Generator<void, AlterClientQuotasResponse, void> {
  const keyOf = ({ entity }: AlterClientQuotasEntry) =>
    entity
      .map(each => JSON.stringify([each.entityType, each.entityName]))
      .sort()
      .join()
  const twice = yield* duplicatesInSteps(request.entries, keyOf)
  const entries = yield* eachInSteps(request.entries, entry => {
    const entity = entry.entity.toSorted((a, b) => rankOf(a) - rankOf(b))
    try {
      if (twice.has(keyOf(entry))) throw invalid('An entity may be in a request once.')
      alter(broker, entry, request.validateOnly)
      return { errorCode: 0, errorMessage: null, entity }
    } catch (error) {
      return { ...failureOf(error), entity }
    }
  })
  return { throttleTimeMs: 0, entries }
}

function rankOf({ entityType }: AlterClientQuotasEntity): number {
  return entityTypes.findIndex(each => each === entityType)
}

function alter(
  { quotas }: BrokerContext,
  { entity: parts, ops }: AlterClientQuotasEntry,
  isTrial: boolean,
): void {
  const entity = entityOf(parts)
  const allowed = quotaKeysOf(entity)
  const values: Partial<Record<QuotaKey, number>> = { ...quotas.entities.valuesOf(entity) }
  const seen = new Set<string>()
  for (const { key: name, value, remove } of ops) {
    const key = allowed.find(each => each === name)
    if (key === undefined) throw invalid(`Invalid configuration key ${name}`)
    if (seen.has(name)) throw invalid(`Duplicate configuration key ${name}`)
    seen.add(name)
    if (remove) {
      delete values[key]
      continue
    }
    if (!Number.isFinite(value) || value <= 0) throw invalid(`Quota ${name} must be greater than 0`)
    if (wholeNumbers.has(name) && !Number.isInteger(value)) throw invalid(`${name} must be an integer`)
    if (value >= longMax && wholeNumbers.has(name)) throw invalid(`${name} is too large for 64 bits`)
    values[key] = value
  }
  if (!isTrial) quotas.entities.put(entity, values)
}

function entityOf(parts: readonly AlterClientQuotasEntity[]): QuotaEntity {
  const entity: Partial<Record<EntityType, string | null>> = {}
  for (const { entityType, entityName } of parts) {
    if (entityType !== 'user' && entityType !== 'client-id' && entityType !== 'ip') {
      throw invalid(`Unhandled client quota entity type: ${entityType}`)
    }
    if (entity[entityType] !== undefined) throw invalid(`Duplicate quota entity type ${entityType}`)
    if (entityName === '') throw invalid(`Empty ${entityType} not supported`)
    if (entityName !== null && entityName.length > nameLengthMax)
      throw invalid(`The ${entityType} is too long`)
    entity[entityType] = entityName
  }
  const { ip } = entity
  if (parts.length === 0) throw invalid('Invalid empty client quota entity')
  if (ip === undefined) return entity
  if (parts.length > 1)
    throw invalid('Invalid quota entity combination, IP entity should not be used with others')
  if (ip !== null && isIP(ip) === 0) throw invalid(`${ip} is not a valid IP address`)
  return entity
}

function invalid(message: string): BrokerError {
  return new BrokerError(kafkaErrors.INVALID_REQUEST.code, message)
}
