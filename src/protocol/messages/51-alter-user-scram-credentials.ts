/**
 * AlterUserScramCredentials (API key 51): sets and removes SCRAM credentials of users. Sent to the controller.
 */
import type { Api } from '../api.ts'
import {
  array,
  bytes,
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

/** The request of AlterUserScramCredentials. */
export interface AlterUserScramCredentialsRequest {
  /** The credentials to remove. */
  readonly deletions: readonly ScramCredentialDeletion[]
  /** The credentials to set. */
  readonly upsertions: readonly ScramCredentialUpsertion[]
}

/** A credential to remove. */
export interface ScramCredentialDeletion {
  /** The name. */
  readonly name: string
  /** 1 for SCRAM-SHA-256, 2 for SCRAM-SHA-512. */
  readonly mechanism: number
}

export const ScramCredentialDeletion: StructType<ScramCredentialDeletion> = struct<ScramCredentialDeletion>(
  'ScramCredentialDeletion',
  {
    name: string,
    mechanism: int8,
  },
)

/** A credential to set. */
export interface ScramCredentialUpsertion {
  /** The name. */
  readonly name: string
  /** 1 for SCRAM-SHA-256, 2 for SCRAM-SHA-512. */
  readonly mechanism: number
  /** How many rounds the salted password was derived with. */
  readonly iterations: number
  /** The salt that the client chose. */
  readonly salt: Uint8Array
  /** The password after the derivation; the password itself never comes to the broker. */
  readonly saltedPassword: Uint8Array
}

export const ScramCredentialUpsertion: StructType<ScramCredentialUpsertion> =
  struct<ScramCredentialUpsertion>('ScramCredentialUpsertion', {
    name: string,
    mechanism: int8,
    iterations: int32,
    salt: bytes,
    saltedPassword: bytes,
  })

export const AlterUserScramCredentialsRequest: MessageType<AlterUserScramCredentialsRequest> =
  message<AlterUserScramCredentialsRequest>(
    'AlterUserScramCredentialsRequest',
    { versions: [0, 0], flexibleSince: 0 },
    {
      deletions: array(ScramCredentialDeletion),
      upsertions: array(ScramCredentialUpsertion),
    },
  )

/** The response of AlterUserScramCredentials. */
export interface AlterUserScramCredentialsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** One result for each, in their order. */
  readonly results: readonly AlterUserScramCredentialsResult[]
}

/** What became of the changes of one user. */
export interface AlterUserScramCredentialsResult {
  /** The name of the user. */
  readonly user: string
  /** Error code; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
}

export const AlterUserScramCredentialsResult: StructType<AlterUserScramCredentialsResult> =
  struct<AlterUserScramCredentialsResult>('AlterUserScramCredentialsResult', {
    user: string,
    errorCode: int16,
    errorMessage: nullable(string),
  })

export const AlterUserScramCredentialsResponse: MessageType<AlterUserScramCredentialsResponse> =
  message<AlterUserScramCredentialsResponse>(
    'AlterUserScramCredentialsResponse',
    { versions: [0, 0], flexibleSince: 0 },
    {
      throttleTimeMs: int32,
      results: array(AlterUserScramCredentialsResult),
    },
  )

export const AlterUserScramCredentials: Api<
  AlterUserScramCredentialsRequest,
  AlterUserScramCredentialsResponse
> = {
  key: 51,
  name: 'AlterUserScramCredentials',
  request: AlterUserScramCredentialsRequest,
  response: AlterUserScramCredentialsResponse,
}
