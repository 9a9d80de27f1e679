/**
 * From the properties of an Apache Kafka broker to the configuration of this one.
 *
 *   a key of `config.ts`     as it is
 *   another form of one      `log.retention.hours` for `log.retention.ms`, `broker.id` for `node.id`; the finer unit counts
 *   listeners                `listeners.ts`, and how they are secured in `listener-security.ts`
 *   of Apache Kafka before 4 what has a successor, as that (`former-properties.ts`); files of brokers with ZooKeeper are taken too
 *   lists about groups       in our words (`group-properties.ts`)
 *   idle on a single node    accepted, with a line that says why (`idle-properties.ts`)
 *   of what is not there     refused, as silence would mislead (`refused-properties.ts`)
 *   unknown                  refused, with the known name that is nearest
 */
import { StreamsError } from '../../src/base/errors.ts'
import { nearestName } from '../../src/base/nearest-name.ts'
import { readConfig } from '../config-table.ts'
import { brokerConfigTable, type BrokerConfigInput } from '../config.ts'
import { formerNames, withSuccessors } from './former-properties.ts'
import { withKnownGroups } from './group-properties.ts'
import { idleProperties, idleReason } from './idle-properties.ts'
import {
  isListenerProperty,
  isPropertyOf,
  listenerPropertyFault,
  readListenerSecurity,
  securityNames,
  wordsOf,
  type ListenerSecurity,
} from './listener-security.ts'
import { readListeners, type ListenerDefinition } from './listeners.ts'
import { refusalOfProperty, refusedProperties } from './refused-properties.ts'

/** A broker as properties describe it. */
export interface BrokerDefinition {
  readonly config: BrokerConfigInput
  /** `undefined` where no property says so. */
  readonly directory: string | undefined
  readonly listeners: readonly (ListenerDefinition & ListenerSecurity)[]
  /** What was accepted and changes nothing: a line each. */
  readonly notices: readonly string[]
}

const hour = 3_600_000

/** Keys in another unit than ours, the finest first: ours is theirs times the factor. */
const units: readonly (readonly [name: string, ours: string, factor: number])[] = [
  ['log.retention.minutes', 'log.retention.ms', 60_000],
  ['log.retention.hours', 'log.retention.ms', hour],
  ['log.roll.hours', 'log.roll.ms', hour],
  ['log.roll.jitter.hours', 'log.roll.jitter.ms', hour],
]

/** Replicas of internal topics: one is what a single node can have, whatever a file for three asks for. */
const replicaCounts = [
  'offsets.topic.replication.factor',
  'transaction.state.log.replication.factor',
  'transaction.state.log.min.isr',
]

const listenerNames = {
  listeners: 'listeners',
  advertised: 'advertised.listeners',
  advertisedHost: 'advertised.host',
  advertisedPort: 'advertised.port',
  protocols: 'listener.security.protocol.map',
  controllers: 'controller.listener.names',
} as const

const others = ['broker.id', 'log.dir', 'log.dirs', 'process.roles', ...Object.values(listenerNames)]

/** Every name that is understood in some way. */
const knownNames: ReadonlySet<string> = new Set([
  ...Object.keys(brokerConfigTable),
  ...units.map(([name]) => name),
  ...replicaCounts,
  ...others,
  ...formerNames,
  ...securityNames,
  ...idleProperties.keys(),
  ...refusedProperties.keys(),
])

/** Where a property was read, for who has to correct it. */
export type PlaceOf = (name: string) => string | undefined

/** Reads properties. Throws MR-5022 with everything that is refused, and the place of each that `placeOf` knows. */
export function defineBroker(
  given: ReadonlyMap<string, string>,
  portDefault = 9092,
  placeOf: PlaceOf = () => undefined,
): BrokerDefinition {
  const config: Record<string, string> = {}
  const refusals: string[] = []
  const notices: string[] = []
  const properties = withKnownGroups(withSuccessors(given, portDefault, notices), notices)
  for (const [name, value] of properties) {
    if (Object.hasOwn(brokerConfigTable, name)) config[name] = value
    else if (replicaCounts.includes(name)) noticeReplicas(name, value, refusals, notices)
    else if (idleReason(name) !== undefined)
      notices.push(`${name} is accepted and has no effect: ${idleReason(name)}`)
    else if (refusalOfProperty(name, value) !== undefined)
      refusals.push(`${name} is refused: ${refusalOfProperty(name, value)}`)
    else if (!knownNames.has(name) && !isListenerProperty(name)) refusals.push(unknown(name))
  }
  convertUnits(properties, config, refusals)
  takeOneReplica(config, refusals, notices)
  const nodeId = properties.get('node.id') ?? properties.get('broker.id')
  if (nodeId !== undefined && nodeId !== '-1') config['node.id'] = nodeId
  const directory = directoryOf(properties, refusals)
  const text = Object.fromEntries(
    Object.entries(listenerNames).map(([part, name]) => [part, properties.get(name)]),
  ) as Readonly<Record<keyof typeof listenerNames, string | undefined>>
  const listeners = readListeners(text, portDefault)
  const secured = 'refusal' in listeners ? [] : secure(properties, listeners, refusals, notices)
  if ('refusal' in listeners) refusals.push(listeners.refusal)
  refusals.push(...readConfig(brokerConfigTable, config).refusals.map(each => `${each.name} ${each.reason}`))
  if (refusals.length > 0) {
    const lines = refusals.map(line => `    ${line}${placeIn(line, placeOf)}`)
    throw new StreamsError('MR-5022', {
      what: `the broker's configuration is refused:\n${lines.join('\n')}`,
      fix: 'correct or remove these keys (docs/broker-config.md lists all of them)',
    })
  }
  return { config, directory, listeners: secured, notices }
}

/** Refusals begin with the name of the property. */
function placeIn(refusal: string, placeOf: PlaceOf): string {
  const place = placeOf(/^[^\s=]*/.exec(refusal)![0])
  return place === undefined ? '' : ` (${place})`
}

/** A file for several brokers asks for several replicas of each topic. */
function takeOneReplica(config: Record<string, string>, refusals: string[], notices: string[]): void {
  const name = 'default.replication.factor'
  const value = config[name]
  if (value === undefined || !/^\s*\d{1,5}\s*$/.test(value) || Number(value) < 2) return
  delete config[name]
  if (config['replication.factor.lenient']?.trim().toLowerCase() === 'true') {
    notices.push(`${name}=${value} is taken as 1: there is only one broker.`)
  } else {
    const fix = 'set it to 1, or replication.factor.lenient (--lenient-replication)'
    refusals.push(`${name} is ${value}, and one broker has one replica; ${fix}`)
  }
}

/** How each listener is secured. What is wrong goes to `refusals`, what no listener uses to `notices`. */
function secure(
  properties: ReadonlyMap<string, string>,
  listeners: readonly ListenerDefinition[],
  refusals: string[],
  notices: string[],
): (ListenerDefinition & ListenerSecurity)[] {
  const isTls = listeners.some(({ protocol }) => protocol.endsWith('SSL'))
  const isSasl = listeners.some(({ protocol }) => protocol.startsWith('SASL'))
  const controllers = wordsOf(properties.get(listenerNames.controllers) ?? '')
  for (const name of properties.keys()) {
    const idle = idleListenerProperty(name, controllers)
    const fault = isListenerProperty(name) ? listenerPropertyFault(name, listeners) : undefined
    if (idle !== undefined) notices.push(`${name} is accepted and has no effect: ${idle}`)
    else if (fault !== undefined) refusals.push(fault)
    if (securityNames.includes(name) && !(name.startsWith('ssl.') ? isTls : isSasl)) {
      notices.push(`${name} is accepted and has no effect: no listener has a protocol that needs it.`)
    }
  }
  return listeners.flatMap(listener => {
    const security = readListenerSecurity(properties, listener)
    if (!('refusal' in security)) return [{ ...listener, ...security }]
    refusals.push(security.refusal)
    return []
  })
}

/** Why a property of one listener changes nothing: of a listener of controllers, or idle for all listeners. */
function idleListenerProperty(name: string, controllers: readonly string[]): string | undefined {
  if (!isListenerProperty(name)) return undefined
  if (controllers.some(each => isPropertyOf(name, each))) {
    return 'The broker is its own controller: no one connects to it as such.'
  }
  const key = [...idleProperties.keys()].find(each => name.endsWith(`.${each}`))
  return key === undefined ? undefined : idleReason(key)
}

function convertUnits(
  properties: ReadonlyMap<string, string>,
  config: Record<string, string>,
  refusals: string[],
): void {
  for (const [name, ours, factor] of units) {
    const value = properties.get(name)
    if (value === undefined || config[ours] !== undefined) continue
    if (!/^-?\d{1,10}$/.test(value)) refusals.push(`${name} must be an integer, not ${JSON.stringify(value)}`)
    // -1 is "without limit" in every unit.
    else config[ours] = value === '-1' ? value : String(Number(value) * factor)
  }
}

function noticeReplicas(name: string, value: string, refusals: string[], notices: string[]): void {
  if (!/^[1-9]\d{0,4}$/.test(value)) {
    refusals.push(`${name} must be an integer of at least 1, not ${JSON.stringify(value)}`)
  } else if (value !== '1') {
    notices.push(`${name}=${value} is taken as 1: there is one broker.`)
  }
}

function directoryOf(properties: ReadonlyMap<string, string>, refusals: string[]): string | undefined {
  const directories = (properties.get('log.dirs') ?? properties.get('log.dir') ?? '').split(',')
  const given = directories.map(directory => directory.trim()).filter(directory => directory !== '')
  if (given.length > 1) refusals.push(`log.dirs has ${given.length} directories, and one is what can be used`)
  return given[0]
}

function unknown(name: string): string {
  const nearest = nearestName(name, knownNames)
  return `${name} is not a known property${nearest === undefined ? '' : `; did you mean ${nearest}?`}`
}
