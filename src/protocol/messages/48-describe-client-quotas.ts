/**
 * DescribeClientQuotas (API key 48): tells the quotas of users, clients and addresses.
 */
import type { Api } from '../api.ts'
import {
  array,
  bool,
  float64,
  int16,
  int32,
  int8,
  message,
  nullable,
  string,
  struct,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of DescribeClientQuotas. */
export interface DescribeClientQuotasRequest {
  /** What the entities are filtered by. */
  readonly components: readonly DescribeClientQuotasComponent[]
  /** Whether entities with other types than those named are left out. */
  readonly strict: boolean
}

/** A type of entity to filter by. */
export interface DescribeClientQuotasComponent {
  /** "user", "client-id" or "ip". */
  readonly entityType: string
  /** 0 for the name given, 1 for the default, 2 for any. */
  readonly matchType: number
  /** The name to match; null where the kind of match needs none. */
  readonly match: string | null
}

export const DescribeClientQuotasComponent: StructType<DescribeClientQuotasComponent> =
  struct<DescribeClientQuotasComponent>('DescribeClientQuotasComponent', {
    entityType: string,
    matchType: int8,
    match: nullable(string),
  })

export const DescribeClientQuotasRequest: MessageType<DescribeClientQuotasRequest> =
  message<DescribeClientQuotasRequest>(
    'DescribeClientQuotasRequest',
    { versions: [0, 1], flexibleSince: 1 },
    {
      components: array(DescribeClientQuotasComponent),
      strict: bool,
    },
  )

/** The response of DescribeClientQuotas. */
export interface DescribeClientQuotasResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The entities and their quotas. */
  readonly entries: readonly DescribeClientQuotasEntry[] | null
}

/** An entity and its quotas. */
export interface DescribeClientQuotasEntry {
  /** What the entity is made of. */
  readonly entity: readonly DescribeClientQuotasEntity[]
  /** The quotas of the entity. */
  readonly values: readonly DescribeClientQuotasValue[]
}

/** A part of an entity. */
export interface DescribeClientQuotasEntity {
  /** "user", "client-id" or "ip". */
  readonly entityType: string
  /** The name; null for the default of its type. */
  readonly entityName: string | null
}

export const DescribeClientQuotasEntity: StructType<DescribeClientQuotasEntity> =
  struct<DescribeClientQuotasEntity>('DescribeClientQuotasEntity', {
    entityType: string,
    entityName: nullable(string),
  })

/** A quota. */
export interface DescribeClientQuotasValue {
  /** The name of the quota. */
  readonly key: string
  /** The quota. */
  readonly value: number
}

export const DescribeClientQuotasValue: StructType<DescribeClientQuotasValue> =
  struct<DescribeClientQuotasValue>('DescribeClientQuotasValue', {
    key: string,
    value: float64,
  })

export const DescribeClientQuotasEntry: StructType<DescribeClientQuotasEntry> =
  struct<DescribeClientQuotasEntry>('DescribeClientQuotasEntry', {
    entity: array(DescribeClientQuotasEntity),
    values: array(DescribeClientQuotasValue),
  })

export const DescribeClientQuotasResponse: MessageType<DescribeClientQuotasResponse> =
  message<DescribeClientQuotasResponse>(
    'DescribeClientQuotasResponse',
    { versions: [0, 1], flexibleSince: 1 },
    {
      throttleTimeMs: int32,
      errorCode: int16,
      errorMessage: nullable(string),
      entries: nullable(array(DescribeClientQuotasEntry)),
    },
  )

export const DescribeClientQuotas: Api<DescribeClientQuotasRequest, DescribeClientQuotasResponse> = {
  key: 48,
  name: 'DescribeClientQuotas',
  request: DescribeClientQuotasRequest,
  response: DescribeClientQuotasResponse,
}
