/**
 * What a request is charged to its client's quotas, and the response that tells the client to hold back (KIP-219). The bytes of
 * a Fetch were charged by its handler, whose answer depends on them.
 */
import type { Peer } from '../handlers/handler.ts'
import type { Quotas } from '../security/quotas.ts'

const produceKey = 0

/** A request that has been answered. */
export interface AnsweredRequest {
  readonly apiKey: number
  readonly requestBytes: number
  readonly busyMs: number
  /** Whether nothing is sent for it: a Produce that asks for no acknowledgement. */
  readonly isUnanswered: boolean
}

/** The response as it is to be sent, and for how long nothing more of the client is to be read. */
export interface ChargedResponse {
  readonly response: unknown
  readonly throttleMs: number
}

/** Charges a request. A handler may have found a wait of its own: the longer one counts. */
export function charge(
  quotas: Quotas,
  peer: Peer,
  response: unknown,
  { apiKey, requestBytes, busyMs, isUnanswered }: AnsweredRequest,
): ChargedResponse {
  const found = throttleOf(response)
  if (!quotas.countsRequests) return { response, throttleMs: found }
  const used = quotas.charge(peer, {
    producedBytes: apiKey === produceKey ? requestBytes : 0,
    busyMs: isUnanswered ? undefined : busyMs,
  })
  if (used <= found) return { response, throttleMs: found }
  // Who is not told (SaslHandshake has no field for it) waits all the same.
  return { response: { ...(response as object), throttleTimeMs: used }, throttleMs: used }
}

function throttleOf(response: unknown): number {
  const { throttleTimeMs } = response as { readonly throttleTimeMs?: number }
  return throttleTimeMs ?? 0
}
