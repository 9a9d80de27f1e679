/**
 * DescribeConfigs (API key 32).
 */
import type { Api } from '../api.ts'
import {
  array,
  bool,
  ignorable,
  int16,
  int32,
  int8,
  message,
  nullable,
  since,
  string,
  struct,
  withDefault,
} from '../schema.ts'

/** DescribeConfigsRequest */
export interface DescribeConfigsRequest {
  /** resources */
  readonly resources: readonly DescribeConfigsResource[]
  /** includeSynonyms */
  readonly includeSynonyms: boolean
  /** includeDocumentation */
  readonly includeDocumentation: boolean
}

/** DescribeConfigsResource */
export interface DescribeConfigsResource {
  /** resourceType */
  readonly resourceType: number
  /** resourceName */
  readonly resourceName: string
  /** configurationKeys */
  readonly configurationKeys: readonly string[] | null
}

export const DescribeConfigsResource = struct<DescribeConfigsResource>('DescribeConfigsResource', {
  resourceType: int8,
  resourceName: string,
  configurationKeys: nullable(array(string)),
})

export const DescribeConfigsRequest = message<DescribeConfigsRequest>(
  'DescribeConfigsRequest',
  { versions: [1, 4], flexibleSince: 4 },
  {
    resources: array(DescribeConfigsResource),
    includeSynonyms: bool,
    includeDocumentation: since(3, bool),
  },
)

/** DescribeConfigsResponse */
export interface DescribeConfigsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** results */
  readonly results: readonly DescribeConfigsResult[]
}

/** DescribeConfigsResult */
export interface DescribeConfigsResult {
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
  /** resourceType */
  readonly resourceType: number
  /** resourceName */
  readonly resourceName: string
  /** configs */
  readonly configs: readonly DescribeConfigsResourceResult[]
}

/** DescribeConfigsResourceResult */
export interface DescribeConfigsResourceResult {
  /** name */
  readonly name: string
  /** value */
  readonly value: string | null
  /** readOnly */
  readonly readOnly: boolean
  /** configSource */
  readonly configSource: number
  /** isSensitive */
  readonly isSensitive: boolean
  /** synonyms */
  readonly synonyms: readonly DescribeConfigsSynonym[]
  /** configType */
  readonly configType: number
  /** documentation */
  readonly documentation: string | null
}

/** DescribeConfigsSynonym */
export interface DescribeConfigsSynonym {
  /** name */
  readonly name: string
  /** value */
  readonly value: string | null
  /** source */
  readonly source: number
}

export const DescribeConfigsSynonym = struct<DescribeConfigsSynonym>('DescribeConfigsSynonym', {
  name: string,
  value: nullable(string),
  source: int8,
})

export const DescribeConfigsResourceResult = struct<DescribeConfigsResourceResult>(
  'DescribeConfigsResourceResult',
  {
    name: string,
    value: nullable(string),
    readOnly: bool,
    configSource: ignorable(withDefault(-1, int8)),
    isSensitive: bool,
    synonyms: ignorable(array(DescribeConfigsSynonym)),
    configType: since(3, ignorable(int8)),
    documentation: since(3, ignorable(nullable(string))),
  },
)

export const DescribeConfigsResult = struct<DescribeConfigsResult>('DescribeConfigsResult', {
  errorCode: int16,
  errorMessage: nullable(string),
  resourceType: int8,
  resourceName: string,
  configs: array(DescribeConfigsResourceResult),
})

export const DescribeConfigsResponse = message<DescribeConfigsResponse>(
  'DescribeConfigsResponse',
  { versions: [1, 4], flexibleSince: 4 },
  {
    throttleTimeMs: int32,
    results: array(DescribeConfigsResult),
  },
)

export const DescribeConfigs: Api<DescribeConfigsRequest, DescribeConfigsResponse> = {
  key: 32,
  name: 'DescribeConfigs',
  request: DescribeConfigsRequest,
  response: DescribeConfigsResponse,
}
