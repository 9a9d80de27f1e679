/** How many connections are let in: of the broker, of an address, of a second. */
import { describe, expect, it } from 'vitest'
import {
  ConnectionCounts,
  perHostOverrides,
  type ConnectionBounds,
} from '../../../broker/net/connection-counts.ts'
import { VirtualClock } from '../virtual-clock.ts'

function counts(bounds: Partial<ConnectionBounds>, clock = new VirtualClock()): ConnectionCounts {
  const none = {
    connectionsMax: 1000,
    perHostMax: 1000,
    perHostOverrides: new Map(),
    createdPerSecondMax: 1000,
  }
  return new ConnectionCounts({ ...none, ...bounds }, clock)
}

describe('connection counts', () => {
  it('let in as many as the broker may have, and others when those have gone', () => {
    const counted = counts({ connectionsMax: 2 })
    expect(['a', 'b', 'c'].map(host => counted.admit(host))).toEqual([true, true, false])
    counted.release('a')
    expect([counted.admit('c'), counted.count]).toEqual([true, 2])
  })

  it('let in as many as an address may have, IPv4 by IPv6 being the same address', () => {
    const counted = counts({ perHostMax: 2 })
    const hosts = ['10.0.0.1', '::ffff:10.0.0.1', '10.0.0.1', '10.0.0.2']
    expect(hosts.map(host => counted.admit(host))).toEqual([true, true, false, true])
  })

  it('go by what single addresses are given instead', () => {
    const overrides = perHostOverrides('10.0.0.1:0, [::1]:2,10.0.0.2:1')
    const counted = counts({ perHostMax: 0, perHostOverrides: overrides as ReadonlyMap<string, number> })
    const hosts = ['10.0.0.1', '::1', '::1', '::1', '10.0.0.2', '10.0.0.3']
    expect(hosts.map(host => counted.admit(host))).toEqual([false, true, true, false, true, false])
  })

  it.each(['10.0.0.1', ':5', '10.0.0.1:-1', '10.0.0.1:many', 'a:1;b:2'])('refuse the override %j', text => {
    expect(perHostOverrides(text)).toMatch(/^must be ADDRESS:COUNT/)
  })

  it('let in as many a second as may be made', async () => {
    const clock = new VirtualClock()
    const counted = counts({ createdPerSecondMax: 2 }, clock)
    const three = () => [counted.admit('a'), counted.admit('a'), counted.admit('a')]
    expect(three()).toEqual([true, true, false])
    await clock.advance(500)
    expect(three()).toEqual([true, false, false])
    await clock.advance(60_000)
    expect(three()).toEqual([true, true, false])
  })
})
