/**
 * Lists about groups, as files of Apache Kafka have them, in the words of this broker: assignors by the names of their classes, and
 * protocols of groups that are not spoken here (`share`, `streams`, which its own default names) left out.
 */

const assignorsKey = 'group.consumer.assignors'
const protocolsKey = 'group.coordinator.rebalance.protocols'
const assignorPackage = 'org.apache.kafka.coordinator.group.assignor.'

const assignors: ReadonlyMap<string, string> = new Map([
  [`${assignorPackage}UniformAssignor`, 'uniform'],
  [`${assignorPackage}RangeAssignor`, 'range'],
])
const protocolsElsewhere: readonly string[] = ['share', 'streams']

/** The properties with these lists changed; what is left out goes to `notices`. */
export function withKnownGroups(
  properties: ReadonlyMap<string, string>,
  notices: string[],
): ReadonlyMap<string, string> {
  const changed = new Map(properties)
  const named = properties.get(assignorsKey)
  if (named !== undefined) {
    changed.set(assignorsKey, named.split(',').map(inOurWords).join(','))
  }
  const protocols = properties.get(protocolsKey)
  if (protocols !== undefined) {
    const words = protocols.split(',').map(word => word.trim())
    const left = words.filter(word => protocolsElsewhere.includes(word))
    changed.set(protocolsKey, words.filter(word => !left.includes(word)).join(','))
    for (const word of left) notices.push(`${protocolsKey}: ${word} groups are not offered.`)
  }
  return changed
}

function inOurWords(word: string): string {
  const name = word.trim()
  return assignors.get(name) ?? name
}
