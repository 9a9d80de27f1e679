/**
 * What clients of listeners on all addresses are told to connect to where nothing says it: the name of this machine.
 *
 * It is Java's canonical host name of the local host, which Apache Kafka takes: the machine's own name, looked up, and the
 * name that its address has, if that leads back to the address; else the address. Other machines know it in most networks.
 * Where it does not resolve, with which Apache Kafka does not start, or is that of the loopback interface, clients are told
 * `localhost`, so that those on this machine can connect.
 */
import { lookup, lookupService } from 'node:dns/promises'
import { hostname } from 'node:os'
import type { BrokerDefinition } from './kafka-properties.ts'

/** What looks up names. Both reject for what they do not know. */
export interface NameService {
  /** The machine's own name for itself. */
  readonly ownName: () => string
  /** The addresses of a name, the preferred first. */
  readonly addressesOf: (name: string) => Promise<readonly string[]>
  readonly nameOf: (address: string) => Promise<string>
}

const systemNames: NameService = {
  ownName: hostname,
  addressesOf: async name => {
    const found = await lookup(name, { all: true, order: 'ipv4first' })
    return found.map(({ address }) => address)
  },
  nameOf: async address => (await lookupService(address, 0)).hostname,
}

/** The definition with the name of this machine where clients are to be told it, and a notice of what they are told. */
export async function tellMachineHost(
  definition: BrokerDefinition,
  names: NameService = systemNames,
): Promise<BrokerDefinition> {
  const open = definition.listeners.filter(({ tellsMachine }) => tellsMachine).map(({ name }) => name)
  if (open.length === 0) return definition
  const found = await machineHost(names)
  const notice =
    found === undefined
      ? 'localhost: set advertised.listeners if they are on other machines.'
      : `${found}, this machine: set advertised.listeners if they know it by another name.`
  const listeners = definition.listeners.map(listener => {
    const { tellsMachine, advertised } = listener
    if (!tellsMachine || found === undefined) return listener
    return { ...listener, advertised: { ...advertised, host: found } }
  })
  const notices = [...definition.notices, `clients of ${open.join(', ')} are told to connect to ${notice}`]
  return { ...definition, listeners, notices }
}

/** What others know this machine by, or nothing that leads to it from elsewhere. */
async function machineHost(names: NameService): Promise<string | undefined> {
  const known = async (name: string): Promise<readonly string[]> => names.addressesOf(name).catch(() => [])
  const [address] = await known(names.ownName())
  if (address === undefined) return undefined
  const name = await names.nameOf(address).catch(() => address)
  const host = name === address || (await known(name)).includes(address) ? name : address
  return isLoopback(host) ? undefined : host
}

function isLoopback(host: string): boolean {
  return /^(?:localhost(?:[.\d].*)?|ip6-(?:localhost|loopback)|127(?:\.\d+){3}|::1)$/i.test(host)
}
