/** Answers what changes or tells the registry of topics once that is as durable as the configuration promises. */
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

/**
 * Answers what only tells: where the disk has failed the registry, what `known` leaves of the answer, which are the things
 * that are on the disk for certain.
 */
export function durablyTold<Response>(
  broker: BrokerContext,
  response: Response | Promise<Response>,
  known: (response: Response) => Response,
): Response | Promise<Response> {
  if (response instanceof Promise) return response.then(made => durablyTold(broker, made, known))
  const durable = broker.topics.durable()
  if (durable === undefined) return response
  return durable.then(
    () => response,
    () => known(response),
  )
}
