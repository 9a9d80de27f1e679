/**
 * AlterClientQuotas (API key 49): sets and removes quotas of users, clients and addresses. Sent to the controller.
 */
import type { Api } from '../api.ts'
import {
  array,
  bool,
  float64,
  int16,
  int32,
  message,
  nullable,
  string,
  struct,
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of AlterClientQuotas. */
export interface AlterClientQuotasRequest {
  /** The entities and their quotas. */
  readonly entries: readonly AlterClientQuotasEntry[]
  /** Whether nothing is to be changed. */
  readonly validateOnly: boolean
}

/** An entity and what to change. */
export interface AlterClientQuotasEntry {
  /** What the entity is made of. */
  readonly entity: readonly AlterClientQuotasEntity[]
  /** The changes. */
  readonly ops: readonly AlterClientQuotasOperation[]
}

/** A part of an entity. */
export interface AlterClientQuotasEntity {
  /** "user", "client-id" or "ip". */
  readonly entityType: string
  /** The name; null for the default of its type. */
  readonly entityName: string | null
}

export const AlterClientQuotasEntity: StructType<AlterClientQuotasEntity> = struct<AlterClientQuotasEntity>(
  'AlterClientQuotasEntity',
  {
    entityType: string,
    entityName: nullable(string),
  },
)

/** A change of one quota. */
export interface AlterClientQuotasOperation {
  /** The name of the quota. */
  readonly key: string
  /** The quota. */
  readonly value: number
  /** Whether the quota is taken away instead of set. */
  readonly remove: boolean
}

export const AlterClientQuotasOperation: StructType<AlterClientQuotasOperation> =
  struct<AlterClientQuotasOperation>('AlterClientQuotasOperation', {
    key: string,
    value: float64,
    remove: bool,
  })

export const AlterClientQuotasEntry: StructType<AlterClientQuotasEntry> = struct<AlterClientQuotasEntry>(
  'AlterClientQuotasEntry',
  {
    entity: array(AlterClientQuotasEntity),
    ops: array(AlterClientQuotasOperation),
  },
)

export const AlterClientQuotasRequest: MessageType<AlterClientQuotasRequest> =
  message<AlterClientQuotasRequest>(
    'AlterClientQuotasRequest',
    { versions: [0, 1], flexibleSince: 1 },
    {
      entries: array(AlterClientQuotasEntry),
      validateOnly: bool,
    },
  )

/** The response of AlterClientQuotas. */
export interface AlterClientQuotasResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** The entities and their quotas. */
  readonly entries: readonly AlterClientQuotasEntryResult[]
}

/** What became of the changes of one entity. */
export interface AlterClientQuotasEntryResult {
  /** Error code; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** What the entity is made of. */
  readonly entity: readonly AlterClientQuotasEntity[]
}

export const AlterClientQuotasEntryResult: StructType<AlterClientQuotasEntryResult> =
  struct<AlterClientQuotasEntryResult>('AlterClientQuotasEntryResult', {
    errorCode: int16,
    errorMessage: nullable(string),
    entity: array(AlterClientQuotasEntity),
  })

export const AlterClientQuotasResponse: MessageType<AlterClientQuotasResponse> =
  message<AlterClientQuotasResponse>(
    'AlterClientQuotasResponse',
    { versions: [0, 1], flexibleSince: 1 },
    {
      throttleTimeMs: int32,
      entries: array(AlterClientQuotasEntryResult),
    },
  )

export const AlterClientQuotas: Api<AlterClientQuotasRequest, AlterClientQuotasResponse> = {
  key: 49,
  name: 'AlterClientQuotas',
  request: AlterClientQuotasRequest,
  response: AlterClientQuotasResponse,
}
