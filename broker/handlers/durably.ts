/** Answers a change of the registry of topics once it is as durable as the configuration promises. */
import type { BrokerContext } from './handler.ts'

export function durably<Response>(
  { topics }: BrokerContext,
  response: Response,
): Response | Promise<Response> {
  const durable = topics.durable()
  return durable === undefined ? response : durable.then(() => response)
}
