/**
 * The keys of a group's configuration (KIP-848): what each is by default, and what bounds it.
 *
 * Kafka has keys for share groups and for streams groups too, of any group, whatever it is. They are taken, checked and shown as
 * there, so that what sets them up goes on, and do nothing: there are no such groups here.
 */
import {
  boolean,
  int,
  oneOf,
  readConfig,
  type ConfigRefusal,
  type ConfigRow,
  type ConfigTable,
  trimmed,
} from '../config-table.ts'
import type { BrokerConfig } from '../config.ts'

const [unshared, streamless] = ['Without effect: no share groups.', 'Without effect: no streams groups.']
const share = (value: number, min: number) => int(value, unshared, { min })
const streams = (value: number, min: number) => int(value, streamless, { min })

/** What is not set is the broker's. */
export const groupConfigTable = {
  'consumer.session.timeout.ms': int(45_000, 'After how long without that a member is taken out.', {
    min: 1,
  }),
  'consumer.heartbeat.interval.ms': int(5000, 'How often members are to tell that they live.', { min: 1 }),
  'consumer.assignment.interval.ms': int(0, 'How long after one assignment the next may be computed.', {
    min: 0,
  }),
  'share.session.timeout.ms': share(45_000, 1),
  'share.heartbeat.interval.ms': share(5000, 1),
  'share.record.lock.duration.ms': share(30_000, 1000),
  'share.delivery.count.limit': share(5, 2),
  'share.partition.max.record.locks': share(2000, 100),
  'share.auto.offset.reset': offsetReset(),
  'share.isolation.level': oneOf(['read_committed', 'read_uncommitted'], 'read_uncommitted', unshared),
  'share.renew.acknowledge.enable': boolean(true, unshared),
  'share.assignment.interval.ms': share(1000, 0),
  'streams.session.timeout.ms': streams(45_000, 1),
  'streams.heartbeat.interval.ms': streams(5000, 1),
  'streams.num.standby.replicas': streams(0, 0),
  'streams.initial.rebalance.delay.ms': streams(3000, 0),
  'streams.assignment.interval.ms': streams(1000, 0),
} as const satisfies ConfigTable

export type GroupKey = keyof typeof groupConfigTable

/** The keys that do something, and the broker's key that is the default of each. */
export const groupDefaults = {
  'consumer.session.timeout.ms': 'group.consumer.session.timeout.ms',
  'consumer.heartbeat.interval.ms': 'group.consumer.heartbeat.interval.ms',
  'consumer.assignment.interval.ms': 'group.consumer.assignment.interval.ms',
} as const satisfies Partial<Readonly<Record<GroupKey, keyof BrokerConfig>>>

export type GroupTime = keyof typeof groupDefaults

/** Keys that have no default among the broker's own. */
const ownDefaults: ReadonlySet<string> = new Set([
  'share.auto.offset.reset',
  'share.isolation.level',
  'share.renew.acknowledge.enable',
])

/** What Kafka calls the broker's value that a group has that sets none. */
export function brokerKeyOf(name: string): string {
  return ownDefaults.has(name) ? name : `group.${name}`
}

/** Bounds that are keys of the broker in Kafka and cannot be set here. */
const fixedBounds: Readonly<Record<string, number>> = {
  'group.share.min.heartbeat.interval.ms': 5000,
  'group.share.max.heartbeat.interval.ms': 15_000,
  'group.share.min.session.timeout.ms': 45_000,
  'group.share.max.session.timeout.ms': 60_000,
  'group.share.min.record.lock.duration.ms': 15_000,
  'group.share.max.record.lock.duration.ms': 60_000,
  'group.share.min.delivery.count.limit': 2,
  'group.share.max.delivery.count.limit': 10,
  'group.share.min.partition.max.record.locks': 100,
  'group.share.max.partition.max.record.locks': 4000,
  'group.share.min.assignment.interval.ms': 0,
  'group.share.max.assignment.interval.ms': 15_000,
  'group.streams.min.heartbeat.interval.ms': 5000,
  'group.streams.max.heartbeat.interval.ms': 15_000,
  'group.streams.min.session.timeout.ms': 45_000,
  'group.streams.max.session.timeout.ms': 60_000,
  'group.streams.max.standby.replicas': 2,
  'group.streams.min.assignment.interval.ms': 0,
  'group.streams.max.assignment.interval.ms': 15_000,
}

type GroupValues = { readonly [Name in GroupKey]: (typeof groupConfigTable)[Name]['default'] }

/** What is in force in a group with these settings, and those that are refused. */
export function readGroupConfig(
  overrides: Readonly<Record<string, string>>,
  broker: BrokerConfig,
): { readonly values: GroupValues; readonly refusals: readonly ConfigRefusal[] } {
  const defaults: Record<string, unknown> = {}
  for (const [name, brokerName] of Object.entries(groupDefaults)) defaults[name] = broker[brokerName]
  const { values, refusals } = readConfig(groupConfigTable, overrides, defaults)
  return { values, refusals: [...refusals, ...outOfBounds(overrides, values, broker)] }
}

/** In Kafka's words. What is not set is the broker's, whatever its bounds. */
function outOfBounds(
  overrides: Readonly<Record<string, string>>,
  values: GroupValues,
  broker: BrokerConfig,
): readonly ConfigRefusal[] {
  const bounds: Readonly<Record<string, unknown>> = { ...fixedBounds, ...broker }
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(overrides, name)) continue
    const [least, most] = boundsOf(name)
    if (Number(value) < Number(bounds[least] ?? value))
      return [{ name, reason: `must be greater than or equal to ${least}` }]
    if (Number(value) > Number(bounds[most] ?? value))
      return [{ name, reason: `must be less than or equal to ${most}` }]
  }
  for (const kind of ['consumer', 'share', 'streams'] as const) {
    const heartbeat = `${kind}.heartbeat.interval.ms` as const
    const session = `${kind}.session.timeout.ms` as const
    if (values[heartbeat] < values[session]) continue
    return [{ name: session, reason: `must be greater than ${heartbeat}` }]
  }
  return []
}

function boundsOf(name: string): readonly [least: string, most: string] {
  const dot = name.indexOf('.')
  const [kind, what] = [name.slice(0, dot), name.slice(dot + 1).replace(/^num\./, '')]
  return [`group.${kind}.min.${what}`, `group.${kind}.max.${what}`]
}

/** `earliest`, `latest`, or `by_duration:` and how long, in ISO 8601. */
function offsetReset(): ConfigRow<string> {
  const [byDuration, duration] = [
    'by_duration:',
    /^P(?=\d|T\d)(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d{1,9})?S)?)?$/i,
  ] as const
  return {
    type: 'string',
    default: 'latest',
    about: unshared,
    parse(given) {
      const text = typeof given === 'string' ? trimmed(given) : ''
      const isDuration = text.startsWith(byDuration) && duration.test(text.slice(byDuration.length))
      if (text === 'earliest' || text === 'latest' || isDuration) return { value: text }
      return { refusal: 'must be earliest, latest or by_duration:PnDTnHnMn.nS' }
    },
  }
}
