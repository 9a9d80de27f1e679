/**
 * How many connections there are, of all listeners together and of each address, and whether one more may come.
 *
 *   max.connections                    of the broker
 *   max.connections.per.ip             of an address
 *   max.connections.per.ip.overrides   "ADDRESS:COUNT,...", of single addresses
 *   max.connection.creation.rate       new ones in a second, of the broker; those of the second are counted in a bucket
 *                                      that holds one second's worth
 *
 * A connection beyond any of them is closed at once, before a byte of it is read: it costs an accept and nothing else.
 */
import type { Clock } from '../../src/base/clock.ts'

export interface ConnectionBounds {
  readonly connectionsMax: number
  readonly perHostMax: number
  /** By address. */
  readonly perHostOverrides: ReadonlyMap<string, number>
  readonly createdPerSecondMax: number
}

const unmapped = /^::ffff:(?=\d+\.)/

export class ConnectionCounts {
  readonly #bounds: ConnectionBounds
  readonly #clock: Clock
  readonly #perHost = new Map<string, number>()
  #count = 0
  /** Connections that may be made now, and when that was so. */
  #credit: number
  #creditAtMs: number

  constructor(bounds: ConnectionBounds, clock: Clock) {
    this.#bounds = bounds
    this.#clock = clock
    this.#credit = bounds.createdPerSecondMax
    this.#creditAtMs = clock.monotonic()
  }

  get count(): number {
    return this.#count
  }

  /** Counts a connection of this address in; false, and not counted, if it is one too many. */
  admit(address: string): boolean {
    const { connectionsMax, perHostMax, perHostOverrides } = this.#bounds
    const host = hostOf(address)
    const fromHost = this.#perHost.get(host) ?? 0
    if (this.#count >= connectionsMax || fromHost >= (perHostOverrides.get(host) ?? perHostMax)) return false
    if (!this.#takeCredit()) return false
    this.#perHost.set(host, fromHost + 1)
    this.#count++
    return true
  }

  /** Counts one out that was admitted. */
  release(address: string): void {
    const host = hostOf(address)
    const left = this.#perHost.get(host)! - 1
    if (left === 0) this.#perHost.delete(host)
    else this.#perHost.set(host, left)
    this.#count--
  }

  #takeCredit(): boolean {
    const { createdPerSecondMax } = this.#bounds
    const nowMs = this.#clock.monotonic()
    const earned = ((nowMs - this.#creditAtMs) / 1000) * createdPerSecondMax
    this.#credit = Math.min(createdPerSecondMax, this.#credit + earned)
    this.#creditAtMs = nowMs
    if (this.#credit < 1) return false
    this.#credit--
    return true
  }
}

/** Reads "ADDRESS:COUNT,..."; a sentence of what is wrong otherwise. An IPv6 address may stand in brackets. */
export function perHostOverrides(text: string): ReadonlyMap<string, number> | string {
  const overrides = new Map<string, number>()
  for (const part of text.split(',')) {
    if (part.trim() === '') continue
    const [, address, count] = /^\s*\[?([0-9A-Za-z.:-]+?)\]?:(\d{1,10})\s*$/.exec(part) ?? []
    if (address === undefined) return `must be ADDRESS:COUNT,..., not ${JSON.stringify(part)}`
    overrides.set(hostOf(address), Number(count))
  }
  return overrides
}

/** An IPv4 address that came through an IPv6 socket is the same as itself. */
function hostOf(address: string): string {
  return address.replace(unmapped, '').toLowerCase()
}
