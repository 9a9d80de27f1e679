/** What clients are told of listeners on all addresses. */
import { describe, expect, it } from 'vitest'
import { defineBroker, tellMachineHost, type NameService } from '../../../broker/index.ts'

/** A network in which names have these addresses, and addresses these names. */
function network(own: string, names: Readonly<Record<string, string[]>>, addresses = {}): NameService {
  const known = new Map<string, string>(Object.entries(addresses))
  return {
    ownName: () => own,
    addressesOf: async name => names[name] ?? Promise.reject(new Error(`ENOTFOUND ${name}`)),
    nameOf: async address => known.get(address) ?? Promise.reject(new Error(`ENOTFOUND ${address}`)),
  }
}

const inside = network(
  'mill',
  { mill: ['10.0.0.7'], 'mill.example.test': ['10.0.0.7'] },
  { '10.0.0.7': 'mill.example.test' },
)

async function told(listeners: string, names: NameService, advertised?: string) {
  const properties = new Map([['listeners', listeners]])
  if (advertised !== undefined) properties.set('advertised.listeners', advertised)
  const definition = await tellMachineHost(defineBroker(properties), names)
  return {
    hosts: definition.listeners.map(({ advertised: { host, port } }) => `${host}:${port}`),
    notices: definition.notices,
  }
}

describe('tellMachineHost', () => {
  it('tells clients the canonical name of this machine, and says so', async () => {
    for (const host of ['', '0.0.0.0', '[::]']) {
      expect(await told(`PLAINTEXT://${host}:1`, inside)).toEqual({
        hosts: ['mill.example.test:1'],
        notices: [
          'clients of PLAINTEXT are told to connect to mill.example.test, this machine: set advertised.listeners if they know it by another name.',
        ],
      })
    }
  })

  it('looks for no name where what to tell is said, or only this machine can connect', async () => {
    const none = network('mill', {})
    const asked = { ...none, ownName: () => expect.unreachable('nobody needs the name') }
    expect(await told('PLAINTEXT://:1', asked, 'PLAINTEXT://here:2')).toEqual({
      hosts: ['here:2'],
      notices: [],
    })
    expect(await told('PLAINTEXT://127.0.0.1:1', asked)).toEqual({ hosts: ['127.0.0.1:1'], notices: [] })
  })

  it.each([
    ['its address has no name', network('mill', { mill: ['10.0.0.7'] }), '10.0.0.7'],
    [
      'the name of its address leads elsewhere',
      network('mill', { mill: ['10.0.0.7'], other: ['10.0.0.8'] }, { '10.0.0.7': 'other' }),
      '10.0.0.7',
    ],
    [
      'its name is kept under the loopback interface, as Debian has it',
      network('mill', { mill: ['127.0.1.1'] }, { '127.0.1.1': 'mill' }),
      'mill',
    ],
    ['its name does not resolve', network('mill', {}), 'localhost'],
    [
      'its name is one of the loopback interface',
      network('mill', { mill: ['127.0.0.1'], localhost: ['127.0.0.1'] }, { '127.0.0.1': 'localhost' }),
      'localhost',
    ],
    ['its address is of the loopback interface', network('mill', { mill: ['127.0.0.1'] }), 'localhost'],
  ])('where %s', async (_what, names, host) => {
    const { hosts, notices } = await told('PLAINTEXT://:1', names)
    expect(hosts).toEqual([`${host}:1`])
    expect(notices).toEqual([
      expect.stringMatching(new RegExp(`^clients of PLAINTEXT are told to connect to ${host}[:,] `)),
    ])
  })

  it('finds out of the machine that this is', async () => {
    const { listeners, notices } = await tellMachineHost(
      defineBroker(new Map([['listeners', 'PLAINTEXT://:1']])),
    )
    expect(listeners[0]!.advertised.host).toMatch(/./)
    expect(notices).toHaveLength(1)
  })
})
