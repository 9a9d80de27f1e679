/** The features of the cluster, by level: what ApiVersions tells and UpdateFeatures is held to (KIP-584). */

/** A feature, the levels that this broker has of it, and the one in force. */
export interface Feature {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly level: number
}

/**
 * `transaction.version` 2 is KIP-890; `group.version` 1 is the consumer protocol of KIP-848. What they stand for is how this
 * broker works, and not something that it could be without: no level can be changed.
 */
export const features: readonly Feature[] = [
  { name: 'group.version', min: 0, max: 1, level: 1 },
  { name: 'transaction.version', min: 0, max: 2, level: 2 },
]

export const supportedFeatures = features.map(({ name, min, max }) => ({
  name,
  minVersion: min,
  maxVersion: max,
}))

export const finalizedFeatures = features.map(({ name, level }) => ({
  name,
  maxVersionLevel: level,
  minVersionLevel: level,
}))
