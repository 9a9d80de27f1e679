/** Kafka's numbers for what a configuration belongs to. */
export const configResources = {
  topic: 2,
  broker: 4,
  brokerLogger: 8,
  clientMetrics: 16,
  group: 32,
} as const

/** On what a client must have the right to see or change a configuration. */
export function authorizedOf(resource: {
  readonly resourceType: number
  readonly resourceName: string
}): readonly ['TOPIC' | 'GROUP' | 'CLUSTER', string | undefined] {
  const { resourceType, resourceName } = resource
  if (resourceType === configResources.topic) return ['TOPIC', resourceName]
  return resourceType === configResources.group ? ['GROUP', resourceName] : ['CLUSTER', undefined]
}
