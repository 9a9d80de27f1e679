/** What `versioned` of a store's options asks for: how long versions are kept, and in segments of what length. */
import { toMilliseconds, type Duration } from '../base/duration.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { KeptVersions } from '../plan/node-base.ts'

/** How a store keeps the versions of its rows. */
export interface VersionedOptions {
  /** How long: see `versioned`. */
  readonly history: Duration
  /**
   * The length of the segments of time by which versions are dropped. Default: a third of a short history, down to a 24th
   * of a long one. At least 1 ms, and at most 1,000 segments. A store on disk keeps the one that it was made with (MR-4101).
   */
  readonly segmentInterval?: Duration
}

/** A history of more segments than this is refused: a lookup may have to go through all of them. */
const segmentsMax = 1000

/** The history and the interval, or `undefined` where only latest values are kept. */
export function keptVersions(
  options: {
    readonly store?: string
    readonly versioned?: Duration | VersionedOptions
    readonly caching?: boolean
  },
  operator: string,
): KeptVersions | undefined {
  const { store, versioned, caching } = options
  if (versioned === undefined) return undefined
  if (store === undefined) {
    throw new TypeError(
      `${operator}: a store that is versioned needs a name: { store: 'prices' }, at ${placeOf()}`,
    )
  }
  if (caching === true) {
    throw new TypeError(
      `${operator}: every version is put out, so caching cannot be on where versioned is, at ${placeOf()}`,
    )
  }
  const { history, segmentInterval } = typeof versioned === 'object' ? versioned : { history: versioned }
  const historyMs = toMilliseconds(history, `${operator}: versioned`)
  if (!Number.isSafeInteger(historyMs) || historyMs < 0) {
    throw new RangeError(
      `${operator}: versioned must be 0 ms or more, in whole ms, not ${String(history)}, at ${placeOf()}`,
    )
  }
  const segmentIntervalMs =
    segmentInterval === undefined
      ? defaultSegmentInterval(historyMs)
      : toMilliseconds(segmentInterval, `${operator}: segmentInterval`)
  if (!Number.isSafeInteger(segmentIntervalMs) || segmentIntervalMs < 1) {
    throw new RangeError(
      `${operator}: segmentInterval must be 1 ms or more, in whole ms, not ${String(segmentInterval)}, at ${placeOf()}`,
    )
  }
  if (historyMs / segmentIntervalMs > segmentsMax) {
    throw new RangeError(
      `${operator}: a history of ${historyMs} ms has more than ${segmentsMax} segments of ${segmentIntervalMs} ms, at ${placeOf()}`,
    )
  }
  return Object.freeze({ historyMs, segmentIntervalMs })
}

/** Refuses `versioned` where a store cannot keep versions (semantics V8). The types do too. */
export function refuseVersions(options: object, operator: string, stores: string): void {
  if ((options as { versioned?: unknown }).versioned === undefined) return
  throw new TypeError(`${operator}: ${stores} keep no versions; leave versioned out, at ${placeOf()}`)
}

/** As in Kafka: short histories have few segments, so that none is all too short. */
function defaultSegmentInterval(historyMs: number): number {
  if (historyMs <= 60_000) return Math.max(Math.floor(historyMs / 3), 2_000)
  if (historyMs <= 300_000) return Math.max(Math.floor(historyMs / 5), 20_000)
  if (historyMs <= 3_600_000) return Math.max(Math.floor(historyMs / 12), 60_000)
  return Math.max(Math.floor(historyMs / 24), 300_000)
}

function placeOf(): string {
  return declaredAt() ?? 'an unknown place'
}
