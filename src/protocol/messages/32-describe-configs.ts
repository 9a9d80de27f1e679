/**
 * DescribeConfigs (API key 32): tells the configuration of topics, groups and brokers.
 *
 * Sent to any broker, or for a broker's own configuration to that one.
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of DescribeConfigs. */
export interface DescribeConfigsRequest {
  /** Whose configuration. */
  readonly resources: readonly DescribeConfigsResource[]
  /** Whether the answer shall list what a value falls back to. */
  readonly includeSynonyms: boolean
  /** Whether the answer shall say what each key is for. */
  readonly includeDocumentation: boolean
}

/** A resource asked for. */
export interface DescribeConfigsResource {
  /** What it is: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
  readonly resourceType: number
  /** The topic, group or broker id. */
  readonly resourceName: string
  /** The keys to describe; null for all. */
  readonly configurationKeys: readonly string[] | null
}

export const DescribeConfigsResource: StructType<DescribeConfigsResource> = struct<DescribeConfigsResource>(
  'DescribeConfigsResource',
  {
    resourceType: int8,
    resourceName: string,
    configurationKeys: nullable(array(string)),
  },
)

export const DescribeConfigsRequest: MessageType<DescribeConfigsRequest> = message<DescribeConfigsRequest>(
  'DescribeConfigsRequest',
  { versions: [1, 4], flexibleSince: 4 },
  {
    resources: array(DescribeConfigsResource),
    includeSynonyms: bool,
    includeDocumentation: since(3, bool),
  },
)

/** The response of DescribeConfigs. */
export interface DescribeConfigsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** What was found, or done, for each. */
  readonly results: readonly DescribeConfigsResult[]
}

/** The configuration of one resource. */
export interface DescribeConfigsResult {
  /** Error code of this resource; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
  /** What it is: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
  readonly resourceType: number
  /** The topic, group or broker id. */
  readonly resourceName: string
  /** The configuration, key by key. */
  readonly configs: readonly DescribeConfigsResourceResult[]
}

/** One key of it. */
export interface DescribeConfigsResourceResult {
  /** The configuration key. */
  readonly name: string
  /** The value; null where there is none, or where it is secret. */
  readonly value: string | null
  /** Whether it cannot be changed. */
  readonly readOnly: boolean
  /**
   * Where the value comes from: 1 topic, 2 dynamic broker, 3 dynamic default broker, 4 static broker, 5
   * default, 6 dynamic broker logger, 7 client metrics, 8 group.
   */
  readonly configSource: number
  /** Whether it is a secret; then the value is null. */
  readonly isSensitive: boolean
  /** What the value falls back to, the nearest first. */
  readonly synonyms: readonly DescribeConfigsSynonym[]
  /**
   * Its type: 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password; 0 unknown.
   */
  readonly configType: number
  /** What it is for; null if that was not asked for. */
  readonly documentation: string | null
}

/** A value that would hold if a nearer one were gone. */
export interface DescribeConfigsSynonym {
  /** The configuration key; not always that of the value it stands in for. */
  readonly name: string
  /** The value; null where there is none, or where it is secret. */
  readonly value: string | null
  /** Where the value comes from, numbered as `configSource`. */
  readonly source: number
}

export const DescribeConfigsSynonym: StructType<DescribeConfigsSynonym> = struct<DescribeConfigsSynonym>(
  'DescribeConfigsSynonym',
  {
    name: string,
    value: nullable(string),
    source: int8,
  },
)

export const DescribeConfigsResourceResult: StructType<DescribeConfigsResourceResult> =
  struct<DescribeConfigsResourceResult>('DescribeConfigsResourceResult', {
    name: string,
    value: nullable(string),
    readOnly: bool,
    configSource: ignorable(withDefault(-1, int8)),
    isSensitive: bool,
    synonyms: ignorable(array(DescribeConfigsSynonym)),
    configType: since(3, ignorable(int8)),
    documentation: since(3, ignorable(nullable(string))),
  })

export const DescribeConfigsResult: StructType<DescribeConfigsResult> = struct<DescribeConfigsResult>(
  'DescribeConfigsResult',
  {
    errorCode: int16,
    errorMessage: nullable(string),
    resourceType: int8,
    resourceName: string,
    configs: array(DescribeConfigsResourceResult),
  },
)

export const DescribeConfigsResponse: MessageType<DescribeConfigsResponse> = message<DescribeConfigsResponse>(
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
