/**
 * DeleteTopics (API key 20).
 */
import type { Api } from '../api.ts'
import {
  array,
  between,
  ignorable,
  int16,
  int32,
  message,
  nullable,
  since,
  string,
  struct,
  uuid,
  withDefault,
} from '../schema.ts'

/** DeleteTopicsRequest */
export interface DeleteTopicsRequest {
  /** topics */
  readonly topics: readonly DeleteTopicState[]
  /** topicNames */
  readonly topicNames: readonly string[]
  /** timeoutMs */
  readonly timeoutMs: number
}

/** DeleteTopicState */
export interface DeleteTopicState {
  /** name */
  readonly name: string | null
  /** topicId */
  readonly topicId: string
}

export const DeleteTopicState = struct<DeleteTopicState>('DeleteTopicState', {
  name: withDefault(null, nullable(string)),
  topicId: uuid,
})

export const DeleteTopicsRequest = message<DeleteTopicsRequest>(
  'DeleteTopicsRequest',
  { versions: [1, 6], flexibleSince: 4 },
  {
    topics: since(6, array(DeleteTopicState)),
    topicNames: between(0, 5, ignorable(array(string))),
    timeoutMs: int32,
  },
)

/** DeleteTopicsResponse */
export interface DeleteTopicsResponse {
  /** throttleTimeMs */
  readonly throttleTimeMs: number
  /** responses */
  readonly responses: readonly DeletableTopicResult[]
}

/** DeletableTopicResult */
export interface DeletableTopicResult {
  /** name */
  readonly name: string | null
  /** topicId */
  readonly topicId: string
  /** errorCode */
  readonly errorCode: number
  /** errorMessage */
  readonly errorMessage: string | null
}

export const DeletableTopicResult = struct<DeletableTopicResult>('DeletableTopicResult', {
  name: nullable(string, 6),
  topicId: since(6, ignorable(uuid)),
  errorCode: int16,
  errorMessage: since(5, ignorable(withDefault(null, nullable(string)))),
})

export const DeleteTopicsResponse = message<DeleteTopicsResponse>(
  'DeleteTopicsResponse',
  { versions: [1, 6], flexibleSince: 4 },
  {
    throttleTimeMs: ignorable(int32),
    responses: array(DeletableTopicResult),
  },
)

export const DeleteTopics: Api<DeleteTopicsRequest, DeleteTopicsResponse> = {
  key: 20,
  name: 'DeleteTopics',
  request: DeleteTopicsRequest,
  response: DeleteTopicsResponse,
}
