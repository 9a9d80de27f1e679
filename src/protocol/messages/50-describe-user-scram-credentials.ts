/**
 * DescribeUserScramCredentials (API key 50): tells which SCRAM credentials users have, never the secrets.
 */
import type { Api } from '../api.ts'
import {
  array,
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

/** The request of DescribeUserScramCredentials. */
export interface DescribeUserScramCredentialsRequest {
  /** The users; null or none for all. */
  readonly users: readonly DescribeUserScramCredentialsUser[] | null
}

/** A user asked for. */
export interface DescribeUserScramCredentialsUser {
  /** The name. */
  readonly name: string
}

export const DescribeUserScramCredentialsUser: StructType<DescribeUserScramCredentialsUser> =
  struct<DescribeUserScramCredentialsUser>('DescribeUserScramCredentialsUser', {
    name: string,
  })

export const DescribeUserScramCredentialsRequest: MessageType<DescribeUserScramCredentialsRequest> =
  message<DescribeUserScramCredentialsRequest>(
    'DescribeUserScramCredentialsRequest',
    { versions: [0, 0], flexibleSince: 0 },
    {
      users: nullable(array(DescribeUserScramCredentialsUser)),
    },
  )

/** The response of DescribeUserScramCredentials. */
export interface DescribeUserScramCredentialsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** Error code; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** One result for each, in their order. */
  readonly results: readonly DescribeUserScramCredentialsResult[]
}

/** The credentials of one user. */
export interface DescribeUserScramCredentialsResult {
  /** The name of the user. */
  readonly user: string
  /** Error code; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** The credentials that the user has. */
  readonly credentialInfos: readonly CredentialInfo[]
}

/** A credential. */
export interface CredentialInfo {
  /** 1 for SCRAM-SHA-256, 2 for SCRAM-SHA-512. */
  readonly mechanism: number
  /** How many rounds the salted password was derived with. */
  readonly iterations: number
}

export const CredentialInfo: StructType<CredentialInfo> = struct<CredentialInfo>('CredentialInfo', {
  mechanism: int8,
  iterations: int32,
})

export const DescribeUserScramCredentialsResult: StructType<DescribeUserScramCredentialsResult> =
  struct<DescribeUserScramCredentialsResult>('DescribeUserScramCredentialsResult', {
    user: string,
    errorCode: int16,
    errorMessage: nullable(string),
    credentialInfos: array(CredentialInfo),
  })

export const DescribeUserScramCredentialsResponse: MessageType<DescribeUserScramCredentialsResponse> =
  message<DescribeUserScramCredentialsResponse>(
    'DescribeUserScramCredentialsResponse',
    { versions: [0, 0], flexibleSince: 0 },
    {
      throttleTimeMs: int32,
      errorCode: int16,
      errorMessage: nullable(string),
      results: array(DescribeUserScramCredentialsResult),
    },
  )

export const DescribeUserScramCredentials: Api<
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse
> = {
  key: 50,
  name: 'DescribeUserScramCredentials',
  request: DescribeUserScramCredentialsRequest,
  response: DescribeUserScramCredentialsResponse,
}
