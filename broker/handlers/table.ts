/** Every handler of the broker, one line per API key: what ApiVersions tells and dispatch looks up. */
import type { AnyApiHandler } from './handler.ts'

const handlers: readonly AnyApiHandler[] = []

/** API key → handler. */
export const apiHandlers: ReadonlyMap<number, AnyApiHandler> = new Map(
  handlers.map(handler => [handler.api.key, handler]),
)
