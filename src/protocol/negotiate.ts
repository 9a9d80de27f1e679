/** Which version of an API two ends speak: the highest that both have. */
import { StreamsError } from '../base/errors.ts'
import type { Api } from './api.ts'

/** First and last version, both spoken. */
export interface VersionRange {
  readonly min: number
  readonly max: number
}

/** The versions that both the peer's range and our declaration have; `undefined` if there are none. */
export function commonVersions(
  api: Api<unknown, unknown>,
  theirs: VersionRange | undefined,
): VersionRange | undefined {
  if (theirs === undefined) return undefined
  const [ourMin, ourMax] = api.request.versions
  const min = Math.max(ourMin, theirs.min)
  const max = Math.min(ourMax, theirs.max)
  return min <= max ? { min, max } : undefined
}

/**
 * The version to use: the highest in `versions`, and not past `versionMax` where the caller knows only so
 * far.
 *
 * Throws MR-5013 where there is none, or only lower ones than `versionMin`.
 */
export function chooseVersion(
  api: Api<unknown, unknown>,
  versions: VersionRange | undefined,
  {
    versionMin = 0,
    versionMax = Infinity,
  }: { readonly versionMin?: number; readonly versionMax?: number } = {},
): number {
  const version = versions === undefined ? -1 : Math.min(versions.max, versionMax)
  if (versions !== undefined && version >= versions.min && version >= versionMin) return version
  const [ourMin, ourMax] = api.request.versions
  const wanted = `${Math.max(ourMin, versionMin)} to ${Math.min(ourMax, versionMax)}`
  const offered = versions === undefined ? 'none of those' : `${versions.min} to ${versions.max}`
  throw new StreamsError('MR-5013', {
    what: `${api.name} is needed in a version from ${wanted}, and the broker and Millrace share ${offered}`,
    fix: 'use Apache Kafka 2.4 or later, or the embedded broker',
  })
}
