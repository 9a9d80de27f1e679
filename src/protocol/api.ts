/** An API of the protocol: its key, its name and its two messages. */
import type { MessageType } from './schema.ts'

export interface Api<Request, Response> {
  /** The number on the wire. */
  readonly key: number
  readonly name: string
  readonly request: MessageType<Request>
  readonly response: MessageType<Response>
}
