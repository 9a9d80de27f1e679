/**
 * Properties that Apache Kafka had before version 4 and that have a successor: files of brokers with ZooKeeper are taken with
 * what they mean.
 *
 *   host.name, port, advertised.host.name   the one listener, where `listeners` says nothing (until 3.0)
 *   log.message.timestamp.difference.max.ms  both `log.message.timestamp.before.max.ms` and `.after.max.ms` (until 4.0)
 *   authorizer.class.name of ZooKeeper      the rules are the same: StandardAuthorizer
 */

const authorizers = ['kafka.security.authorizer.AclAuthorizer', 'kafka.security.auth.SimpleAclAuthorizer']

const difference = 'log.message.timestamp.difference.max.ms'

/** The names that are understood here. */
export const formerNames: readonly string[] = ['host.name', 'port', 'advertised.host.name', difference]

/** The properties with those of former versions turned into their successors, where those are not set themselves. */
export function withSuccessors(
  given: ReadonlyMap<string, string>,
  portDefault: number,
  notices: string[],
): ReadonlyMap<string, string> {
  const properties = new Map(given)
  const succeed = (name: string, successor: string, value: string) => {
    if (given.has(successor)) return
    notices.push(`${name} is of former versions of Apache Kafka, and taken as ${successor}=${value}`)
    properties.set(successor, value)
  }
  const value = given.get(difference)
  if (value !== undefined) {
    succeed(difference, 'log.message.timestamp.before.max.ms', value)
    succeed(difference, 'log.message.timestamp.after.max.ms', value)
  }
  const [host, port] = [given.get('host.name'), given.get('port')]
  const bound = `PLAINTEXT://${host ?? ''}:${port ?? portDefault}`
  if (host !== undefined || port !== undefined) {
    succeed(host === undefined ? 'port' : 'host.name', 'listeners', bound)
  }
  const told = given.get('advertised.host.name')
  if (told !== undefined && !given.has('listeners')) {
    const toldPort = given.get('advertised.port') ?? port ?? portDefault
    succeed('advertised.host.name', 'advertised.listeners', `PLAINTEXT://${told}:${toldPort}`)
  }
  const authorizer = given.get('authorizer.class.name')?.trim()
  if (authorizer !== undefined && authorizers.includes(authorizer)) {
    notices.push(
      `authorizer.class.name=${authorizer} is taken as StandardAuthorizer, which has the same rules`,
    )
    properties.set('authorizer.class.name', 'StandardAuthorizer')
  }
  return properties
}
