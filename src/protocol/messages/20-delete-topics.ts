/**
 * DeleteTopics (API key 20): deletes topics, by name or (version 6) by id. Sent to the controller; a broker
 * passes it on.
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
  type MessageType,
  type StructType,
} from '../schema.ts'

/** The request of DeleteTopics. */
export interface DeleteTopicsRequest {
  /** The topics, by name or id (version 6). */
  readonly topics: readonly DeleteTopicState[]
  /** The names of the topics (versions 1 to 5). */
  readonly topicNames: readonly string[]
  /** How long the broker may take before it answers REQUEST_TIMED_OUT, in milliseconds. */
  readonly timeoutMs: number
}

/** A topic to delete. */
export interface DeleteTopicState {
  /** The name of the topic; null to delete by id. */
  readonly name: string | null
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
}

export const DeleteTopicState: StructType<DeleteTopicState> = struct<DeleteTopicState>('DeleteTopicState', {
  name: withDefault(null, nullable(string)),
  topicId: uuid,
})

export const DeleteTopicsRequest: MessageType<DeleteTopicsRequest> = message<DeleteTopicsRequest>(
  'DeleteTopicsRequest',
  { versions: [1, 6], flexibleSince: 4 },
  {
    topics: since(6, array(DeleteTopicState)),
    topicNames: between(0, 5, ignorable(array(string))),
    timeoutMs: int32,
  },
)

/** The response of DeleteTopics. */
export interface DeleteTopicsResponse {
  /** How long the client is to hold back because of a quota, in milliseconds; 0 for not at all. */
  readonly throttleTimeMs: number
  /** What became of each topic. */
  readonly responses: readonly DeletableTopicResult[]
}

/** What became of one topic. */
export interface DeletableTopicResult {
  /** The name of the topic; null if it was named by an id that does not exist. */
  readonly name: string | null
  /** The id of the topic; zero if it goes by its name. */
  readonly topicId: string
  /** Error code of this topic; 0 for none. */
  readonly errorCode: number
  /** What went wrong, for people; null if nothing did. */
  readonly errorMessage: string | null
}

export const DeletableTopicResult: StructType<DeletableTopicResult> = struct<DeletableTopicResult>(
  'DeletableTopicResult',
  {
    name: nullable(string, 6),
    topicId: since(6, ignorable(uuid)),
    errorCode: int16,
    errorMessage: since(5, ignorable(withDefault(null, nullable(string)))),
  },
)

export const DeleteTopicsResponse: MessageType<DeleteTopicsResponse> = message<DeleteTopicsResponse>(
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
