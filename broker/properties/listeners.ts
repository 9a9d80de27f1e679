/** The properties that say where a broker listens and what it tells its clients: `NAME://host:port`, separated by commas. */

/** How the peers of a listener talk. */
export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'

const securityProtocols: readonly SecurityProtocol[] = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']

/** One address that is listened on. */
export interface ListenerDefinition {
  readonly name: string
  readonly protocol: SecurityProtocol
  /** '' for all interfaces. */
  readonly host: string
  readonly port: number
  /** What clients that come this way are told; port 0 is the one that was found. */
  readonly advertised: { readonly host: string; readonly port: number }
  /** Nothing says what to tell them of a listener on all addresses: localhost, unless this machine has a name (`machine-host.ts`). */
  readonly tellsMachine: boolean
}

export interface ListenerProperties {
  readonly listeners: string | undefined
  readonly advertised: string | undefined
  /** `advertised.host` and `advertised.port`: what clients of listeners are told that `advertised` says nothing of. */
  readonly advertisedHost: string | undefined
  readonly advertisedPort: string | undefined
  readonly protocols: string | undefined
  /** Listeners of the controller: there is none to listen for on a single node, so they are left out. */
  readonly controllers: string | undefined
}

/** The listeners, or a sentence on what is wrong. `listeners` defaults to PLAINTEXT on the loopback interface. */
export function readListeners(
  { listeners, advertised, advertisedHost, advertisedPort, protocols, controllers }: ListenerProperties,
  portDefault: number,
): readonly ListenerDefinition[] | { readonly refusal: string } {
  const controllerNames = new Set(words(controllers))
  const byName = protocolMap(protocols)
  if ('refusal' in byName) return byName
  const bound = endpoints(listeners ?? `PLAINTEXT://127.0.0.1:${portDefault}`)
  if ('refusal' in bound) return { refusal: `listeners ${bound.refusal}` }
  const told = advertised === undefined ? new Map<string, Endpoint>() : endpoints(advertised)
  if ('refusal' in told) return { refusal: `advertised.listeners ${told.refusal}` }
  const definitions: ListenerDefinition[] = []
  for (const [name, { host, port }] of bound) {
    if (controllerNames.has(name)) continue
    const protocol = byName.get(name) ?? securityProtocols.find(each => each === name)
    if (protocol === undefined) {
      return { refusal: `listeners names ${name}, which listener.security.protocol.map does not have` }
    }
    const { host: toldHost, port: toldPort } = told.get(name) ?? {
      // What is listened on is what is told, but for all addresses.
      host: advertisedHost ?? (isEverywhere(host) ? '' : host),
      port: advertisedPort === undefined ? port : Number(advertisedPort),
    }
    if (toldHost !== '' && isEverywhere(toldHost)) {
      const property = told.has(name) ? 'advertised.listeners' : 'advertised.host'
      return { refusal: `${property} tells clients of ${name} ${toldHost}, which nobody can connect to` }
    }
    const tellsMachine = toldHost === ''
    const toldTo = { host: tellsMachine ? 'localhost' : toldHost, port: toldPort }
    definitions.push({ name, protocol, host, port, advertised: toldTo, tellsMachine })
  }
  for (const name of told.keys()) {
    if (!bound.has(name))
      return { refusal: `advertised.listeners names ${name}, which listeners does not have` }
  }
  if (definitions.length === 0) return { refusal: 'listeners has no listener for clients' }
  return definitions
}

interface Endpoint {
  readonly host: string
  readonly port: number
}

function isEverywhere(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::'
}

function endpoints(text: string): ReadonlyMap<string, Endpoint> | { readonly refusal: string } {
  const found = new Map<string, Endpoint>()
  for (const word of words(text)) {
    const [, name, host, port] = /^([A-Za-z0-9_.-]+):\/\/(?:\[([^\]]*)\]|[^:[\]]*):(\d+)$/.exec(word) ?? []
    if (name === undefined || Number(port) > 65_535) {
      return { refusal: `must be a list of NAME://host:port, not ${JSON.stringify(word)}` }
    }
    const plainHost = host ?? word.slice(name.length + 3, word.lastIndexOf(':'))
    if (found.has(name.toUpperCase())) return { refusal: `names ${name} twice` }
    found.set(name.toUpperCase(), { host: plainHost, port: Number(port) })
  }
  return found
}

function protocolMap(
  text: string | undefined,
): ReadonlyMap<string, SecurityProtocol> | { readonly refusal: string } {
  const map = new Map<string, SecurityProtocol>()
  for (const word of words(text)) {
    const [name, protocolName] = word.split(':')
    const protocol = securityProtocols.find(each => each === protocolName?.toUpperCase())
    if (name === undefined || protocol === undefined) {
      const known = securityProtocols.join(', ')
      return {
        refusal: `listener.security.protocol.map must be a list of NAME:PROTOCOL (${known}), not ${word}`,
      }
    }
    map.set(name.toUpperCase(), protocol)
  }
  return map
}

function words(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '')
}
