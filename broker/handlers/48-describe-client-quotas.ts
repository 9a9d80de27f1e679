/**
 * DescribeClientQuotas (key 48): the quotas of the entities that a filter means.
 *
 * Behaviour. Each component is about one type of entity: a name (0), the default (1), or any (2). `strict` leaves out entities
 * that have a type which the filter does not name.
 */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  DescribeClientQuotas,
  type DescribeClientQuotasComponent,
  type DescribeClientQuotasRequest,
  type DescribeClientQuotasResponse,
} from '../../src/protocol/messages/48-describe-client-quotas.ts'
import { BrokerError } from '../broker-error.ts'
import { entityTypes, quotaKeysOf, type EntityType, type QuotaEntity } from '../security/quota-entities.ts'
import { apiHandler, type ApiHandler, type BrokerContext, type RequestContext } from './handler.ts'

const kinds = { name: 0, default: 1, any: 2 } as const

export const describeClientQuotas: ApiHandler<DescribeClientQuotasRequest, DescribeClientQuotasResponse> =
  apiHandler(DescribeClientQuotas, {
    versions: [0, 1],
    handle,
    refuse: (_request, errorCode, errorMessage) => ({
      throttleTimeMs: 0,
      errorCode,
      errorMessage,
      entries: null,
    }),
  })

function handle(
  { quotas }: BrokerContext,
  { request }: RequestContext<DescribeClientQuotasRequest>,
): DescribeClientQuotasResponse {
  const wanted = componentsOf(request)
  const entries = [...quotas.entities.all()]
    .filter(({ entity }) => matches(wanted, entity, request.strict))
    .map(({ entity, values }) => ({
      entity: entityTypes.flatMap(entityType => {
        const entityName = entity[entityType]
        return entityName === undefined ? [] : [{ entityType, entityName }]
      }),
      values: quotaKeysOf(entity).flatMap(key => {
        const value = values[key]
        return value === undefined ? [] : [{ key, value }]
      }),
    }))
  return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, entries }
}

function componentsOf({
  components,
}: DescribeClientQuotasRequest): ReadonlyMap<EntityType, DescribeClientQuotasComponent> {
  const wanted = new Map<EntityType, DescribeClientQuotasComponent>()
  for (const component of components) {
    const { entityType, matchType, match } = component
    if (entityType === '') throw invalid('Invalid empty entity type.')
    if (entityType !== 'user' && entityType !== 'client-id' && entityType !== 'ip') {
      throw new BrokerError(
        kafkaErrors.UNSUPPORTED_VERSION.code,
        `Custom entity type '${entityType}' not supported`,
      )
    }
    if (wanted.has(entityType)) throw invalid(`Duplicate ${entityType} filter component entity type`)
    if (matchType === kinds.name ? match === null : match !== null) {
      throw invalid('A name goes with an exact match, and with no other')
    }
    if (matchType < kinds.name || matchType > kinds.any) throw invalid(`Unknown match type ${matchType}`)
    wanted.set(entityType, component)
  }
  if (wanted.has('ip') && wanted.size > 1) {
    throw invalid(
      'Invalid entity filter component combination, IP filter component should not be used with user or clientId filter component.',
    )
  }
  return wanted
}

function matches(
  wanted: ReadonlyMap<EntityType, DescribeClientQuotasComponent>,
  entity: QuotaEntity,
  strict: boolean,
): boolean {
  if (strict && Object.keys(entity).length !== wanted.size) return false
  return [...wanted].every(([type, { matchType, match }]) => {
    const name = entity[type]
    if (name === undefined) return false
    if (matchType === kinds.any) return true
    return matchType === kinds.default ? name === null : name === match
  })
}

function invalid(message: string): BrokerError {
  return new BrokerError(kafkaErrors.INVALID_REQUEST.code, message)
}
