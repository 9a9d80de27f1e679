/** Answers a change of the registry of topics once it is as durable as the configuration promises. */
import type { BrokerContext } from './handler.ts'

export function durably<Response>(
  broker: BrokerContext,
  response: Response | Promise<Response>,
): Response | Promise<Response> {
  if (response instanceof Promise) return response.then(made => durably(broker, made))
  const { topics } = broker
  const durable = topics.durable()
  return durable === undefined ? response : durable.then(() => response)
}
